"""Names that a person gives: a list of things to be found wherever a text names them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperatlas.errors import InputError
from paperatlas.schema import EntityType

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.matcher import PhraseMatcher
    from spacy.tokens import Doc, Span

#: A name of no more characters than this is found in its own case only: "IS" is not "is".
_SHORT = 5
_TYPES = {kind.value.casefold(): kind for kind in EntityType}


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing with all names that it is to be found by."""

    name: str
    type: EntityType
    aliases: tuple[str, ...] = ()


def read_gazetteer(path: Path) -> list[Entry]:
    """Read a list of names: CSV or TSV with a header, or one JSON object a line.

    The columns or keys are ``name``, ``type`` and, if there are any, ``aliases`` (in a cell, between "|").

    Raises:
        InputError: the file cannot be read, or a line of it has no name or no type of the schema.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise InputError(f"cannot be read: {reason}", where=str(path)) from error
    rows = _json_rows(path, text) if text.lstrip().startswith("{") else _table_rows(text)
    return [_entry(row, f"{path}:{line}") for line, row in rows]


def _json_rows(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError as error:
                raise InputError("not JSON", where=f"{path}:{number}") from error
            if not isinstance(row, dict):
                raise InputError("no JSON object", where=f"{path}:{number}")
            yield number, row


def _table_rows(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    lines = text.splitlines()
    delimiter = "\t" if lines and "\t" in lines[0] else ","
    reader = csv.DictReader(lines, delimiter=delimiter)
    for row in reader:
        cells = {(name or "").strip().casefold(): cell for name, cell in row.items() if isinstance(cell, str)}
        yield reader.line_num, cells | {"aliases": [a for a in (cells.get("aliases") or "").split("|") if a.strip()]}


def _entry(row: Mapping[str, Any], where: str) -> Entry:
    name, kind, aliases = row.get("name"), row.get("type"), row.get("aliases") or []
    if not isinstance(name, str) or not name.strip():
        raise InputError("no name", where=where, hint="each line needs name and type")
    if not isinstance(kind, str) or kind.strip().casefold() not in _TYPES:
        raise InputError(f"unknown type {kind!r}", where=where, hint=", ".join(EntityType))
    if not isinstance(aliases, list) or not all(isinstance(alias, str) for alias in aliases):
        raise InputError("aliases are no list of names", where=where)
    return Entry(name.strip(), _TYPES[kind.strip().casefold()], tuple(alias.strip() for alias in aliases))


class Gazetteer:
    """Finds the entries of a list in a ``Doc``. The spans carry the entry's name as their ``kb_id_``."""

    def __init__(self, nlp: Language, entries: list[Entry]) -> None:
        from spacy.matcher import PhraseMatcher

        self._entries = entries
        self._exact, self._folded = PhraseMatcher(nlp.vocab, "ORTH"), PhraseMatcher(nlp.vocab, "LOWER")
        for number, entry in enumerate(entries):
            for name in dict.fromkeys((entry.name, *entry.aliases)):
                matcher = self._exact if len(name) <= _SHORT else self._folded
                self._add(matcher, str(number), nlp.make_doc(name))

    @staticmethod
    def _add(matcher: PhraseMatcher, key: str, pattern: Doc) -> None:
        if len(pattern):
            matcher.add(key, [pattern])

    def __call__(self, doc: Doc) -> list[Span]:
        """Return what the list names in ``doc``: the longest names, none in another."""
        from spacy.tokens import Span
        from spacy.util import filter_spans

        found = []
        for matcher in (self._exact, self._folded):
            for key, start, end in matcher(doc):
                entry = self._entries[int(doc.vocab.strings[key])]
                found.append(Span(doc, start, end, label=entry.type.value, kb_id=entry.name))
        return sorted(filter_spans(found), key=lambda span: span.start)
