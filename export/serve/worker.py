"""``python -m paperatlas.export.serve.worker INDEX``: a process that answers queries, one after the other.

It reads a line of JSON from stdin, and writes a line of JSON and then as many bytes as that says to stdout. A query
that takes too long is ended by ending the process: nothing else stops it for certain.
"""

from __future__ import annotations

import json
import signal
import sys
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyoxigraph as ox

from paperatlas.errors import QueryError
from paperatlas.export.sparql.data import Data, open_index
from paperatlas.export.sparql.engine import Graphs, ask, well_formed
from paperatlas.export.sparql.room import with_room


class TooLargeError(Exception):
    """An answer of more rows or bytes than may be."""


class _Bounded:
    """A stream that holds so many bytes and no more."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.content = bytearray()

    def write(self, data: bytes) -> int:
        if len(self.content) + len(data) > self._most:
            raise TooLargeError(f"more than {self._most:,} bytes")
        self.content += data
        return len(data)

    def flush(self) -> None:
        pass


def answer(data: Data, asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Return the head and the body of the answer to a request.

    ``asked`` has ``query``; ``results`` and ``graph``, the media types for solutions and for triples; ``rows`` and
    ``bytes``, what is too much; and ``default`` and ``named``, lists of graphs or ``None``.
    """
    try:
        found = ask(data, asked["query"], _graphs(data, asked)).result
        if isinstance(found, ox.QueryTriples):
            return {"status": 200, "type": asked["graph"]}, _triples(found, asked)
        return {"status": 200, "type": asked["results"]}, _solutions(found, asked)
    except QueryError as error:
        return {"status": 400, "type": "text/plain"}, str(error).encode()
    except TooLargeError as error:
        return {"status": 413, "type": "text/plain"}, f"the answer has {error}: add LIMIT to the query".encode()
    except (ValueError, OSError, RuntimeError) as error:
        return {"status": 500, "type": "text/plain"}, f"cannot be answered: {error}".encode()


def _graphs(data: Data, asked: dict[str, Any]) -> Graphs | None:
    if asked["default"] is None and asked["named"] is None:
        return None
    there = {graph.value for graph in data.store.named_graphs() if isinstance(graph, ox.NamedNode)}
    for iri in [*(asked["default"] or []), *(asked["named"] or [])]:
        if iri not in there:
            raise QueryError(f"no graph <{iri}>", where="dataset", hint="the data is in the default graph")
    default = [ox.NamedNode(iri) for iri in asked["default"] or []]
    return Graphs([*default], [ox.NamedNode(iri) for iri in asked["named"] or []])


def _solutions(found: ox.QuerySolutions | ox.QueryBoolean, asked: dict[str, Any]) -> bytes:
    format = ox.QueryResultsFormat.from_media_type(asked["results"])
    if isinstance(found, ox.QueryBoolean):
        return found.serialize(format=format) or b""
    held = _Bounded(asked["bytes"])
    found.serialize(cast("BinaryIO", held), ox.QueryResultsFormat.JSON)
    content = bytes(held.content)
    rows = cast("ox.QuerySolutions", ox.parse_query_results(content, ox.QueryResultsFormat.JSON))
    if sum(1 for _ in islice(rows, asked["rows"] + 1)) > asked["rows"]:
        raise TooLargeError(f"more than {asked['rows']:,} rows")
    if format == ox.QueryResultsFormat.JSON:
        return content
    again = cast("ox.QuerySolutions", ox.parse_query_results(content, ox.QueryResultsFormat.JSON))
    written = again.serialize(format=format) or b""
    return well_formed(written) if format == ox.QueryResultsFormat.XML else written


def _triples(found: ox.QueryTriples, asked: dict[str, Any]) -> bytes:
    triples = [*islice(found, asked["rows"] + 1)]
    if len(triples) > asked["rows"]:
        raise TooLargeError(f"more than {asked['rows']:,} triples")
    held = _Bounded(asked["bytes"])
    ox.serialize(triples, cast("BinaryIO", held), ox.RdfFormat.from_media_type(asked["graph"]))
    return bytes(held.content)


def limit_memory(most: int) -> None:
    """Let the process have so many bytes of memory and no more, where the system knows such a limit."""
    try:
        import resource
    except ModuleNotFoundError:
        return
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def limit_time(seconds: float) -> None:
    """Have the system end the process after so many seconds, or never (0): also if who would do it is gone."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def main() -> None:
    """Answer until stdin ends."""
    limit_memory(int(sys.argv[2]))
    data = open_index(Path(sys.argv[1]))
    with_room(lambda: _serve(data))


def _serve(data: Data) -> None:
    _say(b"ready\n")
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        limit_time(asked["seconds"] + 5)
        head, body = answer(data, asked)
        limit_time(0)
        _say(json.dumps(head | {"length": len(body)}).encode() + b"\n" + body)


def _say(content: bytes) -> None:
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
