"""What is asked is hostile: requests and queries that no client would send end in a clear line, and the next is answered.

Most go to the application in this process, byte by byte as a server would hand them on; what a server itself must bear
goes over sockets to one that is really started.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote_to_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.fuzz.targets import MORE_SEEDS, TARGETS
from paperatlas.export.serve.app import Service, application
from paperatlas.export.serve.pool import Limits
from paperatlas.export.sparql.data import index
from paperatlas.export.sparql.questions import questions
from paperatlas.export.sparql.refusals import DEEPEST, LONGEST
from paperatlas.export.sparql.room import with_room

FORM = b"application/x-www-form-urlencoded"
SPARQL = b"application/sparql-query"
MODELS = b"SELECT ?name WHERE { ?model a pa:Model ; skos:prefLabel ?name } ORDER BY ?name"


class Reply(NamedTuple):
    status: int
    headers: dict[bytes, bytes]
    body: bytes


class Client:
    """Hands requests to the application as a server does."""

    def __init__(self, served: Service) -> None:
        self._loop = asyncio.Runner()
        self._app = application(served)
        self._life = self._app.router.lifespan_context(self._app)
        self._loop.run(self._life.__aenter__())

    def close(self) -> None:
        self._loop.run(self._life.__aexit__(None, None, None))
        self._loop.close()

    def ask(
        self,
        method: str = "POST",
        path: bytes = b"/sparql",
        parameters: bytes = b"",
        headers: Sequence[tuple[bytes, bytes]] = ((b"content-type", SPARQL),),
        body: Sequence[bytes] = (),
        *,
        whole: bool = True,
    ) -> Reply:
        """Ask; a body that is not ``whole`` ends with the client's going."""
        return self._loop.run(self._ask(method, path, parameters, headers, body, whole=whole))

    def query(self, query: str) -> Reply:
        return self.ask(body=[query.encode()])

    def lives(self) -> bool:
        reply = self.query(MODELS.decode())
        rows = json.loads(reply.body)["results"]["bindings"]
        return [row["name"]["value"] for row in rows] == ["Alpha", "Beta", "Gamma"]

    async def _ask(
        self,
        method: str,
        path: bytes,
        parameters: bytes,
        headers: Sequence[tuple[bytes, bytes]],
        body: Sequence[bytes],
        *,
        whole: bool,
    ) -> Reply:
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": method,
            "scheme": "http", "root_path": "", "path": unquote_to_bytes(path).decode("utf-8", "replace"),
            "raw_path": path, "query_string": parameters, "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 9),
            "headers": [(b"host", b"localhost"), *headers], "state": {},
        }  # fmt: skip
        waiting: list[dict[str, Any]] = [{"type": "http.request", "body": part, "more_body": True} for part in body]
        waiting.append({"type": "http.request", "body": b""} if whole else {"type": "http.disconnect"})
        got: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if not waiting:
                await asyncio.Event().wait()
            return waiting.pop(0)

        async def send(message: Any) -> None:
            got.append(message)

        await self._app(scope, receive, send)
        start, *parts = got
        return Reply(start["status"], dict(start["headers"]), b"".join(part.get("body", b"") for part in parts))


@pytest.fixture(scope="module")
def served(small_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Service:
    folder = tmp_path_factory.mktemp("served") / "index"
    index(small_folder / "atlas.ttl", folder)
    limits = Limits(seconds=5, rows=2000, memory=2**29)
    return Service(folder, "small", None, small_folder / "atlas.ttl", limits)


@pytest.fixture(scope="module")
def client(served: Service) -> Iterator[Client]:
    with closing(Client(served)) as made:
        yield made


# Any bytes at all.

_bytes = st.binary(max_size=30)
#: What is no printable ASCII the server refuses before the application sees it.
_parameters = st.lists(
    st.sampled_from([b"query=", b"ASK%7B%7D", b"&", b"=", b"%", b"%ff", b"%00", b"+", b"update=", b"default-graph-uri=", b";"])
    | _bytes,
    max_size=8,
).map(lambda parts: bytes(byte for byte in b"".join(parts) if 0x21 <= byte <= 0x7E))  # fmt: skip
_kinds = (
    st.sampled_from([FORM, SPARQL, b"application/sparql-update", b"text/plain", b"", b";", b"a/b; q=\xff"]) | _bytes
)
_accepts = st.lists(
    st.sampled_from([b"*/*", b"text/*", b"text/csv", b";q=", b"0", b"nan", b"-1", b"1e999", b",", b";", b"/", b"application/rdf+xml"])
    | _bytes,
    max_size=8,
).map(b"".join)  # fmt: skip
_headers = st.lists(
    st.tuples(st.sampled_from([b"range", b"origin", b"if-modified-since", b"cookie", b"content-length", b"x"]), _bytes),
    max_size=3,
)
_paths = st.one_of(
    st.sampled_from([b"/sparql", b"/sparql", b"/query", b"/", b"/.well-known/void", b"/ontology", b"/atlas.ttl"]),
    st.lists(st.sampled_from([b"/", b"..", b"%2e", b"%2f", b"%00", b"static", b"query.js", b"\\", b"%ff"]) | _bytes, max_size=8)
    .map(lambda parts: b"/static/" + b"".join(parts)),
    _bytes.map(lambda content: b"/" + content),
)  # fmt: skip


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "QUERY", "get"]),
    path=_paths,
    parameters=_parameters,
    kind=_kinds,
    accept=_accepts,
    headers=_headers,
    body=st.lists(st.just(b"ASK {}") | _bytes, max_size=3),
    whole=st.booleans(),
)
def test_any_request_is_answered_or_refused(
    client: Client,
    method: str,
    path: bytes,
    parameters: bytes,
    kind: bytes,
    accept: bytes,
    headers: list[tuple[bytes, bytes]],
    body: list[bytes],
    whole: bool,
) -> None:
    sent = [(b"content-type", kind), (b"accept", accept), *headers]
    reply = client.ask(method, path, parameters, sent, body, whole=whole)
    assert reply.status < 500, reply
    assert b"root:" not in reply.body
    if reply.status >= 400 and method != "HEAD":
        assert reply.headers[b"content-type"].startswith(b"text/plain")
        assert reply.body.decode().strip()


@st.composite
def _damaged(draw: st.DrawFn) -> str:
    """A named question's query, in pieces of any order with others between."""
    text = draw(st.sampled_from([each.query for each in questions()]))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=3)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    between = st.sampled_from([*"{}()[]<>.;,|!^*+/?'\"\\@#\0\n", "SELECT", "VALUES", "IN", "\\u007b", "<<(", "\ufeff"])
    return "".join(piece + draw(between | st.text(max_size=3)) for piece in draw(st.permutations(pieces)))


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(query=_damaged())
def test_any_query_is_answered_or_refused_with_its_place(client: Client, query: str) -> None:
    reply = client.ask(body=[query.encode("utf-8", "surrogatepass")])
    # Pieces that join nothing may be too much to answer.
    assert reply.status in (200, 400, 413) or (reply.status, b"longer than 5 seconds" in reply.body) == (503, True)
    if reply.status == 400:
        assert re.match(rb"query(:\d+:\d+)?: |a query that is not UTF-8", reply.body), reply.body
        assert reply.body.count(b"\n") == 1


@pytest.mark.parametrize("target", ["query", "request", "rdf"])
@settings(max_examples=150)
@given(data=st.data())
def test_what_is_fuzzed_bears_what_hypothesis_makes_of_it(target: str, data: st.DataObject) -> None:
    seeds = MORE_SEEDS.get(target, (MODELS,))
    seed = data.draw(st.sampled_from(seeds))
    place, length = data.draw(st.integers(0, len(seed))), data.draw(st.integers(0, 9))
    TARGETS[target](seed[:place] + data.draw(st.binary(max_size=12)) + seed[place + length :])


# Queries that would bring the process down.

_NESTS: dict[str, Callable[[int], str]] = {
    "brackets": lambda n: f"ASK {{ FILTER({'(' * n}1{')' * n}) }}",
    "groups": lambda n: f"ASK {'{' * n}{'}' * n}",
    "functions": lambda n: f"ASK {{ FILTER({'STR(' * n}1{')' * n}) }}",
    "functions that say no": lambda n: f"ASK {{ FILTER({'ABS(!' * n}1{')' * n}) }}",
    "patterns that exist": lambda n: f"ASK {{ {'FILTER NOT EXISTS { ' * n}{'}' * n} }}",
    "options": lambda n: f"ASK {{ {'OPTIONAL { ' * n}{'}' * n} }}",
    "queries": lambda n: f"SELECT * {'{ SELECT * ' * n}{{}}{'}' * n}",
    "paths": lambda n: f"ASK {{ ?s {'(' * n}<a:b>{')*' * n} ?o }}",
    "lists": lambda n: f"ASK {{ ?s ?p {'(' * n}{')' * n} }}",
    "blank nodes": lambda n: f"ASK {{ ?s ?p {'[ ?p ' * n}1{']' * n} }}",
    "triples": lambda n: f"ASK {{ ?s ?p {'<<( ?a ?b ' * n}1{' )>>' * n} }}",
    "never closed": lambda n: f"ASK {'{' * n}",
    "escaped": lambda n: f"ASK {{ FILTER({chr(92) + 'u0028'}{'(' * n}1{')' * n}) }}",
}
_CHAINS: dict[str, Callable[[int], str]] = {
    "or": lambda n: f"ASK {{ FILTER(true{' || true' * n}) }}",
    "plus": lambda n: f"ASK {{ FILTER(1{' + 1' * n}) }}",
    "not": lambda n: f"ASK {{ FILTER({'!' * n}true) }}",
    "union": lambda n: f"ASK {{ {{}}{' UNION {}' * n} }}",
    "filters": lambda n: f"ASK {{ {'FILTER(true) ' * n} }}",
    "alternatives": lambda n: f"ASK {{ ?s <a:b>{'|<a:b>' * n} ?o }}",
    "a list": lambda n: f"ASK {{ ?s ?p ({'1 ' * n}) }}",
    "objects": lambda n: f"ASK {{ ?s ?p 1{', 1' * n} }}",
    "columns": lambda n: f"SELECT {' '.join(f'(1 AS ?x{i})' for i in range(n))} {{}}",
    "in the guise of values": lambda n: f"ASK {{ FILTER(1 IN (1{' + 1' * n})) }}",
}  # fmt: skip


@pytest.mark.parametrize("kind", _NESTS)
def test_what_is_nested_too_deep_is_refused(client: Client, kind: str, patience: None) -> None:
    for depth in (DEEPEST + 1, 40_000):
        reply = client.query(_NESTS[kind](depth))
        assert (reply.status, reply.body) == (
            400,
            b"query: nested too deep: more than 100 brackets in one another\n",
        )
    # What is let through comes back: most of the levels that there may be.
    assert client.query(_NESTS[kind](DEEPEST // 2 - 2)).status in (200, 400)
    assert client.lives()


@pytest.mark.parametrize("kind", _CHAINS)
def test_what_is_chained_too_long_is_refused(client: Client, kind: str, patience: None) -> None:
    reply = client.query(_CHAINS[kind](50_000))
    hint = "lists of values in VALUES and IN may be of any length"
    told = f"query: too long: more than {LONGEST:,} terms and signs ({hint})\n"
    assert (reply.status, reply.body.decode()) == (400, told)
    assert client.query(_CHAINS[kind](20)).status == 200
    assert client.lives()


def test_values_may_be_of_any_number(client: Client, patience: None) -> None:
    many = " ".join(f"<a:{n}> 'x'@en" for n in range(20_000))
    pairs = " ".join("(1 UNDEF)" for _ in range(20_000))
    for query in (
        f"ASK {{ VALUES ?x {{ {many} }} }}",
        f"ASK {{ VALUES (?x ?y) {{ {pairs} }} }}",
        f"ASK {{ FILTER(2 IN (1{', 1' * 20_000})) }}",
    ):
        assert client.query(query).status == 200
    after = f"ASK {{ VALUES ?x {{ {many} }} FILTER(1{' + 1' * 2000}) }}"
    assert b"too long" in client.query(after).body


def test_room_is_what_deep_queries_need() -> None:
    """Each error and value comes out of the thread as it is; what the thread held has ended there."""
    assert with_room(lambda: 7) == 7
    with pytest.raises(ValueError, match="invalid literal"):
        with_room(lambda: int("gone"))


# What would take forever, or all there is.


def test_a_query_that_takes_too_much_memory_is_stopped(client: Client, patience: None) -> None:
    doubled = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40))
    reply = client.query(f"SELECT (STRLEN(?x40) AS ?n) {{ BIND('abcdefgh' AS ?x0) {doubled} }}")
    assert (reply.status, reply.body) == (503, b"the query took more memory than it may, and was stopped\n")
    assert client.lives()


def test_a_worker_that_the_system_ended_is_replaced(client: Client) -> None:
    assert client.lives()
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    workers = [n for n in children if b"serve.worker" in Path(f"/proc/{n}/cmdline").read_bytes()]
    assert workers
    for worker in workers:
        os.kill(int(worker), signal.SIGKILL)
    # The server need not know yet that it has ended.
    assert client.lives()


# What would reach out.


@contextmanager
def _listener() -> Iterator[tuple[str, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.3)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/x", listening


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("SELECT * { SERVICE <URL> { ?s ?p ?o } }", 400),
        ("SELECT * { SERVICE SILENT <URL> { ?s ?p ?o } }", 400),
        ("SELECT * { SERVICE ?url { ?s ?p ?o } VALUES ?url { <URL> } }", 400),
        ("SELECT * { \\u0053ERVICE <URL> { ?s ?p ?o } }", 400),
        ("SELECT * { sErViCe<URL>{ ?s ?p ?o } }", 400),
        ("LOAD <URL>", 400),
        ("LOAD SILENT <URL> INTO GRAPH <a:b>", 400),
        ("SELECT * FROM <URL> { ?s ?p ?o }", 200),
        ("SELECT * FROM NAMED <URL> { GRAPH ?g { ?s ?p ?o } }", 200),
        ("SELECT * { GRAPH <URL> { ?s ?p ?o } }", 200),
        ("DESCRIBE <URL>", 200),
        ("INSERT DATA { <URL> <a:b> 1 }", 400),
        ("ASK {} ; LOAD <URL>", 400),
    ],
)
def test_nothing_is_fetched_or_changed(client: Client, query: str, status: int) -> None:
    with _listener() as (url, listening):
        for place in (url, "file:///etc/passwd"):
            reply = client.query(query.replace("URL", place))
            assert (reply.status, b"root:" in reply.body) == (status, False)
            if status == 200 and "DESCRIBE" not in query:
                assert json.loads(reply.body)["results"]["bindings"] == []
        client.ask("GET", parameters=b"query=ASK%7B%7D&default-graph-uri=" + quote(url).encode())
        with pytest.raises(TimeoutError):
            listening.accept()
    assert client.lives()
