"""Papers as JSON: one object a line (JSON Lines), or arrays of objects.

    {"id": "0704.0001", "title": "...", "abstract": "...", "update_date": "2008-11-26"}

The names of the fields are those of :data:`~paperatlas.extract.readers.records.FIELDS`; the arXiv metadata dump's
lines are such objects, and so are the items of CSL JSON. An array may be wrapped in an object (``{"papers": [...]}``),
however deep; of several lists of objects, those are read whose objects have abstracts. Such an object may have a title,
a summary or a text of its own; but one with an abstract is a paper, whatever it cites.

A record that is not JSON is passed over by its brackets (:mod:`~paperatlas.extract.readers.brackets`).
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator

from paperatlas.errors import InputError
from paperatlas.extract.jsontext import NotJSONError, parse, without_halves
from paperatlas.extract.paper import Paper, Source
from paperatlas.extract.readers.brackets import Outline, end_of, next_like, outline, skip_blank
from paperatlas.extract.readers.files import MAX_TEXT, TextFile, decoding_fault
from paperatlas.extract.readers.records import Skipped, names_abstract, names_text, paper_from, surely_names_abstract

#: The name of a field, up to its value.
_FIELD = re.compile(r'[\s,]*"((?:[^"\\\n]++|\\[^\n])*+)"\s*:\s*')
#: How surely an object is a paper, by its fields: it has a text, which many things have; a summary; an abstract.
_TEXT, _SUMMARY, _ABSTRACT = 1, 2, 3
#: How often, in its own length, a text may be gone over again to find where broken records end.
_PATIENCE = 4
_CUT_OFF = "; nothing behind it is read"


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
        source = Source(file.name, line.number)
        if line.fault:
            yield Skipped(source, line.fault)
        elif line.text.strip():
            yield from _from_line(line.text, source)


def read_array(file: TextFile) -> Iterator[Paper | Skipped]:
    """Yield the paper of each object in the arrays of ``file``, and of each object that is one itself.

    Raises:
        InputError: the file begins with something else, or with an object that holds no papers.
    """
    text = file.text(longest_line=MAX_TEXT)
    reading = _Reading(text, file.name)
    position = first = skip_blank(text, 0)
    while position < len(text):
        if text[position] == "[":
            position = yield from reading.array(position)
        elif text[position] == "{":
            whole = outline(text, position, len(text))
            arrays = _arrays(text, position, whole)
            if not arrays and not _is_paper(text, position, whole) and position == first:
                raise _no_papers(file.name)
            if not arrays:
                item, _ = reading.record(position, whole.end)
                yield item
            for array in arrays:
                # One that is broken may have gone over the next.
                if array > position:
                    position = yield from reading.array(array)
            position = max(position, whole.end)
        elif position == first:
            raise _no_papers(file.name)
        else:
            yield Skipped(reading.place(position), "neither an array nor an object; nothing behind it is read")
            return
        position = skip_blank(text, position)


def _no_papers(name: str) -> InputError:
    hint = "one object a line is JSON Lines: --from jsonl"
    return InputError("no array of papers in this JSON", where=name, hint=hint)


def _from_line(text: str, source: Source) -> Iterator[Paper | Skipped]:
    """Yield the paper that an object in one line is, or those of the arrays that it is around."""
    item: Paper | Skipped
    try:
        value = parse(without_halves(text))
    except NotJSONError as error:
        item = Skipped(source, f"not JSON: {error}")
    else:
        item = _paper(value, source)
    # Most lines by far: to look into each would take longer than to parse it.
    if isinstance(item, Paper) and isinstance(value, dict) and any(map(surely_names_abstract, value)):
        yield item
        return
    start = skip_blank(text, 0)
    arrays = _arrays(text, start, outline(text, start, len(text))) if text.startswith("{", start) else ()
    reading = _Reading(text, source.path, source.line)
    for array in arrays:
        yield from reading.array(array)
    if not arrays:
        yield item


def _paper(value: object, source: Source) -> Paper | Skipped:
    if not isinstance(value, dict):
        return Skipped(source, "not a JSON object")
    return paper_from(value, source)


def _is_paper(text: str, start: int, whole: Outline) -> bool:
    """Tell whether an object without arrays of papers is a paper itself."""
    return any(name.lower() == "title" for name in whole.names) or bool(_sureness(text, start, whole))


def _arrays(text: str, start: int, whole: Outline) -> tuple[int, ...]:
    """Return where the arrays of papers begin in an object around them; none if it is a paper itself."""
    own = _sureness(text, start, whole)
    if own == _ABSTRACT:
        return ()
    # A paper may have comments or sections, which have texts.
    least = _SUMMARY if own else _TEXT
    papers = tuple(array for array in whole.lists if _of_papers(text, array, least))
    return papers or (whole.lists if len(whole.lists) == 1 and not _is_paper(text, start, whole) else ())


def _of_papers(text: str, start: int, least: int) -> bool:
    """Tell whether one of the objects in a list is a paper at least as surely as ``least`` says."""
    position = start + 1
    while (position := skip_blank(text, position)) < len(text) and text[position] != "]":
        end = end_of(text, position)
        if text[position] == "{" and _sureness(text, position, outline(text, position, end)) >= least:
            return True
        position = end
    return False


def _sureness(text: str, start: int, whole: Outline) -> int:
    """Return how surely the object that begins at ``start`` is a paper, 0 if it has no field that tells."""
    if not any(map(names_abstract, whole.names)):
        return 0
    # Cut out, as the end of its last value is looked for behind it.
    piece = text[start : whole.end]
    surest, position = 0, 1
    while field := _FIELD.match(piece, position):
        surest = max(surest, _told_by(field[1], piece[field.end() : field.end() + 1]))
        position = end_of(piece, field.end())
    return surest


def _told_by(name: str, sign: str) -> int:
    """Return how surely a field is a paper's, by its name and by the sign that its value begins with."""
    if surely_names_abstract(name):
        # A paper whose abstract is null is one that has none, not something around those that it cites.
        return 0 if sign == "{" else _ABSTRACT
    if sign != '"' or not names_abstract(name):
        return 0
    return _TEXT if names_text(name) else _SUMMARY


class _Reading:
    """The records in a text, from its start to its end; ``line`` is that in which the text begins."""

    def __init__(self, text: str, name: str, line: int = 1) -> None:
        self._text = text
        self._name = name
        self._line = line
        self._line_start = self._counted = 0
        self._patience = _PATIENCE * len(text)

    def place(self, position: int) -> Source:
        """Return the place of a position that is behind those asked for before."""
        newlines = self._text.count("\n", self._counted, position)
        if newlines:
            self._line += newlines
            self._line_start = self._text.rfind("\n", self._counted, position) + 1
        self._counted = max(position, self._counted)
        return Source(self._name, self._line)

    def array(self, start: int) -> Generator[Paper | Skipped, None, int]:
        """Yield the papers of the array that begins at ``start``; return where it ends."""
        item: Paper | Skipped | None = None
        position = start + 1
        while (position := skip_blank(self._text, position)) < len(self._text):
            if self._text[position] == "]":
                return position + 1
            item, position = self.record(position, end_of(self._text, position))
            yield item
        if not (isinstance(item, Skipped) and item.reason.endswith(_CUT_OFF)):
            yield Skipped(self.place(position), "an array without an end; is the file cut off?")
        return position

    def record(self, start: int, end: int) -> tuple[Paper | Skipped, int]:
        """Return the paper that stands between two positions, and where to go on, which is sooner for a broken one."""
        source, begin = self.place(start), self._line_start
        piece = self._text[start:end]
        if fault := decoding_fault(piece):
            return Skipped(source, fault), end
        try:
            value = parse(without_halves(piece))
        except NotJSONError as error:
            # Its brackets may be what is wrong with it. But there are files in which all is gone over again for each.
            if len(piece) <= self._patience:
                self._patience -= len(piece)
                end = next_like(self._text, begin, start, end)
            last = self.place(start + len(self._text[start:end].rstrip()))
            lost = _CUT_OFF if end == len(self._text) else _left_out(source, last)
            return Skipped(source, f"not JSON: {_moved(error, source.line, start - begin)}{lost}"), end
        return _paper(value, source), end


def _moved(error: NotJSONError, line: int, column: int) -> str:
    """Return what is wrong with a piece of a file that begins in ``line``, behind ``column`` characters."""
    if error.column and error.line > 1:
        return f"{error.problem} (line {line + error.line - 1}, column {error.column})"
    return f"{error.problem} (column {column + error.column})" if error.column else error.problem


def _left_out(first: Source, last: Source) -> str:
    return f"; lines {first.line} to {last.line} are left out" if last.line > first.line else ""
