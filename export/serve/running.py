"""From an atlas or a file to a server on this machine."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from paperatlas.errors import AtlasError, UsageError
from paperatlas.export.serve.app import Service, application
from paperatlas.export.serve.pool import Limits
from paperatlas.export.sparql.data import index, index_folder
from paperatlas.graph.atlas import PAGE, TURTLE, open_atlas
from paperatlas.graph.lookup import as_text

#: Where it is heard of, unless the user says otherwise: this machine alone.
HOST, PORT = "127.0.0.1", 7878


def serve(
    path: Path,
    *,
    host: str = HOST,
    port: int = PORT,
    limits: Limits | None = None,
    cors: Sequence[str] = (),
    ready: Callable[[str], None] = lambda _address: None,
) -> None:
    """Serve an atlas or a file of RDF until interrupted; ``port`` 0 is any that is free.

    ``ready`` is told the address once the server listens.

    Raises:
        AtlasError: there is nothing to serve.
        UsageError: the address cannot be listened at.
    """
    import uvicorn

    from paperatlas.export.serve.connection import LONGEST_HEAD, Connection
    from paperatlas.export.serve.server import GRACE, Server

    with _listening(host, port) as listener, tempfile.TemporaryDirectory(prefix="paperatlas-") as scratch:
        address = f"http://{_in_url(host)}:{listener.getsockname()[1]}"
        hosts = ["127.0.0.1", "localhost", "[::1]"] if host in ("127.0.0.1", "localhost", "::1") else ["*"]
        served = _prepared(path, Path(scratch), limits or Limits(), hosts, cors)
        config = uvicorn.Config(
            application(served),
            http=Connection,
            ws="none",
            lifespan="on",
            # What clients do wrong they are told, and nobody else.
            log_level="error",
            access_log=False,
            server_header=False,
            h11_max_incomplete_event_size=LONGEST_HEAD,
            timeout_graceful_shutdown=GRACE,
        )
        server = Server(config)
        ready(address)
        server.run_until_told(listener)


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=128)
    except (OSError, OverflowError, TypeError, UnicodeError) as error:
        # The numbers of a name that nobody knows are below zero.
        number = getattr(error, "errno", None) or 0
        reason = os.strerror(number) if number > 0 else "no such address" if number else str(error)
        raise UsageError(f"cannot listen at {host}:{port}: {reason}", hint="--port 0 takes any that is free") from error
    with listener:
        yield listener


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _prepared(path: Path, scratch: Path, limits: Limits, hosts: Sequence[str], cors: Sequence[str]) -> Service:
    """Return what is to be served, indexed in the atlas' folder if it is large, else in ``scratch``."""
    turtle = path / TURTLE if path.is_dir() and (path / TURTLE).is_file() else path
    if path.suffix == ".db" or not turtle.is_file():
        turtle = _written(path, scratch / TURTLE)
    page = path / PAGE if (path / PAGE).is_file() else None
    beside = index_folder(path) if turtle.parent == path else None
    data = index(turtle, beside) if beside else None
    folder = beside if data and beside else scratch / "index"
    if data is None and index(turtle, folder) is None:
        raise AtlasError("no place for an index", where=str(folder), hint="make room for temporary files")
    return Service(folder, as_text(path.resolve().name), page, turtle, limits, hosts, cors)


def _written(path: Path, target: Path) -> Path:
    from paperatlas.export import write

    write(open_atlas(path), "turtle", target)
    return target
