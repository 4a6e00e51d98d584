"""SPARQL by Oxigraph; see docs/decisions for why not rdflib's own engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import pyoxigraph as ox

from paperatlas.errors import QueryError, UsageError
from paperatlas.export.namespaces import PREFIXES
from paperatlas.export.sparql.data import Data, one_line
from paperatlas.export.sparql.diagnosis import diagnose, unknown_terms
from paperatlas.export.sparql.refusals import refuse

RESULTS = {
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
}


class Table(NamedTuple):
    """Solutions for a person: IRIs abbreviated by the known prefixes, literals as their text."""

    header: list[str]
    rows: list[list[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gives: solutions, a yes or no, or triples."""

    result: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples
    prefixes: dict[str, str]

    def table(self) -> Table | None:
        """Return the answer as a table, unless it is triples.

        Raises:
            QueryError: the query fails on the way.
        """
        if isinstance(self.result, ox.QueryBoolean):
            return Table(["answer"], [["yes" if self.result else "no"]])
        if isinstance(self.result, ox.QuerySolutions):
            names = [variable.value for variable in self.result.variables]
            try:
                return Table(names, [[self._shown(solution[name]) for name in names] for solution in self.result])
            except (ValueError, OSError, RuntimeError) as error:
                raise _failure(error) from error
        return None

    def serialize(self, format: str) -> bytes:
        """Return the answer in one of the W3C's formats; triples always as Turtle.

        Raises:
            UsageError: there is no such format.
        """
        if isinstance(self.result, ox.QueryTriples):
            return self.result.serialize(format=ox.RdfFormat.TURTLE) or b""
        if format not in RESULTS:
            raise UsageError(f"no format {format!r}", hint=f"one of table, {', '.join(RESULTS)}")
        return self.result.serialize(format=RESULTS[format]) or b""

    def _shown(self, term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None) -> str:
        if isinstance(term, ox.NamedNode):
            fitting = [(len(space), name) for name, space in self.prefixes.items() if term.value.startswith(space)]
            if fitting:
                length, prefix = max(fitting)
                return f"{prefix}:{term.value[length:]}"
        if isinstance(term, ox.NamedNode | ox.Literal):
            return term.value
        return "" if term is None else str(term)


@dataclass(frozen=True, slots=True)
class Graphs:
    """The graphs that a query is about, in place of those that the store has: the protocol's dataset."""

    default: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph]
    named: list[ox.NamedNode | ox.BlankNode]


def ask(data: Data, query: str, graphs: Graphs | None = None) -> Answer:
    """Answer ``query``, for which the usual prefixes need not be declared.

    Raises:
        QueryError: it is no SPARQL query, changes something, asks another server, or is larger than a query may be.
    """
    prefixes = {**PREFIXES, **data.prefixes}
    query = query.removeprefix("\ufeff")
    refuse(query)
    try:
        if graphs is None:
            result = data.store.query(query, prefixes=prefixes)
        else:
            result = data.store.query(query, prefixes=prefixes, default_graph=graphs.default, named_graphs=graphs.named)
    except SyntaxError as error:
        raise diagnose(query, error, prefixes) from error
    except (ValueError, OSError, RuntimeError) as error:
        raise _failure(error) from error
    return Answer(result, prefixes)


def notes(query: str) -> list[str]:
    """Return what may be wrong with a query that is answered: terms of ours that the ontology does not have."""
    return unknown_terms(query)


def _failure(error: Exception) -> QueryError:
    return QueryError(f"cannot be answered: {one_line(error)}", where="query")
