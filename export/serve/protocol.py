"""The SPARQL 1.1 Protocol's query operation: what a request asks, or why it cannot be answered."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from paperatlas.export.serve.negotiation import GRAPHS, RESULTS, best

#: A query, with the rest of its form, may have so many bytes.
LONGEST = 2**20


class RefusedError(Exception):
    """A request that is not answered: the HTTP status, and why."""

    def __init__(self, status: int, reason: str) -> None:
        self.status = status
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, the graphs that it is about if the client says so, and the media types that it wants."""

    query: str
    default: list[str] | None
    named: list[str] | None
    results: str
    graph: str


def understood(method: str, query_string: str, content_type: str, body: bytes, accept: str) -> Asked | None:
    """Return what a request asks; ``None`` for one that asks for the service's description.

    Raises:
        RefusedError: it cannot be answered.
    """
    parameters = _pairs(query_string)
    if method == "POST":
        kind = content_type.partition(";")[0].strip().lower()
        if len(body) > LONGEST:
            raise RefusedError(413, f"a query of more than {LONGEST:,} bytes")
        if kind == "application/x-www-form-urlencoded":
            parameters += _pairs(_decoded(body))
        elif kind == "application/sparql-query":
            parameters.append(("query", _decoded(body)))
        elif kind == "application/sparql-update":
            raise RefusedError(403, "this endpoint only reads: no updates")
        else:
            raise RefusedError(415, "send application/sparql-query or application/x-www-form-urlencoded")
    if any(name in ("update", "using-graph-uri", "using-named-graph-uri") for name, _ in parameters):
        raise RefusedError(403, "this endpoint only reads: no updates")
    queries = [value for name, value in parameters if name == "query"]
    if not queries and method in ("GET", "HEAD") and not parameters:
        return None
    if len(queries) != 1:
        raise RefusedError(400, "one parameter 'query' is needed" + (", and no more" if queries else ""))
    results, graph = best(accept, RESULTS), best(accept, GRAPHS)
    if results is None and graph is None:
        raise RefusedError(406, f"there are {', '.join((*RESULTS, *GRAPHS))}")
    return Asked(
        queries[0],
        _graphs(parameters, "default-graph-uri"),
        _graphs(parameters, "named-graph-uri"),
        # A client that wants triples may still ask for solutions: it gets them in what there is.
        results or RESULTS[0],
        graph or GRAPHS[0],
    )


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=1000)
    except ValueError as error:
        raise RefusedError(400, f"parameters that cannot be read: {error}") from error


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise RefusedError(400, "a query that is not UTF-8") from error


def _graphs(parameters: list[tuple[str, str]], name: str) -> list[str] | None:
    return [value for key, value in parameters if key == name] or None
