"""The RDF that is asked: of an atlas, of a file, of a stream; in memory, or from an index on disk."""

from __future__ import annotations

import io
import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import pyoxigraph as ox

from paperatlas.errors import InputError
from paperatlas.export.namespaces import PREFIXES
from paperatlas.export.rdf.dataset import statistics
from paperatlas.export.sparql.names import Names, write_names
from paperatlas.files import stdin
from paperatlas.graph.atlas import TURTLE, open_atlas
from paperatlas.rdf import all_of, format_of, load_bytes, load_file

#: An atlas whose Turtle has fewer bytes than this is read anew each time: that takes less than half a second.
_SMALL = 4_000_000
#: What RDF/XML may begin with, and nothing else does.
_XML = (b"<?xml", b"<!DOCTYPE", b"<!--", b"<rdf:RDF")


@dataclass(frozen=True, slots=True)
class Data:
    """RDF in a store, and the prefixes that queries over it need not declare."""

    store: ox.Store
    prefixes: Mapping[str, str] = field(default_factory=lambda: dict(PREFIXES))
    #: The table of names beside an index.
    table: Path | None = None

    def names(self) -> Names:
        """Return what finds things by their names."""
        return Names(self.store, self.prefixes["id"], self.table)


def load(path: Path) -> Data:
    """Load the RDF of an atlas' folder, of its store, of a file, or of stdin (``-``: Turtle, or any format inside it).

    A large atlas is loaded into an index beside it once, and opened there from then on.

    Raises:
        AtlasError: there is nothing to load.
        InputError: it is damaged.
    """
    if str(path) == "-":
        return _from_stream(stdin().buffer)
    if path.is_dir() and (path / TURTLE).is_file():
        turtle, folder = path / TURTLE, index_folder(path)
        return (index(turtle, folder) if folder else None) or _from_file(turtle)
    if path.is_dir() or path.suffix == ".db" or not path.exists():
        return _from_store(path)
    return _from_file(path)


def index_folder(atlas: Path) -> Path | None:
    """Return where the index of an atlas' folder is, or is to be; ``None`` for a small atlas, which needs none."""
    large = (atlas / TURTLE).stat().st_size >= _SMALL
    return atlas / f".{TURTLE}.index" if large else None


def index(turtle: Path, folder: Path) -> Data | None:
    """Return the RDF of a file from the index in ``folder``, which is made anew if the file has changed since.

    Returns ``None`` where the index cannot be written.

    Raises:
        InputError: the file is damaged.
    """
    state = turtle.stat()
    signature = folder / f"{state.st_size}-{state.st_mtime_ns}-{ox.__version__}"
    if signature.exists() or _make_index(turtle, folder, signature):
        return open_index(folder)
    return None


def open_index(folder: Path) -> Data:
    """Return the RDF of an index; any number of processes may have it open."""
    prefixes = json.loads((folder / "prefixes.json").read_text(encoding="utf-8"))
    return Data(ox.Store.read_only(str(folder / "store")), prefixes, folder / "names.db")


def _make_index(turtle: Path, folder: Path, signature: Path) -> bool:
    """Make an index beside where it goes, and move it there; tell whether it is there now."""
    try:
        made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f"{folder.name}.", suffix=".part"))
    except OSError:
        return False
    try:
        store = ox.Store(str(made / "store"))
        load_file(store, turtle)
        store.optimize()
        store.flush()
        write_names(store, made / "names.db")
        (made / "statistics.json").write_text(json.dumps(statistics(store).as_json()), encoding="utf-8")
        del store
        (made / "prefixes.json").write_text(json.dumps(_prefixes(turtle)), encoding="utf-8")
        (made / signature.name).touch()
        shutil.rmtree(folder, ignore_errors=True)
        made.replace(folder)
    except OSError:
        # No space, or somebody else was faster: then theirs is there.
        return signature.exists()
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return True


def _from_store(path: Path) -> Data:
    from paperatlas.export.rdf import write_turtle

    made = io.BytesIO()
    write_turtle(open_atlas(path), made)
    store = ox.Store()
    store.bulk_load(made.getvalue(), ox.RdfFormat.TURTLE)
    return Data(store)


def _from_file(path: Path) -> Data:
    store = ox.Store()
    load_file(store, path)
    return Data(store, _prefixes(path))


def _from_stream(stream: BinaryIO) -> Data:
    content = all_of(stream, "stdin")
    start = content[:512].lstrip()
    # TriG holds Turtle, and Turtle holds N-Triples; a quad a line is none of them.
    formats = [ox.RdfFormat.JSON_LD] if start[:1] in (b"{", b"[") else [ox.RdfFormat.TRIG, ox.RdfFormat.N_QUADS]
    formats = [ox.RdfFormat.RDF_XML] if start.startswith(_XML) else formats
    problems = []
    for format in formats:
        store = ox.Store()
        try:
            load_bytes(store, content, format, "stdin")
        except InputError as error:
            problems.append(error)
            continue
        return Data(store)
    raise problems[0]


def _prefixes(path: Path) -> dict[str, str]:
    """Return the usual prefixes, and those that a file declares at its head."""
    parser = ox.parse(path=str(path), format=format_of(path), lenient=True)
    try:
        # The prefixes are known once the first statement is read.
        next(parser, None)
    except (SyntaxError, ValueError, MemoryError):
        return dict(PREFIXES)
    return PREFIXES | dict(parser.prefixes)


def one_line(error: Exception) -> str:
    """Return an error's text on one line."""
    return re.sub(r"\s+", " ", str(error)).strip()
