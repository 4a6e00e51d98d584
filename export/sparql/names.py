"""What a person's words mean in a store of RDF: the same as in an atlas (:meth:`paperatlas.graph.atlas.Atlas.find`).

The names are folded once and kept in a small table, beside the index where there is one.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Collection, Iterator
from contextlib import closing
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from paperatlas.errors import NotFoundError
from paperatlas.export.namespaces import ONTOLOGY
from paperatlas.export.rdf.iris import encoded
from paperatlas.export.rdf.terms import PA, A
from paperatlas.export.select import rows
from paperatlas.extract.surface import slug, surface_key
from paperatlas.graph.build import PAPER_TYPE
from paperatlas.graph.lookup import as_text
from paperatlas.schema import EntityType

_TYPES = (*(kind.value for kind in EntityType), PAPER_TYPE)
_LABELS = f"""
SELECT ?node ?type ?label (MAX(?given) AS ?support) {{
  VALUES ?type {{ {" ".join(f"pa:{kind}" for kind in _TYPES)} }}
  ?node a ?type ; skos:prefLabel|skos:altLabel|rdfs:label|dcterms:title ?label .
  OPTIONAL {{ ?node pa:support ?given }}
}} GROUP BY ?node ?type ?label"""


class Named(NamedTuple):
    """Something that a name means."""

    iri: str
    type: str
    name: str


def write_names(store: ox.Store, path: Path | str) -> None:
    """Write what the nodes of ``store`` are called to a table at ``path``."""
    with closing(sqlite3.connect(path)) as connection:
        _write(store, connection)


def _write(store: ox.Store, connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE names (key TEXT, iri TEXT, type TEXT, name TEXT, support INTEGER)")
    connection.executemany("INSERT INTO names VALUES (?, ?, ?, ?, ?)", _labels(store))
    connection.execute("CREATE INDEX by_key ON names (key)")
    connection.commit()


def _labels(store: ox.Store) -> Iterator[tuple[str, str, str, str, int]]:
    for node, kind, label, support in rows(store, _LABELS):
        yield surface_key(label), node, kind.removeprefix(ONTOLOGY), label, int(support or 1)


class Names:
    """Finds nodes by what they are called. ``table`` is what :func:`write_names` wrote, if that was done."""

    def __init__(self, store: ox.Store, base: str, table: Path | None = None) -> None:
        self._store = store
        self._base = base
        # It is closed when the process ends, by a thread that need not be the one that asked.
        self._connection = sqlite3.connect(table or ":memory:", check_same_thread=False)
        weakref.finalize(self, self._connection.close)
        if table is None:
            _write(store, self._connection)

    def find(self, name: str, kinds: Collection[str] = ()) -> Named:
        """Return what ``name`` means: an identifier, an IRI, a name or an alias, however spelt.

        Of several, what most papers name; if ``kinds`` are given, one of these.

        Raises:
            NotFoundError: nothing of these kinds is called so; the message says what is nearly.
        """
        name, wanted = as_text(name), set(kinds or _TYPES)
        meant = [*self._by_identifier(name), *self._by_name(name)]
        for found in meant:
            if found.type in wanted:
                return found
        wish = " or ".join(sorted(wanted)) if kinds else "thing"
        if meant:
            raise NotFoundError(f"{meant[0].name} is a {meant[0].type}", hint=f"asked for is a {wish}")
        raise NotFoundError(f"no {wish} here is called {name!r}", hint=self._near(name, wanted))

    def _by_identifier(self, name: str) -> Iterator[Named]:
        plain = name.removeprefix("id:")
        candidates = [self._base + encoded(part) for part in (plain, slug(plain), f"paper/{plain}") if part]
        for iri in [name, *candidates] if name.startswith(("http://", "https://")) else candidates:
            try:
                node = ox.NamedNode(iri)
            except ValueError:
                continue
            for kind in _TYPES:
                if ox.Quad(node, A, PA[kind]) in self._store:
                    yield Named(iri, kind, plain)

    def _by_name(self, name: str) -> list[Named]:
        query = "SELECT iri, type, name FROM names WHERE key = ? ORDER BY support DESC, iri"
        return [Named(*row) for row in self._connection.execute(query, (surface_key(name),))]

    def _near(self, name: str, kinds: Collection[str]) -> str:
        rows = self._connection.execute("SELECT name, type FROM names")
        spelt = {label.casefold(): label for label, kind in rows if kind in kinds}
        near = [spelt[match] for match in get_close_matches(name.casefold(), sorted(spelt), n=3)]
        return f"did you mean {', '.join(near)}?" if near else "'paperatlas stats DIR' shows what there is"
