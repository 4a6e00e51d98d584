"""Outside lists: things tied to the identifiers that others have given them, by name, never by guess.

A list is RDF (SKOS, or anything with ``rdfs:label``), CSV or TSV with a header, or JSON Lines; its columns are ``id``,
``name`` and, if there are any, ``aliases`` (between "|") and ``type``. What an atlas is tied to is kept in its folder,
so that it can be linked anew without the list.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from paperatlas.errors import InputError, shortened
from paperatlas.extract.lists import names_in, read_rows
from paperatlas.graph.resolve.forms import Form, form
from paperatlas.graph.resolve.things import Reason, Thing
from paperatlas.graph.resolve.variants import KINDS, steps
from paperatlas.schema import EntityType

#: The list that an atlas is tied to, in its folder.
AUTHORITY = "authority.jsonl"

_RDF = frozenset((".ttl", ".nt", ".rdf", ".owl", ".xml", ".jsonld", ".n3"))
_RDF_SYNTAX = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_COLUMNS = {
    "id": ("id", "item", "iri", "uri", "curie"),
    "name": ("name", "label", "preflabel", "itemlabel", "title"),
    "aliases": ("aliases", "alias", "altlabel", "altlabels", "itemaltlabel", "synonyms"),
    "type": ("type", "class", "kind"),
}
_TYPES = {kind.value.casefold(): kind for kind in EntityType}


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing of an outside list. ``type`` is ``None`` where the list gives none that this schema knows."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    type: EntityType | None = None


@dataclass(frozen=True, slots=True)
class Ties:
    """What came of a list: the identifiers and reasons by nodes, and what was left untied, in words."""

    exact: Mapping[str, tuple[str, ...]]
    reasons: Mapping[str, tuple[Reason, ...]]
    untied: tuple[str, ...]


def read_authority(path: Path) -> tuple[Entry, ...]:
    """Read an outside list.

    Raises:
        InputError: as :func:`~paperatlas.extract.lists.read_rows`; or a line has no id or name, or none names anything.
    """
    if not path.is_file():
        raise InputError("no such file", where=str(path))
    if path.suffix.lower() in _RDF:
        entries = [*_from_rdf(path)]
    else:
        entries = [_entry(row.cells, row.where) for row in read_rows(path)]
    if not entries:
        raise InputError("names nothing", where=str(path), hint="each entry needs an id and a name")
    return tuple(entries)


def kept_authority(folder: Path) -> tuple[Entry, ...]:
    """Return the list that the atlas in ``folder`` is tied to; nothing if it is tied to none.

    Raises:
        InputError: as :func:`read_authority`.
    """
    path = folder / AUTHORITY
    return read_authority(path) if path.exists() and path.stat().st_size else ()


def as_kept(entries: Iterable[Entry]) -> bytes:
    """Return the content of the file that keeps a list in an atlas' folder."""
    ordered = sorted(set(entries), key=lambda e: (e.id, e.name, e.aliases))
    rows = ({"id": e.id, "name": e.name, "aliases": [*e.aliases], "type": e.type} for e in ordered)
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def digest(entries: Iterable[Entry]) -> str:
    """Return a hash of what a list says."""
    return hashlib.sha256(repr([*entries]).encode()).hexdigest()[:16]


def tied(things: Sequence[Thing], entries: Sequence[Entry]) -> Sequence[Thing]:
    """Return the things with the identifiers that ``entries`` give them, and that as a reason."""
    ties = tie(things, entries)
    return [
        replace(thing, exact=ties.exact[thing.id], reasons=(*thing.reasons, *ties.reasons[thing.id]))
        if thing.id in ties.exact
        else thing
        for thing in things
    ]


def tie(things: Sequence[Thing], entries: Sequence[Entry]) -> Ties:
    """Tie things to the entries that have their names.

    A name that is no abbreviation is enough, if the types do not speak against it; an abbreviation only where the entry
    is of the thing's type and neither has another long form. Names that several entries have, and entries that several
    things could be, are left untied.
    """
    called: dict[str, list[tuple[Entry, int]]] = defaultdict(list)
    for entry in entries:
        for rank, one in _names(entry):
            called[one.key].append((entry, rank))
    claims: dict[str, list[tuple[int, Thing, Entry, Form]]] = defaultdict(list)
    untied: list[str] = []
    for thing in things if called else ():
        found = _candidates(thing, called)
        ids = sorted({entry.id for _, entry, _ in found})
        if len(ids) > 1:
            untied.append(f"{thing.name} ({thing.id}) could be {' or '.join(ids)}")
        elif found:
            rank, entry, by = min(found, key=lambda f: (f[0], f[2].text))
            claims[entry.id].append((rank, thing, entry, by))
    exact: dict[str, tuple[str, ...]] = {}
    reasons: dict[str, tuple[Reason, ...]] = {}
    for identifier, several in sorted(claims.items()):
        best = min(rank for rank, *_ in several)
        chosen = [claim for claim in several if claim[0] == best]
        if len(chosen) > 1:
            untied.append(f"{identifier} could be {' or '.join(sorted(thing.id for _, thing, *_ in chosen))}")
            continue
        ((_, thing, entry, by),) = chosen
        exact[thing.id] = (identifier,)
        reasons[thing.id] = (
            Reason(rule="authority", forms=[by.text, entry.name], papers=[], sureness=1.0, note=identifier),
        )
        untied += [f"{t.name} ({t.id}) goes by a name of {identifier} too" for r, t, *_ in several if r != best]
    return Ties(exact, reasons, tuple(sorted(untied)))


def _names(entry: Entry) -> Iterator[tuple[int, Form]]:
    """Yield the forms of an entry, its name first, with what a longer way to say a name is short for."""
    for text in dict.fromkeys((entry.name, *entry.aliases)):
        one = form(text)
        if one.key:
            yield int(text != entry.name), one
        for step in steps(one.text, KINDS[entry.type]) if entry.type else ():
            if form(step.base).is_name:
                yield 1, form(step.base)


def _candidates(thing: Thing, called: Mapping[str, list[tuple[Entry, int]]]) -> list[tuple[int, Entry, Form]]:
    """Return the entries that a thing may be, the lower the number the better, with the form that says so."""
    forms = {one.key: one for one in map(form, (*reversed(thing.aliases), thing.name))}
    long: list[tuple[int, Entry, Form]] = []
    short: list[tuple[int, Entry, Form]] = []
    for key, one in sorted(forms.items()):
        for entry, rank in called.get(key, ()):
            if entry.type is None or KINDS[entry.type] == KINDS[thing.type]:
                by_name = rank + 2 * (key != form(thing.name).key)
                (short if one.is_abbreviation else long).append((by_name, entry, one))
    if long:
        return long
    # An abbreviation alone: only for a thing that nobody spells out, or an entry that does not either.
    spelt = any(not one.is_abbreviation and " " in one.text for one in forms.values())
    return [
        (rank, entry, one)
        for rank, entry, one in short
        if entry.type is not None and not (spelt and any(" " in name for name in (entry.name, *entry.aliases)))
    ]


def _entry(row: Mapping[str, Any], where: str) -> Entry:
    identifier, name = (_cell(row, column, where) for column in ("id", "name"))
    if re.search(r"\s", identifier):
        raise InputError(f"an id with blanks: {shortened(identifier)!r}", where=where)
    aliases = _value(row, "aliases") or []
    if isinstance(aliases, str):
        aliases = aliases.split("|")
    names = tuple(dict.fromkeys(names_in(aliases, where)))
    return Entry(identifier, " ".join(name.split()), names, _type(str(_value(row, "type") or "")))


def _value(row: Mapping[str, Any], column: str) -> Any:
    return next((row[name] for name in _COLUMNS[column] if row.get(name)), None)


def _cell(row: Mapping[str, Any], column: str, where: str) -> str:
    value = _value(row, column)
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"no {column}", where=where, hint="each entry needs an id and a name")
    return value.strip()


def _type(name: str) -> EntityType | None:
    """Return the type that the last part of a name or an IRI is."""
    return _TYPES.get(re.split(r"[/#:]", name.strip())[-1].casefold())


def _from_rdf(path: Path) -> Iterator[Entry]:
    import pyoxigraph as ox

    from paperatlas.rdf import load_file

    store = ox.Store()
    load_file(store, path)
    preferred_label, label, *others = (
        ox.NamedNode(f"{space}{name}")
        for space, name in ((_SKOS, "prefLabel"), (_RDFS, "label"), (_SKOS, "altLabel"), (_SKOS, "hiddenLabel"))
    )

    def labels(subject: ox.NamedNode, *properties: ox.NamedNode) -> list[str]:
        found = [q.object for p in properties for q in store.quads_for_pattern(subject, p, None)]
        literals = [o for o in found if isinstance(o, ox.Literal)]
        english = [o for o in literals if o.language is None or o.language.lower().startswith("en")]
        return sorted({o.value.strip() for o in english or literals} - {""})

    named = {q.subject for p in (preferred_label, label) for q in store.quads_for_pattern(None, p, None)}
    for subject in sorted((s for s in named if isinstance(s, ox.NamedNode)), key=lambda s: s.value):
        preferred = labels(subject, preferred_label) or labels(subject, label)
        if not preferred:
            continue
        classes = (q.object for q in store.quads_for_pattern(subject, ox.NamedNode(f"{_RDF_SYNTAX}type"), None))
        kinds = {_type(c.value) for c in classes if isinstance(c, ox.NamedNode | ox.Literal)}
        names = {*preferred[1:], *labels(subject, *others, label)} - {preferred[0]}
        known = [kind for kind in kinds if kind]
        yield Entry(subject.value, preferred[0], tuple(sorted(names)), known[0] if len(known) == 1 else None)
