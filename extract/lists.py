"""Lists that a person gives: CSV or TSV with a header, or one JSON object a line. What stands in a row, others know.

Unlike the readers of papers, which skip what they cannot read, this stops at it: a list is short, and can be mended.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from paperatlas.errors import InputError
from paperatlas.extract.jsontext import parse_object
from paperatlas.extract.readers.files import MAX_LINE


class Row(NamedTuple):
    """A row of a list: where it stands (``file:line``), and its cells by the names of the columns in lower case."""

    where: str
    cells: Mapping[str, Any]


def read_rows(path: Path, *, several: Collection[str] = ()) -> Iterator[Row]:
    """Yield the rows of a list. A table's cells in the columns ``several`` come as lists of what is between "|".

    Raises:
        InputError: the file cannot be read, or a row is no JSON object, or no row of a table.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise InputError(f"cannot be read: {reason}", where=str(path)) from error
    return _objects(path, text) if text.lstrip().startswith("{") else _cells(path, text, several)


def names_in(value: object, where: str) -> tuple[str, ...]:
    """Return the names that stand in a cell: a list of them, or nothing.

    Raises:
        InputError: it is something else.
    """
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise InputError("aliases are no list of names", where=where)
    return tuple(name.strip() for name in value if name.strip())


def _objects(path: Path, text: str) -> Iterator[Row]:
    # Not splitlines: U+2028 and its like may stand in a string.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            where = f"{path}:{number}"
            row = parse_object(line, where)
            yield Row(where, {name.strip().casefold(): value for name, value in row.items()})


def _cells(path: Path, text: str, several: Collection[str]) -> Iterator[Row]:
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    # That of tables of papers: Python knows one limit for all.
    csv.field_size_limit(MAX_LINE)
    taken: list[str] = []
    rows = csv.reader(_noted(io.StringIO(text), taken), delimiter=delimiter)
    header: list[str] = []
    line = 1
    try:
        for row in rows:
            where, line = f"{path}:{line}", rows.line_num + 1
            if len(taken) > 1 and _unclosed(taken, delimiter):
                raise InputError("not a table: a quote that is not closed", where=where)
            taken.clear()
            if not header:
                header = [name.strip().casefold() for name in row]
            elif row:
                cells = dict(zip(header, row, strict=False))
                lists = {name: cells[name].split("|") for name in several if name in cells}
                yield Row(where, cells | lists)
    except csv.Error as error:
        raise InputError(f"not a table: {error}", where=f"{path}:{line}") from error


def _noted(lines: Iterable[str], taken: list[str]) -> Iterator[str]:
    """Yield lines, and note in ``taken`` which were asked for; the end of the file is noted as an empty one."""
    for line in chain(lines, [""]):
        taken.append(line)
        if line:
            yield line


def _unclosed(lines: Iterable[str], delimiter: str) -> bool:
    """Tell whether a row of several lines, or one that the file ends in, is one by a quote that is never closed.

    Such a quote takes the rows behind it for its cell, up to the next quote or the end. Python's strict reading refuses
    both; but also a row like ``"Foo" net,Model``, so that it is not for those of one line.
    """
    try:
        deque(csv.reader(lines, delimiter=delimiter, strict=True), maxlen=0)
    except csv.Error:
        return True
    return False
