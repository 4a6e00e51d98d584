"""Files of papers to papers. A format is one module and one row of :data:`FORMATS`; it is found from the content.

A record that cannot be read is handed to the caller's ``skip`` with its file and line; nothing is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from paperatlas.errors import InputError, UsageError
from paperatlas.extract.paper import Paper, Source
from paperatlas.extract.readers import abstracts, anthology, atom, bibtex, blocks, json, ris, table
from paperatlas.extract.readers.files import TextFile, open_inputs
from paperatlas.extract.readers.merge import merge
from paperatlas.extract.readers.records import Skipped

__all__ = ["FORMATS", "Format", "Skipped", "detect", "merge", "read_papers", "read_records"]


class Format(NamedTuple):
    """How papers are written in one kind of file."""

    #: For the help text.
    label: str
    #: Tells the format from the head of a file.
    sniff: Callable[[str], bool]
    read: Callable[[TextFile], Iterator[Paper | Skipped]]


#: By the name that ``--from`` takes. The order is that in which they are tried: those that are told surely come first.
FORMATS: dict[str, Format] = {
    "atom": Format("the arXiv API's Atom feed", atom.sniff, atom.read),
    "anthology": Format("the ACL Anthology's XML", anthology.sniff, anthology.read),
    "jsonl": Format("JSON Lines, the arXiv metadata dump among them", json.sniff_lines, json.read_lines),
    "json": Format("a JSON array of papers", json.sniff_array, json.read_array),
    "bibtex": Format("BibTeX", bibtex.sniff, bibtex.read),
    "ris": Format("RIS", ris.sniff, ris.read),
    "abstracts": Format("text, each abstract behind 'Abstract:'", abstracts.sniff, abstracts.read),
    "tsv": Format("tab-separated values with a header", table.sniff_tsv, table.read_tsv),
    "csv": Format("comma-separated values with a header", table.sniff_csv, table.read_csv),
    "blocks": Format("text, abstracts between blank lines, with arXiv:ID lines", blocks.sniff, blocks.read),
}


def detect(head: str) -> str | None:
    """Return the name of the format that a text's beginning shows, or ``None``.

    >>> detect('{"id": "1", "abstract": "We ..."}'), detect("TY  - JOUR"), detect("to do: nothing")
    ('jsonl', 'ris', None)
    """
    return next((name for name, form in FORMATS.items() if form.sniff(head)), None)


def read_records(
    inputs: Iterable[str], *, format: str | None = None, skip: Callable[[Skipped], None]
) -> Iterator[Paper]:
    """Yield the paper of each record of ``inputs``, as it stands; ``skip`` is told of those that cannot be read.

    A file that was named must be readable; one that merely lies in a named folder is skipped as a whole if it is not.

    Raises:
        InputError: an input does not exist, is broken or of no known format.
        UsageError: there is no format of that name.
    """
    if format is not None and format not in FORMATS:
        raise UsageError(f"no format {format!r}", hint=f"one of {', '.join(FORMATS)}")
    for file in open_inputs(inputs):
        try:
            for item in _items(file, format):
                if isinstance(item, Skipped):
                    skip(item)
                else:
                    yield item
        except InputError as error:
            if file.listed:
                raise
            skip(Skipped(Source(file.name, 1), str(error).removeprefix(f"{file.name}: ")))


def _items(file: TextFile, format: str | None) -> Iterator[Paper | Skipped]:
    head = file.head()
    name = format or detect(head)
    if name is None:
        raise InputError("of no format that is known", where=file.name, hint=f"--from one of {', '.join(FORMATS)}")
    return FORMATS[name].read(file)


def read_papers(
    inputs: Iterable[str],
    *,
    format: str | None = None,
    skip: Callable[[Skipped], None],
) -> list[Paper]:
    """Read ``inputs`` as :func:`read_records` does; return the distinct papers by key."""
    return merge(read_records(inputs, format=format, skip=skip))
