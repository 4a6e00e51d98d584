"""Tables of papers: values separated by commas, semicolons (as spreadsheets write them where the comma is a decimal
sign) or tabs, with a header that names the columns.

id,title,abstract,year
doc-1,Foo: A Network,"We introduce Foo, ...",2021
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

from paperatlas.errors import InputError, shortened
from paperatlas.extract.paper import Paper, Source
from paperatlas.extract.readers.files import MAX_LINE, TextFile
from paperatlas.extract.readers.records import Skipped, names_abstract, paper_from

#: How many columns of a header, and how much of each name, a message repeats.
_COLUMNS, _LETTERS = 8, 30


def sniff_csv(head: str) -> bool:
    """Tell a comma- or semicolon-separated table by its header."""
    return any(_has_abstract(_header(head, delimiter)) for delimiter in ",;")


def sniff_tsv(head: str) -> bool:
    """Tell a tab-separated table by its header."""
    return _has_abstract(_header(head, "\t"))


def read_csv(file: TextFile) -> Iterator[Paper | Skipped]:
    """Yield the papers of a comma- or semicolon-separated table. Cells may hold line breaks, in quotes."""
    return _read(file, ";" if _has_abstract(_header(file.head(), ";")) else ",")


def read_tsv(file: TextFile) -> Iterator[Paper | Skipped]:
    """Yield the papers of a tab-separated table."""
    return _read(file, "\t")


def _read(file: TextFile, delimiter: str) -> Iterator[Paper | Skipped]:
    csv.field_size_limit(MAX_LINE)
    rows = csv.reader(_whole_lines(file), delimiter=delimiter)
    header: list[str] = []
    end = 0
    try:
        for row in rows:
            line, end = end + 1, rows.line_num
            if not any(cell.strip() for cell in row):
                continue
            if not header:
                header = row
                if not _has_abstract(header):
                    raise InputError(
                        f"no column 'abstract' in the header ({_told(header)})", where=f"{file.name}:{line}"
                    )
                continue
            source = Source(file.name, line)
            if len(row) != len(header):
                yield Skipped(source, f"{len(row)} cells where the header has {len(header)}")
                continue
            yield paper_from(dict(zip(header, row, strict=True)), source)
    except csv.Error as error:
        raise InputError(f"not a table: {error}", where=f"{file.name}:{rows.line_num}") from error


def _whole_lines(file: TextFile) -> Iterator[str]:
    for line in file.lines():
        if len(line.text) >= MAX_LINE:
            raise InputError(line.fault, where=f"{file.name}:{line.number}")
        yield line.text + "\n"


def _header(head: str, delimiter: str) -> list[str]:
    first = head.lstrip().partition("\n")[0]
    return next(csv.reader([first[:10_000]], delimiter=delimiter), [])


def _has_abstract(header: list[str]) -> bool:
    return len(header) > 1 and any(map(names_abstract, header))


def _told(header: list[str]) -> str:
    names = [shortened(name.strip(), _LETTERS) for name in header[:_COLUMNS]]
    return ", ".join([*names, "…"] if len(header) > _COLUMNS else names)
