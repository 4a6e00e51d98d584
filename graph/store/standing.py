"""A store as what linking a change stands upon: see :class:`paperatlas.graph.linking.Standing`."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from paperatlas.extract.facts import Entity, Facts, Span
from paperatlas.graph.build import EdgeKey
from paperatlas.graph.linking import Member
from paperatlas.graph.resolve.company import words_of
from paperatlas.graph.store.rows import ENTITY_TYPES, read
from paperatlas.graph.store.schema import reading


class _Place(NamedTuple):
    family: str
    node: str


class StandingStore:
    """The store at ``path``, which a connection reads. What tells of many rows is read in one pass, at first."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @reading
    def families_of(self, papers: Collection[str]) -> set[str]:
        """Return the families of what papers name."""
        return {place.family for paper in papers for place in self._places.get(paper, {}).values()}

    @reading
    def families(self, keys: Iterable[str]) -> dict[str, str]:
        """Return the families of keys, as far as they have one."""
        query = "SELECT family FROM families WHERE key = ?"
        found = {key: self._connection.execute(query, (key,)).fetchone() for key in keys}
        return {key: row[0] for key, row in found.items() if row}

    @reading
    def members(self, families: Collection[str]) -> list[Member]:
        """Return what belongs to families."""
        found = []
        query = "SELECT paper, position, key, name, type, confidence FROM entities ORDER BY paper, position"
        for paper, position, key, name, kind, confidence in self._connection.execute(query) if families else ():
            place = self._places[paper][key]
            if place.family in families:
                surfaces = self._surfaces[paper].get(key, {})
                mentions = tuple(surfaces)
                aliases = tuple(dict.fromkeys(surfaces.values()))
                entity = Entity(key, name, ENTITY_TYPES[kind], aliases, mentions, confidence)
                found.append(Member((paper, key), position, entity, place.node))
        return found

    @reading
    def named(self, papers: Collection[str]) -> dict[str, dict[str, str]]:
        """Return the nodes of what papers name, by the papers' keys and those of the entities."""
        return {
            paper: {entity: place.node for entity, place in self._places[paper].items() if place.node}
            for paper in papers
            if paper in self._places
        }

    @reading
    def company(self, paper: str) -> Mapping[str, frozenset[str]]:
        """Return the words of what a paper names, by the keys of the entities."""
        return {entity: words_of(surfaces.values()) for entity, surfaces in self._surfaces[paper].items()}

    @reading
    def types(self, nodes: Iterable[str]) -> dict[str, str]:
        """Return the types of nodes."""
        query = "SELECT type FROM nodes WHERE node = ?"
        found = {node: self._connection.execute(query, (node,)).fetchone() for node in nodes}
        return {node: row[0] for node, row in found.items() if row}

    @reading
    def dates(self) -> dict[str, str]:
        """Return the dates of all papers."""
        return dict(self._connection.execute("SELECT paper, date FROM papers"))

    @reading
    def facts(self, papers: Collection[str]) -> Iterable[Facts]:
        """Return what papers state."""
        return [stored.facts for stored in read(self._connection, papers)]

    @reading
    def stating(self, edges: Iterable[EdgeKey]) -> set[str]:
        """Return the papers that state edges."""
        query = "SELECT data ->> '$.papers' FROM edges WHERE head = ? AND tail = ? AND type = ?"
        rows = (self._connection.execute(query, edge).fetchone() for edge in edges)
        return {paper.removeprefix("paper/") for row in rows if row for paper in json.loads(row[0])}

    @cached_property
    def _places(self) -> dict[str, dict[str, _Place]]:
        found: dict[str, dict[str, _Place]] = defaultdict(dict)
        for paper, entity, family, node in self._connection.execute("SELECT * FROM members"):
            found[paper][entity] = _Place(family, node)
        return dict(found)

    @cached_property
    def _surfaces(self) -> dict[str, dict[str, dict[Span, str]]]:
        found: dict[str, dict[str, dict[Span, str]]] = defaultdict(lambda: defaultdict(dict))
        query = "SELECT paper, entity, start, end, surface FROM mentions ORDER BY paper, entity, start, end"
        for paper, entity, start, end, surface in self._connection.execute(query):
            found[paper][entity][Span(start, end)] = surface
        return found
