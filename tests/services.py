"""A server on this machine that answers as the real services do, faults included. All its papers are made up."""

from __future__ import annotations

import gzip
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from paperatlas.extract.fetch import SERVICES, Client, File, Harvest, Request, harvest
from paperatlas.extract.paper import Paper
from paperatlas.extract.readers import read_records

#: Answers one question instead of the service.
Fault = Callable[["Handler"], None]


class Asked(NamedTuple):
    """A question as it came in."""

    path: str
    params: dict[str, str]
    headers: dict[str, str]
    at: float


@dataclass
class Services:
    """What the server has and how it misbehaves; ``faults`` are used up one a question."""

    url: str = ""
    papers: int = 0
    faults: list[Fault] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    #: More answers, by path.
    pages: dict[str, Callable[[Asked], tuple[int, dict[str, str], bytes]]] = field(default_factory=dict)
    keys: frozenset[str] = frozenset()


class Handler(BaseHTTPRequestHandler):
    """Answers as export.arxiv.org (/arxiv), api.openalex.org (/openalex), the Anthology (/acl) and doi.org (/doi)."""

    protocol_version = "HTTP/1.1"
    services: Services

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        params = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        asked = Asked(unquote(parts.path), params, dict(self.headers), time.monotonic())
        self.services.asked.append(asked)
        if self.services.faults:
            self.services.faults.pop(0)(self)
            return
        if asked.path in self.services.pages:
            self.answer(*self.services.pages[asked.path](asked))
        elif asked.path == "/arxiv":
            self.answer(200, {"Content-Type": "application/atom+xml"}, arxiv(self.services, params))
        elif asked.path.startswith("/openalex/works"):
            self.answer(*openalex(self.services, asked))
        else:
            self.answer(404, {}, b"no such thing")

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[Services]:
    """Run a server of one's own."""
    services = Services()
    handler = type("OneHandler", (Handler,), {"services": services})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    services.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield services
    finally:
        server.shutdown()
        server.server_close()


def status(code: int, *, after: str = "", body: bytes = b"") -> Fault:
    """Answer with a status, and perhaps say when to come again."""
    return lambda handler: handler.answer(code, {"Retry-After": after} if after else {}, body)


def says(body: bytes, **headers: str) -> Fault:
    """Answer something else, with a status of 200."""
    return lambda handler: handler.answer(200, headers, body)


def redirect(location: str, code: int = 302) -> Fault:
    """Send somewhere else."""
    return lambda handler: handler.answer(code, {"Location": location}, b"")


def cut(handler: Handler) -> None:
    """Promise much, send a little, and hang up."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.wfile.write(b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">')
    handler.close_connection = True


def reset(handler: Handler) -> None:
    """Reset the connection without a word."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def silent(handler: Handler) -> None:
    """Send a beginning, and then nothing for longer than anybody waits."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.flush()
    time.sleep(1.5)
    handler.close_connection = True


def dripping(beginning: bytes) -> Fault:
    """Send a beginning, and then a byte at a time for ever: no silence is long."""

    def drip(handler: Handler) -> None:
        handler.wfile.write(beginning)
        try:
            while True:
                handler.wfile.write(b" ")
                time.sleep(0.02)
        except OSError:
            handler.close_connection = True

    return drip


def endless(handler: Handler) -> None:
    """Send a bomb: what takes a thousand times the room once it is unpacked."""
    handler.answer(200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(2**25)))


def abstract(number: int) -> str:
    """Return the abstract of a paper, different from all others."""
    return f"We introduce Foo{number}Net, a transformer, and evaluate it on Bar{number}Set. It is good & < new."


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def arxiv_number(number: int) -> str:
    return f"24{number // 1000 % 12 + 1:02}.{number % 1000:05}"


def arxiv_day(number: int) -> str:
    """Return the day that a paper came out: the first is the newest, twelve a day."""
    return time.strftime("%Y-%m-%d", time.gmtime(1_717_200_000 - number // 12 * 86_400))


def entry(number: int, version: str = "1") -> str:
    return (
        f"<entry><id>http://arxiv.org/abs/{arxiv_number(number)}v{version}</id><title>Foo{number}Net:\n  A Network</title>"
        f"<updated>{arxiv_day(number)}T10:00:00Z</updated><published>{arxiv_day(number)}T10:00:00Z</published>"
        f"<summary>  {escaped(abstract(number))}\n</summary><author><name>A. One</name></author>"
        '<link href="http://arxiv.org/abs/x" rel="alternate" type="text/html"/>'
        '<category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/></entry>\n'
    )


def feed(entries: str, total: int, start: int = 0) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
        'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">\n<title type="html">ArXiv Query</title>\n'
        f"<opensearch:totalResults>{total}</opensearch:totalResults><opensearch:startIndex>{start}"
        f"</opensearch:startIndex>\n{entries}</feed>\n"
    ).encode()


def arxiv_error(said: str) -> bytes:
    """Return how arXiv complains: as a paper."""
    return feed(
        f"<entry><id>http://arxiv.org/api/errors#x</id><title>Error</title><summary>{said}</summary></entry>", 1
    )


def arxiv(services: Services, params: dict[str, str]) -> bytes:
    """Answer as the arXiv API does; of its queries only the dates are understood."""
    if "id_list" in params:
        there = {arxiv_number(n): n for n in range(services.papers)}
        asked = [number.partition("v") for number in params["id_list"].split(",")]
        entries = [entry(there[n], version or "1") for n, _, version in asked if n in there]
        return feed("".join(entries), len(entries))
    start, size = int(params["start"]), int(params["max_results"])
    first, last = "00000000", "99999999"
    if "submittedDate:[" in params["search_query"]:
        first, _, last = params["search_query"].partition("submittedDate:[")[2].rstrip("]").partition(" TO ")
    found = [n for n in range(services.papers) if first[:8] <= arxiv_day(n).replace("-", "") <= last[:8]]
    return feed("".join(map(entry, found[start : start + size])), len(found), start)


def work(number: int) -> dict[str, Any]:
    """Return a work as OpenAlex describes one."""
    index: dict[str, list[int]] = {}
    for place, word in enumerate(abstract(number).split()):
        index.setdefault(word, []).append(place)
    return {
        "id": f"https://openalex.org/W{1000 + number}",
        "doi": f"https://doi.org/10.1000/foo.{number}",
        "title": f"Foo{number}Net: A Network",
        "publication_date": "2024-05-12",
        "authorships": [
            {"author_position": "first", "author": {"id": "https://openalex.org/A1", "display_name": "A. One"}}
        ],
        "locations": [{"landing_page_url": f"http://arxiv.org/abs/{arxiv_number(number)}"}],
        "topics": [{"display_name": "Natural Language Processing"}],
        "abstract_inverted_index": index,
    }


def openalex(services: Services, asked: Asked) -> tuple[int, dict[str, str], bytes]:
    """Answer as OpenAlex does: cursors are for those who have a key."""
    known = asked.params.get("api_key", "") in services.keys
    name = asked.path.removeprefix("/openalex/works").strip("/")
    if name:
        numbers = {w: n for n in range(services.papers) for w in (f"W{1000 + n}", f"doi:10.1000/foo.{n}")}
        if name not in numbers:
            return 404, {}, b"<!doctype html><title>404 Not Found</title>"
        return 200, {}, json.dumps(work(numbers[name])).encode()
    size = int(asked.params["per_page"])
    if "cursor" in asked.params:
        if not known:
            return 401, {}, b'{"error": "Unauthorized", "message": "Cursor paging needs an API key"}'
        start = 0 if asked.params["cursor"] == "*" else int(asked.params["cursor"].removeprefix("c/"))
    else:
        start = (int(asked.params["page"]) - 1) * size
    found = [work(n) for n in range(services.papers)][start : start + size]
    meta = {"count": services.papers, "per_page": size, "next_cursor": f"c/{start + size}" if found else None}
    return 200, {}, json.dumps({"meta": meta, "results": found}).encode()


def collection() -> bytes:
    """Return a collection as the ACL Anthology keeps it, with two volumes."""
    papers = "".join(
        f'<paper id="{n}"><title><fixed-case>F</fixed-case>oo{n}<fixed-case>N</fixed-case>et</title>'
        f"<author><first>Ada</first><last>One</last></author><abstract>{escaped(abstract(n))}</abstract>"
        f"<url>2024.fake-long.{n}</url><doi>10.18653/v1/2024.fake-long.{n}</doi></paper>\n"
        for n in range(1, 4)
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n<collection id=\"2024.fake\"><volume id=\"long\"><meta><month>August"
        f"</month><year>2024</year></meta><frontmatter><url>2024.fake-long.0</url></frontmatter>{papers}</volume>"
        '<volume id="short"><meta><year>2024</year></meta><paper id="1"><title>No abstract</title></paper></volume>'
        "</collection>"
    ).encode()


def csl(number: int) -> bytes:
    """Return a work as Crossref describes one in CSL-JSON."""
    return json.dumps(
        {
            "DOI": f"10.1000/FOO.{number}",
            "title": f"Foo{number}Net: A <i>small</i> Network",
            "author": [{"given": "Ada", "family": "One"}, {"literal": "The Foo Group"}],
            "issued": {"date-parts": [[2024, 5, 12]]},
            "abstract": f"<jats:title>Abstract</jats:title><jats:p>{escaped(abstract(number))}</jats:p>",
        }
    ).encode()


def read(path: Path) -> list[Paper]:
    """Read a file as build does; nothing in it may be unreadable."""
    return [*read_records([str(path)], skip=lambda skipped: pytest.fail(str(skipped)))]


def names(path: Path) -> list[int]:
    """Return the numbers of the made-up papers in a file, in order."""
    return [int(found[1]) for paper in read(path) if (found := re.search(r"Foo(\d+)Net", paper.abstract))]


class Watch:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds


def client_of(services: Services, name: str, watch: Watch | None = None, **options: Any) -> Client:
    watch = watch or Watch()
    return Client(SERVICES[name], f"{services.url}/{name}", sleep=watch.sleep, clock=watch.clock, **options)


def fetch(
    services: Services, name: str, request: Request, path: Path, watch: Watch | None = None, **options: Any
) -> Harvest:
    return harvest(client_of(services, name, watch, **options), request, File(path))


QUERY = Request(query="cat:cs.CL")
