"""The endpoint as a web application.

GET, POST /sparql        SPARQL 1.1 Protocol; without a query its service description
GET /query               the page to ask
GET /                    the explorer, where the data is an atlas
GET /.well-known/void    what the data is
GET /ontology            the terms of our own
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from jinja2 import Environment, PackageLoader, select_autoescape
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paperatlas.export.namespaces import PREFIXES
from paperatlas.export.rdf.dataset import Statistics, described, service
from paperatlas.export.rdf.terms import Row
from paperatlas.export.rdf.vocabulary import ONTOLOGY_FILE
from paperatlas.export.serve.negotiation import GRAPHS, best
from paperatlas.export.serve.pool import Limits, Pool, Reply
from paperatlas.export.serve.protocol import LONGEST, RefusedError, understood
from paperatlas.export.sparql.questions import questions

#: YASGUI writes styles into the page, and keeps its icons in data: addresses; nothing comes from elsewhere.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
#: How long the body of a request may take to arrive, in seconds.
SLOWEST = 20.0
#: Of what changes with the data.
_HEADERS = {"Cache-Control": "no-store"}
#: Of all that is sent, also where a framework refuses.
_EVERYWHERE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


@dataclass(frozen=True, slots=True)
class Service:
    """What is served. ``index`` is a folder that :func:`paperatlas.export.sparql.data.index` made."""

    index: Path
    title: str
    page: Path | None = None
    turtle: Path | None = None
    limits: Limits = field(default_factory=Limits)
    #: Names of hosts that requests may be for; others are refused, so that no web page can point its name here.
    hosts: Sequence[str] = ("127.0.0.1", "localhost", "[::1]")
    #: Origins of pages elsewhere that may ask; ``*`` is any.
    cors: Sequence[str] = ()


def application(served: Service) -> Starlette:
    """Return the web application for what is served."""
    pool = Pool(served.index, served.limits)
    counted = Statistics(**json.loads((served.index / "statistics.json").read_text(encoding="utf-8")))
    prefixes = PREFIXES | json.loads((served.index / "prefixes.json").read_text(encoding="utf-8"))
    page = _query_page(served, prefixes)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await pool.close()

    async def sparql(request: Request) -> Response:
        try:
            body = await _body(request)
            kind, accept = request.headers.get("content-type", ""), request.headers.get("accept", "")
            asked = understood(request.method, request.url.query, kind, body, accept)
        except RefusedError as error:
            return PlainTextResponse(error.reason + "\n", error.status, _HEADERS)
        if asked is None:
            here = str(request.url.replace(query=""))
            return _triples(request, [*service(here, _dataset(request), counted), *_described(request)])
        reply = await _unless_gone(request, pool.ask(asdict(asked)))
        end = b"\n" if reply.status != 200 else b""
        return Response(reply.body + end, reply.status, _HEADERS | {"Vary": "Accept"}, _typed(reply))

    def _described(request: Request) -> Iterable[Row]:
        endpoint = str(request.url_for("sparql"))
        dumps = {str(request.url_for("dump")): "text/turtle"} if served.turtle else {}
        return described(_dataset(request), served.title, counted, endpoint=endpoint, dumps=dumps)

    async def void(request: Request) -> Response:
        return _triples(request, _described(request))

    async def explorer(_request: Request) -> Response:
        if served.page is None:
            return RedirectResponse("/query")
        # Its own policy is inside it, but for what cannot be said there.
        policy = {"Content-Security-Policy": "frame-ancestors 'none'"}
        return FileResponse(served.page, media_type="text/html", headers=_HEADERS | policy)

    async def query(_request: Request) -> Response:
        return Response(page, 200, _HEADERS | {"Content-Security-Policy": _POLICY}, "text/html; charset=utf-8")

    async def ontology(_request: Request) -> Response:
        content = (files("paperatlas.export") / "data" / ONTOLOGY_FILE).read_bytes()
        return Response(content, 200, _HEADERS, "text/turtle; charset=utf-8")

    async def dump(_request: Request) -> Response:
        if served.turtle is None:
            return PlainTextResponse("no dump\n", 404)
        return FileResponse(served.turtle, media_type="text/turtle", headers=_HEADERS)

    static = StaticFiles(packages=[("paperatlas.export.serve", "static")])
    middleware = [Middleware(_Everywhere), Middleware(TrustedHostMiddleware, allowed_hosts=[*served.hosts])]
    if served.cors:
        methods, headers = ["GET", "POST"], ["*"]
        middleware.append(
            Middleware(CORSMiddleware, allow_origins=[*served.cors], allow_methods=methods, allow_headers=headers)
        )
    routes = [
        Route("/sparql", sparql, methods=["GET", "POST"]),
        Route("/query", query),
        Route("/.well-known/void", void),
        Route("/ontology", ontology),
        Route("/atlas.ttl", dump),
        Mount("/static", static),
        Route("/", explorer),
    ]
    return Starlette(routes=routes, middleware=middleware, lifespan=lifespan)


class _Everywhere:
    """Adds the headers that all responses have."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_EVERYWHERE)
            await send(message)

        await self._app(scope, receive, sending)


def _dataset(request: Request) -> str:
    return str(request.url_for("void")) + "#dataset"


def _typed(reply: Reply) -> str:
    """Return the media type of a reply, with the encoding where a client might guess another."""
    return f"{reply.type}; charset=utf-8" if reply.type.startswith("text/") else reply.type


def _triples(request: Request, rows: Iterable[Row]) -> Response:
    kind = best(request.headers.get("accept", ""), GRAPHS) or GRAPHS[0]
    triples = [ox.Triple(*row) for row in dict.fromkeys(rows)]
    content = ox.serialize(triples, format=ox.RdfFormat.from_media_type(kind))
    return Response(content, 200, _HEADERS | {"Vary": "Accept"}, kind)


async def _body(request: Request) -> bytes:
    """Read the body, as far as it may be long."""
    content = bytearray()
    try:
        async with asyncio.timeout(SLOWEST):
            async for part in request.stream():
                content += part
                if len(content) > LONGEST:
                    raise RefusedError(413, f"a query of more than {LONGEST:,} bytes")
    except TimeoutError as error:
        raise RefusedError(408, f"the request took longer than {SLOWEST:g} seconds to arrive") from error
    except ClientDisconnect as error:
        raise RefusedError(400, "the request ended early") from error
    return bytes(content)


async def _unless_gone(request: Request, work: Coroutine[Any, Any, Reply]) -> Reply:
    """Wait for an answer as long as there is somebody to have it."""

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    answering = asyncio.create_task(work)
    leaving = asyncio.create_task(gone())
    try:
        await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if answering.done():
            return answering.result()
        answering.cancel()
        with suppress(asyncio.CancelledError):
            await answering
        return Reply(499, "text/plain", b"nobody waits for the answer")
    finally:
        leaving.cancel()


def _query_page(served: Service, prefixes: dict[str, str]) -> str:
    loader = PackageLoader("paperatlas.export.serve", "templates")
    environment = Environment(loader=loader, autoescape=select_autoescape())
    listed = [{"name": each.name, "asks": each.asks, "about": each.about, "query": each.query} for each in questions()]
    return environment.get_template("query.html.j2").render(
        title=served.title, has_page=served.page is not None, settings={"prefixes": prefixes, "questions": listed}
    )
