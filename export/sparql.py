"""SPARQL over an atlas or a file of RDF, by Oxigraph; see docs/decisions for why not rdflib's own engine."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from paperatlas.errors import AtlasError, QueryError, UsageError
from paperatlas.export.namespaces import PREFIXES
from paperatlas.graph.atlas import TURTLE, open_atlas

_RESULTS = {
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
}
_RDF = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".n3": ox.RdfFormat.N3,
}


class Table(NamedTuple):
    """Solutions for a person: IRIs abbreviated by the known prefixes, literals as their text."""

    header: list[str]
    rows: list[list[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gives: solutions, a yes or no, or triples."""

    result: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples

    def table(self) -> Table | None:
        """Return the answer as a table, unless it is triples."""
        if isinstance(self.result, ox.QueryBoolean):
            return Table(["answer"], [["yes" if self.result else "no"]])
        if isinstance(self.result, ox.QuerySolutions):
            names = [variable.value for variable in self.result.variables]
            return Table(names, [[_shown(solution[name]) for name in names] for solution in self.result])
        return None

    def serialize(self, format: str) -> bytes:
        """Return the answer in one of the W3C's formats; triples always as Turtle.

        Raises:
            UsageError: there is no such format.
        """
        if isinstance(self.result, ox.QueryTriples):
            return self.result.serialize(format=ox.RdfFormat.TURTLE) or b""
        if format not in _RESULTS:
            raise UsageError(f"no format {format!r}", hint=f"one of table, {', '.join(_RESULTS)}")
        return self.result.serialize(format=_RESULTS[format]) or b""


def load(path: Path) -> ox.Store:
    """Load the RDF of an atlas' folder, of its store, or of a file.

    Raises:
        AtlasError: there is nothing to load, or it is damaged.
    """
    from paperatlas.export.rdf import write_turtle

    store = ox.Store()
    if path.is_dir() and (path / TURTLE).is_file():
        path = path / TURTLE
    if path.is_dir() or path.suffix == ".db" or not path.exists():
        made = io.BytesIO()
        write_turtle(open_atlas(path), made)
        store.bulk_load(made.getvalue(), ox.RdfFormat.TURTLE)
        return store
    try:
        store.bulk_load(
            path=str(path), format=_RDF.get(path.suffix, ox.RdfFormat.TURTLE), base_iri=path.resolve().as_uri()
        )
    except (SyntaxError, ValueError, OSError) as error:
        raise AtlasError(f"not readable as RDF: {_one_line(error)}", where=str(path)) from error
    return store


def ask(store: ox.Store, query: str) -> Answer:
    """Answer ``query``, for which the usual prefixes need not be declared.

    Raises:
        QueryError: it is no SPARQL query, or asks another server.
    """
    try:
        return Answer(store.query(query, prefixes=PREFIXES))
    except SyntaxError as error:
        raise QueryError(_one_line(error), where="query") from error
    except (ValueError, OSError, RuntimeError) as error:
        raise QueryError(f"cannot be answered: {_one_line(error)}", where="query") from error


def _shown(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None) -> str:
    if isinstance(term, ox.NamedNode):
        for prefix, namespace in PREFIXES.items():
            if term.value.startswith(namespace):
                return f"{prefix}:{term.value.removeprefix(namespace)}"
    if isinstance(term, ox.NamedNode | ox.Literal):
        return term.value
    return "" if term is None else str(term)


def _one_line(error: Exception) -> str:
    return re.sub(r"\s+", " ", str(error)).strip()
