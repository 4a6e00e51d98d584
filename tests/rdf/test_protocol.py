"""The endpoint, as clients meet it: a server that is really started, asked over HTTP."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

import pyoxigraph as ox
import pytest
from rdflib import RDF, VOID, Graph, Literal, Namespace, URIRef
from SPARQLWrapper import CSV, JSON, TURTLE, XML, SPARQLWrapper

from paperatlas.export import write
from paperatlas.export.serve.negotiation import GRAPHS, RESULTS
from paperatlas.graph.atlas import Atlas

Run = Callable[..., subprocess.CompletedProcess[str]]

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
MODELS = "SELECT ?name WHERE { ?model a pa:Model ; skos:prefLabel ?name } ORDER BY ?name"
#: Takes hours: nothing in it joins anything else.
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . FILTER(?c = ?f && ?i != ?l) }"
FORM = "application/x-www-form-urlencoded"


class Reply(NamedTuple):
    status: int
    type: str
    headers: dict[str, str]
    body: bytes

    def names(self) -> list[str]:
        return [row["name"]["value"] for row in json.loads(self.body)["results"]["bindings"]]


class Server(NamedTuple):
    address: str
    process: subprocess.Popen[str]

    def ask(self, method: str, path: str, body: bytes | str = b"", **headers: str) -> Reply:
        connection = HTTPConnection(urlsplit(self.address).netloc, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        content = body.encode() if isinstance(body, str) else body
        connection.request(method, path, content or None, sent)
        answer = connection.getresponse()
        got = {name.lower(): value for name, value in answer.getheaders()}
        reply = Reply(answer.status, got.get("content-type", "").partition(";")[0], got, answer.read())
        connection.close()
        return reply

    def get(self, query: str, more: str = "", **headers: str) -> Reply:
        return self.ask("GET", f"/sparql?query={quote(query)}{more}", **headers)

    def workers(self) -> set[int]:
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return {int(number) for number in listed.split()}


@contextmanager
def serving(data: Path, *options: str) -> Iterator[Server]:
    command = [sys.executable, "-m", "paperatlas", "serve", str(data), "--port", "0", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.match(r"(http://127\.0\.0\.1:\d+)/ explorer", line)
        assert found, line
        try:
            yield Server(found[1], process)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(10)


@pytest.fixture(scope="module")
def server(small_folder: Path) -> Iterator[Server]:
    with serving(small_folder, "--timeout", "3", "--rows", "60", "--cors", "https://page.example") as started:
        yield started


# The query operation of the SPARQL 1.1 Protocol, section 2.1, in its three forms.


def test_query_by_get(server: Server) -> None:
    reply = server.get(MODELS)
    assert (reply.status, reply.type) == (200, "application/sparql-results+json")
    assert reply.names() == ["Alpha", "Beta", "Gamma"]


def test_query_by_post_of_a_form(server: Server) -> None:
    reply = server.ask("POST", "/sparql", urlencode({"query": MODELS}), content_type=f"{FORM}; charset=UTF-8")
    assert reply.names() == ["Alpha", "Beta", "Gamma"]


def test_query_by_post_directly(server: Server) -> None:
    reply = server.ask("POST", "/sparql", MODELS, content_type="application/sparql-query")
    assert reply.names() == ["Alpha", "Beta", "Gamma"]
    text = 'SELECT ("Fréchet 🐉" AS ?name) {}'
    assert server.ask("POST", "/sparql", text, content_type="application/sparql-query; charset=utf-8").names() == [
        "Fréchet 🐉"
    ]


@pytest.mark.parametrize("kind", RESULTS)
def test_solutions_in_each_format(server: Server, kind: str) -> None:
    reply = server.get(MODELS, accept=kind)
    assert (reply.status, reply.type) == (200, kind)
    assert "Accept" in reply.headers["vary"].split(", ")
    if "csv" in kind or "tab" in kind:
        assert len(reply.body.splitlines()) == 4
    else:
        rows = ox.parse_query_results(reply.body, ox.QueryResultsFormat.from_media_type(kind))
        assert isinstance(rows, ox.QuerySolutions)
        assert [row["name"] for row in rows] == [ox.Literal(name) for name in ("Alpha", "Beta", "Gamma")]


@pytest.mark.parametrize("kind", [*RESULTS[:2], "text/csv"])
def test_a_yes_or_no_in_each_format(server: Server, kind: str) -> None:
    assert b"true" in server.get("ASK { id:beta pa:extends id:alpha }", accept=kind).body
    assert b"false" in server.get("ASK { id:alpha pa:extends id:beta }", accept=kind).body


@pytest.mark.parametrize("kind", GRAPHS)
@pytest.mark.parametrize(
    "query",
    ["CONSTRUCT { ?a pa:extends ?b } WHERE { ?a pa:extends ?b }", "DESCRIBE id:gamma"],
    ids=["construct", "describe"],
)
def test_triples_in_each_format(server: Server, kind: str, query: str) -> None:
    reply = server.get(query, accept=kind)
    assert (reply.status, reply.type) == (200, kind)
    triples = {str(quad.triple) for quad in ox.parse(reply.body, ox.RdfFormat.from_media_type(kind))}
    thing = "https://w3id.org/paperatlas/id/"
    assert f"<{thing}gamma> <https://w3id.org/paperatlas/ontology#extends> <{thing}beta>" in triples


def test_what_a_client_prefers(server: Server) -> None:
    assert server.get(MODELS, accept="text/csv;q=0.3, application/xml").type == "application/sparql-results+xml"
    assert server.get(MODELS, accept="text/html,application/xhtml+xml,*/*;q=0.8").type == RESULTS[0]
    assert server.get(MODELS, accept="image/png").status == 406


@pytest.mark.parametrize(
    ("method", "path", "kind", "body", "status"),
    [
        ("GET", "/sparql?query=SELECT%20*%20%7B", "", "", 400),
        ("GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", "", "", 400),
        ("GET", "/sparql?quary=ASK%7B%7D", "", "", 400),
        ("GET", "/sparql?query=%FF", "", "", 400),
        ("POST", "/sparql", FORM, "", 400),
        ("POST", "/sparql", "application/sparql-query", "\udcff", 400),
        ("POST", "/sparql", "text/plain", "ASK {}", 415),
        ("POST", "/sparql", "", "ASK {}", 415),
        ("POST", "/sparql", "application/sparql-query", "ASK {} #" + "x" * 2**20, 413),
        ("POST", "/sparql", "application/sparql-update", "CLEAR ALL", 403),
        ("POST", "/sparql", FORM, "update=CLEAR+ALL", 403),
        ("POST", "/sparql", "application/sparql-query", "CLEAR ALL", 400),
        ("POST", "/sparql", "application/sparql-query", "LOAD <http://127.0.0.1/>", 400),
        ("POST", "/sparql", "application/sparql-query", "SELECT * { SERVICE SILENT <http://127.0.0.1/> { } }", 400),
        ("PUT", "/sparql", "text/turtle", "", 405),
        ("DELETE", "/sparql", "", "", 405),
        ("GET", "/nowhere", "", "", 404),
        ("GET", "/static/../app.py", "", "", 404),
        ("GET", "/static/%2e%2e/app.py", "", "", 404),
    ],
)
def test_what_is_refused(server: Server, method: str, path: str, kind: str, body: str, status: int) -> None:
    reply = server.ask(method, path, body.encode(errors="surrogateescape"), **({"content_type": kind} if kind else {}))
    assert reply.status == status
    assert b"Traceback" not in reply.body


def test_an_error_says_where(server: Server) -> None:
    reply = server.get("SELECT ?x {\n ?x skso:broader ?y }")
    assert (reply.status, reply.type) == (400, "text/plain")
    assert reply.body.startswith(b"query:2:5: unknown prefix skso: (did you mean skos:")


# The dataset of a query, section 2.1.4.


def test_graphs_that_are_not_there_are_refused(server: Server) -> None:
    reply = server.get(MODELS, "&default-graph-uri=http%3A%2F%2Fexample.org%2Fg")
    assert reply.status == 400
    assert b"no graph <http://example.org/g>" in reply.body


def test_graphs_that_a_request_names_are_what_is_asked(small: Atlas, tmp_path: Path) -> None:
    write(small, "trig", tmp_path / "small.trig")
    stated = "SELECT DISTINCT ?relation WHERE { ?a ?relation ?b FILTER(?relation != rdf:type) } ORDER BY ?relation"
    survey = quote("https://w3id.org/paperatlas/id/paper/survey/statements", safe="")
    later = quote("https://w3id.org/paperatlas/id/paper/later/statements", safe="")
    with serving(tmp_path / "small.trig") as server:

        def relations(more: str, query: str = stated) -> list[str]:
            rows = json.loads(server.get(query, more).body)["results"]["bindings"]
            return [row["relation"]["value"].partition("#")[2] for row in rows]

        assert relations(f"&default-graph-uri={survey}") == ["benchmarkFor"]
        assert relations(f"&default-graph-uri={survey}&default-graph-uri={later}") == ["appliedTo", "benchmarkFor"]
        named = "SELECT DISTINCT ?relation WHERE { GRAPH ?g { ?a ?relation ?b } }"
        assert relations(f"&named-graph-uri={later}", named) == ["appliedTo"]
        # What the protocol says counts, whatever FROM says.
        elsewhere = stated.replace("WHERE", "FROM <http://example.org/g> WHERE")
        assert relations(f"&default-graph-uri={survey}", elsewhere) == ["benchmarkFor"]


# Limits.


def test_an_answer_of_too_many_rows_is_refused_not_cut(server: Server) -> None:
    reply = server.get("SELECT * { ?s ?p ?o }")
    assert (reply.status, reply.body) == (413, b"the answer has more than 60 rows: add LIMIT to the query\n")
    assert server.get("CONSTRUCT WHERE { ?s ?p ?o }").status == 413
    whole = server.get("SELECT * { ?s ?p ?o } LIMIT 60", accept="text/tab-separated-values")
    assert len(whole.body.splitlines()) == 61


def test_a_slow_query_is_stopped_and_its_process_is_gone(server: Server) -> None:
    before = server.workers()
    started = time.monotonic()
    reply = server.get(ENDLESS)
    assert time.monotonic() - started < 10
    assert (reply.status, reply.body) == (503, b"the query took longer than 3 seconds and was stopped\n")
    assert len(server.workers() - before) == 0
    for worker in server.workers():
        assert _state(worker) != "R"
    assert server.get(MODELS).status == 200


def test_ten_clients_at_once_beside_a_slow_one(server: Server) -> None:
    with ThreadPoolExecutor(11) as clients:
        started = time.monotonic()
        slow = clients.submit(server.get, ENDLESS)
        time.sleep(0.3)
        replies = [*clients.map(lambda _: server.get(MODELS), range(10))]
        assert all(reply.names() == ["Alpha", "Beta", "Gamma"] for reply in replies)
        assert not slow.done() or time.monotonic() - started > 3
        assert slow.result().status == 503


def test_a_query_that_nobody_waits_for_is_stopped(small_folder: Path) -> None:
    with serving(small_folder, "--timeout", "300") as server:
        connection = HTTPConnection(urlsplit(server.address).netloc)
        connection.request("GET", f"/sparql?query={quote(ENDLESS)}")
        _until(lambda: any(_state(worker) == "R" for worker in server.workers()))
        connection.close()
        _until(lambda: not any(_state(worker) == "R" for worker in server.workers()))


def test_what_a_process_takes_to_start_is_not_the_querys_time(small_folder: Path) -> None:
    with serving(small_folder, "--timeout", "0.1") as server:
        assert server.get(MODELS).names() == ["Alpha", "Beta", "Gamma"]


@pytest.mark.parametrize("seconds", ["inf", "nan", "0", "1e9"])
def test_a_time_that_is_none_is_refused(small_folder: Path, seconds: str, paperatlas: Run) -> None:
    done = paperatlas("serve", small_folder, "--timeout", seconds)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith("Error: Invalid value for '--timeout': ")


@pytest.mark.parametrize(
    ("told", "code", "said"),
    [
        ([signal.SIGINT], 130, "Interrupted; nothing was changed.\n"),
        ([signal.SIGINT] * 5, 130, "Interrupted; nothing was changed.\n"),
        ([signal.SIGTERM], 143, "Stopped; nothing was changed.\n"),
        ([signal.SIGHUP], 129, "Stopped; nothing was changed.\n"),
    ],
)
def test_a_signal_ends_it_at_once_and_leaves_nothing(
    small_folder: Path,
    tmp_path: Path,
    told: list[signal.Signals],
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with serving(small_folder, "--timeout", "300") as server:
        assert [path.name.startswith("paperatlas-") for path in tmp_path.iterdir()] == [True]
        connection = HTTPConnection(urlsplit(server.address).netloc)
        connection.request("GET", f"/sparql?query={quote(ENDLESS)}")
        _until(lambda: any(_state(worker) == "R" for worker in server.workers()))
        workers = server.workers()
        for number in told:
            server.process.send_signal(number)
            time.sleep(0.01)
        assert server.process.wait(10) == code
        assert server.process.stderr is not None
        assert server.process.stderr.read() == said
        connection.close()
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("path", ["/", "/query", "/nothing", "/static/yasgui.min.js", "/static/../x", "/sparql"])
def test_no_response_is_taken_for_something_else(server: Server, path: str) -> None:
    for reply in (server.ask("GET", path), server.ask("GET", path, host="evil.example")):
        assert (reply.headers["x-content-type-options"], reply.headers["referrer-policy"]) == ("nosniff", "no-referrer")
    if path == "/query":
        assert "frame-ancestors 'none'" in server.ask("GET", path).headers["content-security-policy"]


@pytest.mark.parametrize("host", ["nosuch.invalid", "300.1.1.1"])
def test_a_host_that_is_none(small_folder: Path, host: str, paperatlas: Run) -> None:
    done = paperatlas("serve", small_folder, "--host", host, "--port", "0")
    assert (done.returncode, done.stderr.startswith(f"Error: cannot listen at {host}:0: no such address")) == (2, True)


def test_no_worker_outlives_a_killed_server(small_folder: Path) -> None:
    with serving(small_folder) as server:
        assert server.get(MODELS).status == 200
        workers = server.workers()
        assert workers
        server.process.kill()
        server.process.wait()
        deadline = time.monotonic() + 10
        while any(Path(f"/proc/{worker}").exists() and _state(worker) != "Z" for worker in workers):
            assert time.monotonic() < deadline
            time.sleep(0.1)


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _state(process: int) -> str:
    """Return what a process does: R if any of its threads runs."""
    try:
        states = [
            stat.read_text().rpartition(")")[2].split()[0] for stat in Path(f"/proc/{process}/task").glob("*/stat")
        ]
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "R" if "R" in states else "".join(states[:1])


# What the endpoint says of itself.


def test_service_description(server: Server) -> None:
    reply = server.ask("GET", "/sparql", accept="application/rdf+xml")
    assert reply.type == "application/rdf+xml"
    graph = Graph().parse(data=reply.body, format="xml")
    (service,) = graph.subjects(RDF.type, SD.Service)
    assert set(graph.objects(service, SD.endpoint)) == {URIRef(f"{server.address}/sparql")}
    assert set(graph.objects(service, SD.supportedLanguage)) == {SD.SPARQL11Query}
    assert URIRef("http://www.w3.org/ns/formats/SPARQL_Results_JSON") in set(graph.objects(service, SD.resultFormat))


def test_void_counts_what_there_is(server: Server, small_folder: Path) -> None:
    graph = Graph().parse(data=server.ask("GET", "/.well-known/void").body, format="turtle")
    store = ox.Store()
    store.bulk_load(path=str(small_folder / "atlas.ttl"))
    (dataset,) = graph.subjects(RDF.type, VOID.Dataset)
    assert graph.value(dataset, VOID.triples) == Literal(len(store))
    models = [
        graph.value(part, VOID.entities)
        for part in graph.objects(dataset, VOID.classPartition)
        if graph.value(part, VOID["class"]) == URIRef("https://w3id.org/paperatlas/ontology#Model")
    ]
    assert models == [Literal(3)]
    (dump,) = graph.objects(dataset, VOID.dataDump)
    assert server.ask("GET", urlsplit(str(dump)).path).body == (small_folder / "atlas.ttl").read_bytes()


def test_other_pages_may_ask_only_if_they_are_let(server: Server) -> None:
    allowed = server.get(MODELS, origin="https://page.example")
    assert allowed.headers["access-control-allow-origin"] == "https://page.example"
    assert "access-control-allow-origin" not in server.get(MODELS, origin="https://other.example").headers
    preflight = server.ask("OPTIONS", "/sparql", origin="https://page.example", access_control_request_method="POST")
    assert preflight.status == 200


def test_no_other_name_leads_here(server: Server) -> None:
    assert server.get(MODELS, host="evil.example").status == 400
    assert server.get(MODELS, host="localhost").status == 200


# A client that people use.


def test_sparqlwrapper(server: Server) -> None:
    client: Any = SPARQLWrapper(f"{server.address}/sparql")
    client.setQuery(
        "PREFIX pa: <https://w3id.org/paperatlas/ontology#>\nSELECT ?a WHERE { ?a pa:extends ?b } ORDER BY ?a"
    )
    for method in ("GET", "POST"):
        client.setMethod(method)
        client.setReturnFormat(JSON)
        found = client.query().convert()["results"]["bindings"]
        assert [row["a"]["value"].rpartition("/")[2] for row in found] == ["beta", "gamma"]
        client.setReturnFormat(XML)
        assert len(client.query().convert().getElementsByTagName("result")) == 2
        client.setReturnFormat(CSV)
        assert len(client.query().convert().splitlines()) == 3
    client.setRequestMethod("postdirectly")
    assert len(client.query().convert().splitlines()) == 3
    client.setRequestMethod("urlencoded")
    client.setQuery("CONSTRUCT WHERE { ?a <https://w3id.org/paperatlas/ontology#extends> ?b }")
    client.setReturnFormat(TURTLE)
    assert len(Graph().parse(data=client.query().convert(), format="turtle")) == 2


def test_the_port_is_taken(server: Server, small_folder: Path) -> None:
    port = str(urlsplit(server.address).port)
    command = [sys.executable, "-m", "paperatlas", "serve", str(small_folder), "--port", port]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False, timeout=60)
    assert done.returncode == 2
    assert f"cannot listen at 127.0.0.1:{port}: Address already in use (--port 0 takes any that is free)" in done.stderr
