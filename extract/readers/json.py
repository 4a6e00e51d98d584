"""Papers as JSON: one object a line (JSON Lines), or one array of objects.

    {"id": "0704.0001", "title": "...", "abstract": "...", "update_date": "2008-11-26"}

The names of the fields are those of :data:`~paperatlas.extract.readers.records.FIELDS`; the arXiv metadata dump's
lines are such objects. An array may be wrapped in an object (``{"papers": [...]}``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from paperatlas.errors import InputError
from paperatlas.extract.paper import Paper, Source
from paperatlas.extract.readers.files import MAX_TEXT, TextFile
from paperatlas.extract.readers.records import Skipped, paper_from

_BLANK = re.compile(r"[\s,]*")


def sniff_lines(head: str) -> bool:
    """Tell JSON Lines: an object that ends in the line that it begins in (or goes on past the head)."""
    first, newline, _ = head.lstrip().partition("\n")
    return first.startswith("{") and (not newline or first.rstrip().endswith("}"))


def sniff_array(head: str) -> bool:
    """Tell an array, or an object laid out over several lines that may hold one."""
    return bool(re.match(r"\s*(?:\[\s*[{\]]|\{)", head))


def read_lines(file: TextFile) -> Iterator[Paper | Skipped]:
    """Yield the paper of each line; the file is not held in memory."""
    for line in file.lines():
        if not line.text.strip():
            continue
        source = Source(file.name, line.number)
        if line.fault:
            yield Skipped(source, line.fault)
            continue
        try:
            value = json.loads(line.text)
        except (ValueError, RecursionError) as error:
            yield Skipped(source, f"not JSON: {_complaint(error)}")
            continue
        for record in _records(value):
            yield _paper(record, source)


def read_array(file: TextFile) -> Iterator[Paper | Skipped]:
    """Yield the paper of each object in the array.

    Raises:
        InputError: the file is not JSON, or holds no array of papers.
    """
    text = file.text(longest_line=MAX_TEXT)
    start = _array_start(text, file.name)
    decoder = json.JSONDecoder()
    position, line, counted = start + 1, 1, 0
    while True:
        position = _skip_blank(text, position)
        line += text.count("\n", counted, position)
        counted = position
        if text[position : position + 1] == "]":
            return
        source = Source(file.name, line)
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            raise InputError(f"not JSON: {_complaint(error)}", where=str(source)) from error
        yield _paper(value, source)


def _records(value: object) -> list[object]:
    """Return the records that a line holds: itself, or those of the array that it is an object around."""
    if isinstance(value, dict) and not value.keys() & {"abstract", "summary", "text"}:
        lists = [v for v in value.values() if isinstance(v, list) and v and all(isinstance(r, dict) for r in v)]
        if len(lists) == 1:
            return lists[0]
    return [value]


def _paper(value: object, source: Source) -> Paper | Skipped:
    if not isinstance(value, dict):
        return Skipped(source, "not a JSON object")
    return paper_from(value, source)


def _array_start(text: str, name: str) -> int:
    """Return where the array of papers begins: the first bracket, or that of the only list of objects inside."""
    match = re.match(r"\s*\[", text)
    if match:
        return match.end() - 1
    lists = [m.end() - 1 for m in re.finditer(r'"[^"\n]{1,60}"\s*:\s*\[(?=\s*\{)', text[:4096])]
    if not lists:
        raise InputError(
            "no array of papers in this JSON", where=name, hint="one object a line is JSON Lines: --from jsonl"
        )
    return lists[0]


def _skip_blank(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    return match.end() if match else position


def _complaint(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg[:1].lower()}{error.msg[1:]} (column {error.colno})"
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)
