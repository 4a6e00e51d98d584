"""Queries of our own over a store of RDF, for what the exports need to know of it."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from paperatlas.export.namespaces import PREFIXES


def rows(store: ox.Store, query: str) -> Iterator[list[str]]:
    """Yield the solutions of a SELECT query as text, the unbound as empty; the usual prefixes are known."""
    found = store.query(query, prefixes=PREFIXES)
    if isinstance(found, ox.QuerySolutions):
        for solution in found:
            yield [
                term.value if isinstance(term, ox.NamedNode | ox.Literal | ox.BlankNode) else "" for term in solution
            ]
