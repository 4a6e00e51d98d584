"""RDF from outside: read by Oxigraph's parsers, which use no network, once it is seen that they will bear it.

They expand the entities of a document type, and free terms in one another by functions that call themselves.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote

from paperatlas.errors import InputError

if TYPE_CHECKING:
    import pyoxigraph as ox

#: Elements, or triple terms, in one another.
DEEPEST = 256
_BLOCK = 2**20
#: What may come from a pipe, which has to be kept, in bytes.
_LARGEST = 512 * 2**20
_TERM = re.compile(rb"<<\(|\)>>")
#: At the beginning of a file, behind comments at most.
_DOCTYPE = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?xml\s[^<>]*\?>)?\s*(?:<!--(?:[^-]|-[^-])*+-->\s*)*+<!DOCTYPE\s+[\w:.-]{1,100}\s*\[([^\]]*)\]\s*>"
)
_ENTITY = re.compile(rb'<!ENTITY\s+([\w.-]{1,100})\s+"[^"<>&%]{0,1000}"\s*>')


def format_of(path: Path) -> ox.RdfFormat:
    """Return the format that a file's name says; Turtle if it says none."""
    import pyoxigraph as ox

    by_suffix = {
        ".ttl": ox.RdfFormat.TURTLE,
        ".nt": ox.RdfFormat.N_TRIPLES,
        ".nq": ox.RdfFormat.N_QUADS,
        ".trig": ox.RdfFormat.TRIG,
        ".rdf": ox.RdfFormat.RDF_XML,
        ".xml": ox.RdfFormat.RDF_XML,
        ".owl": ox.RdfFormat.RDF_XML,
        ".jsonld": ox.RdfFormat.JSON_LD,
        ".n3": ox.RdfFormat.N3,
    }
    return by_suffix.get(path.suffix.lower(), ox.RdfFormat.TURTLE)


def load_file(store: ox.Store, path: Path) -> None:
    """Load a file into a store.

    Raises:
        InputError: it cannot be read, or is no RDF of the format that its name says.
    """
    format = format_of(path)
    try:
        with path.open("rb") as stream:
            if not path.is_file():
                # A pipe is read once.
                load_bytes(store, all_of(stream, str(path)), format, str(path))
                return
            _inspect(stream, format, str(path))
    except OSError as error:
        raise InputError(f"not readable: {error.strerror or _one_line(error)}", where=str(path)) from error
    with _told(str(path)):
        store.bulk_load(path=str(path), format=format, base_iri=path.resolve().as_uri())


def load_bytes(store: ox.Store, content: bytes, format: ox.RdfFormat, name: str) -> None:
    """Load RDF that has been read into a store; ``name`` stands for the file.

    Raises:
        InputError: it is no RDF of this format.
    """
    _inspect(io.BytesIO(content), format, name)
    with _told(name):
        store.bulk_load(content, format, base_iri=f"file:///{quote(name.lstrip('/'))}")


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Turn what Oxigraph raises into what a person is told; a token that is too long for it is out of memory to it."""
    try:
        yield
    except (SyntaxError, ValueError, OSError, MemoryError) as error:
        raise InputError(f"not readable as RDF: {_one_line(error)}", where=name) from error


def all_of(stream: BinaryIO, name: str) -> bytes:
    """Return what can be read only once.

    Raises:
        InputError: it is more than RDF is that comes so.
    """
    content = stream.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise InputError(f"more than {_LARGEST:,} bytes from what is no file", where=name)
    return content


def _inspect(stream: BinaryIO, format: ox.RdfFormat, name: str) -> None:
    import pyoxigraph as ox

    if format == ox.RdfFormat.RDF_XML:
        _inspect_xml(stream, name)
    elif format != ox.RdfFormat.JSON_LD:
        _inspect_terms(stream, name)


def _inspect_terms(stream: BinaryIO, name: str) -> None:
    depth = 0
    for block in _blocks(stream):
        for sign in _TERM.finditer(block):
            depth = max(0, depth + (1 if sign[0] == b"<<(" else -1))
            if depth > DEEPEST:
                raise InputError(f"more than {DEEPEST} triple terms in one another", where=name)


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield a stream in blocks that no sign of three bytes lies across."""
    rest = b""
    while block := stream.read(_BLOCK):
        block = rest + block
        # A sign that the end of a block may have begun goes to the next.
        cut = len(block) - next((n for n in (2, 1) if block[-n:] in (b"<<", b"<", b")>", b")")), 0)
        rest = block[cut:]
        yield block[:cut]


def _has_plain_entities(head: bytes) -> bool:
    """Tell whether a file's document type does no more than to declare entities without others in them, once each.

    That is what ontology editors write, to shorten namespaces. All parsers understand it alike.
    """
    declared = _DOCTYPE.match(head)
    if not declared:
        return False
    names = _ENTITY.findall(declared[1])
    return not _ENTITY.sub(b"", declared[1]).strip() and len({*names}) == len(names)


def _inspect_xml(stream: BinaryIO, file: str) -> None:
    from lxml import etree

    depth = 0
    block = stream.read(_BLOCK)

    class Inspection:
        def start(self, tag: str | bytes, attrib: dict[str | bytes, str | bytes]) -> None:
            nonlocal depth
            depth += 1
            if depth > DEEPEST:
                raise InputError(f"more than {DEEPEST} elements in one another", where=file)

        def end(self, tag: str | bytes) -> None:
            nonlocal depth
            depth -= 1

        def close(self) -> None:
            pass

    class Suspicion(Inspection):
        def doctype(self, name: str | None, pubid: str | None, system: str | None) -> None:
            raise InputError(
                "XML with such a document type declaration is not read",
                where=file,
                hint="all that it may do is to declare plain entities, once each; write others out",
            )

    plain = _has_plain_entities(block)
    # A target need not have a method for every event.
    target: Any = Inspection() if plain else Suspicion()
    # libxml2 stops at entities that make a file many times as large.
    parser = etree.XMLParser(target=target, resolve_entities=plain, no_network=True, load_dtd=False)
    try:
        while block:
            parser.feed(block)
            block = stream.read(_BLOCK)
        parser.close()
    except etree.XMLSyntaxError as error:
        raise InputError(f"not well-formed XML: {_one_line(error)}", where=file) from error


def _one_line(error: BaseException) -> str:
    return re.sub(r"\s+", " ", str(error)).strip()
