"""XML from outside: read in pieces, without entities, without the network, and without a document type.

A document type declaration is refused as a whole: no format here has one, and entities are how XML is made to explode
or to read files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from paperatlas.errors import InputError
from paperatlas.extract.readers.files import BROKEN, unreadable

if TYPE_CHECKING:
    from lxml.etree import _Element


def elements(stream: BinaryIO, name: str, *tags: str) -> Iterator[_Element]:
    """Yield each element of one of ``tags``, whole; it is forgotten once the next one is asked for.

    Elements inside another that is asked for come before it, and are forgotten with it.

    Raises:
        InputError: not well-formed, cut off, or with a document type declaration; ``name`` stands for the file.
    """
    from lxml import etree

    events = etree.iterparse(
        stream, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    wanted = frozenset(tags)
    try:
        for event, element in events:
            if event == "start":
                _refuse_declaration(element, name)
            elif element.tag in wanted:
                yield element
                element.clear()
                while (previous := element.getprevious()) is not None and (parent := element.getparent()) is not None:
                    parent.remove(previous)
    except etree.XMLSyntaxError as error:
        problem = re.sub(r", line \d+, column \d+.*$", "", str(error))
        raise InputError(f"not well-formed XML: {problem}", where=f"{name}:{error.lineno or 1}") from error
    except BROKEN as error:
        raise unreadable(error, name) from error


def line_of(element: _Element) -> int:
    """Return the line that an element begins in, from 1."""
    line: Any = element.sourceline
    return line or 1


def _refuse_declaration(element: _Element, name: str) -> None:
    if element.getroottree().docinfo.internalDTD is not None:
        raise InputError(
            "XML with a document type declaration is not read",
            where=f"{name}:{line_of(element)}",
            hint="none is needed; remove <!DOCTYPE ...>",
        )
