"""Names that a person gives: a list of things to be found wherever a text names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperatlas.errors import InputError, shortened
from paperatlas.extract.lists import names_in, read_rows
from paperatlas.schema import EntityType

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.matcher import PhraseMatcher
    from spacy.tokens import Doc, Span

#: The longest name, in characters. Abstracts name nothing so long, and spaCy takes a million at most.
MAX_NAME = 1_000
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
        InputError: as :func:`~paperatlas.extract.lists.read_rows`; or a line has no name or no type of the schema.
    """
    return [_entry(row.cells, row.where) for row in read_rows(path, several=("aliases",))]


def _entry(row: Mapping[str, Any], where: str) -> Entry:
    name, kind, aliases = row.get("name"), row.get("type"), row.get("aliases") or []
    if not isinstance(name, str) or not name.strip():
        raise InputError("no name", where=where, hint="each line needs name and type")
    if not isinstance(kind, str) or kind.strip().casefold() not in _TYPES:
        given = shortened(kind) if isinstance(kind, str) else kind
        raise InputError(f"unknown type {given!r}", where=where, hint=", ".join(EntityType))
    entry = Entry(name.strip(), _TYPES[kind.strip().casefold()], names_in(aliases, where))
    for one in (entry.name, *entry.aliases):
        if len(one) > MAX_NAME:
            problem = f"a name of {len(one):,} characters (the most is {MAX_NAME:,}): {shortened(one)!r}"
            raise InputError(problem, where=where)
    return entry


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
