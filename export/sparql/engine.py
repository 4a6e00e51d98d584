"""SPARQL by Oxigraph; see docs/decisions for why not rdflib's own engine."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, NamedTuple, Protocol, cast

import pyoxigraph as ox

from paperatlas.errors import OutputError, QueryError, UsageError
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

#: A table is put together before the first row is printed, as wide as its widest.
LONGEST_TABLE = 100_000
#: In UTF-8; XML 1.0, section 2.2.
_NOT_IN_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")


class Output(Protocol):
    """What answers are written to."""

    def write(self, content: bytes, /) -> int:
        """Write all of ``content``."""


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
            QueryError: the query fails on the way, or has more solutions than a table can have.
        """
        if isinstance(self.result, ox.QueryBoolean):
            return Table(["answer"], [["yes" if self.result else "no"]])
        if isinstance(self.result, ox.QuerySolutions):
            names = [variable.value for variable in self.result.variables]
            # Nothing here closes over the answer: if it fails, nothing of it may be left (see room.py).
            prefixes = self.prefixes
            try:
                found = islice(self.result, LONGEST_TABLE + 1)
                rows = [[_shown(solution[name], prefixes) for name in names] for solution in found]
            except (ValueError, OSError, RuntimeError) as error:
                raise _failure(error) from error
            if len(rows) > LONGEST_TABLE:
                hint = "add LIMIT to the query, or -f csv, which prints rows as they are found"
                raise QueryError(f"a table of more than {LONGEST_TABLE:,} rows", where="query", hint=hint)
            return Table(names, rows)
        return None

    def write(self, output: Output, format: str) -> None:
        """Write the answer in one of the W3C's formats, as it is found (XML once all is); triples always as Turtle.

        Raises:
            UsageError: there is no such format.
            QueryError: the query fails on the way.
        """
        if format not in RESULTS and not isinstance(self.result, ox.QueryTriples):
            raise UsageError(f"no format {format!r}", hint=f"one of table, {', '.join(RESULTS)}")
        try:
            if isinstance(self.result, ox.QueryTriples):
                self.result.serialize(cast("BinaryIO", output), ox.RdfFormat.TURTLE)
            elif format == "xml":
                output.write(well_formed(self.result.serialize(format=RESULTS[format]) or b""))
            else:
                self.result.serialize(cast("BinaryIO", output), RESULTS[format])
        except OutputError:
            raise
        except (ValueError, OSError, RuntimeError) as error:
            raise _failure(error) from error

    def serialize(self, format: str) -> bytes:
        """Return what :meth:`write` writes."""
        written = io.BytesIO()
        self.write(written, format)
        return written.getvalue()


def well_formed(results: bytes) -> bytes:
    """Return XML without the characters that it cannot have, for which Oxigraph does not look; U+FFFD stands for them.

    >>> well_formed(b"<literal>a\x01</literal>").decode()
    '<literal>a\ufffd</literal>'
    """
    return _NOT_IN_XML.sub("\ufffd".encode(), results)


def _shown(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None, prefixes: Mapping[str, str]) -> str:
    if isinstance(term, ox.NamedNode):
        fitting = [(len(space), name) for name, space in prefixes.items() if term.value.startswith(space)]
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
