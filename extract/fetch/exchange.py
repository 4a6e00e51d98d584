"""One question and its answer over HTTP, within limits of size and time that hold whatever the other side does.

The library's own limits are for a silence: whoever sends a byte a second, or "100 Continue" without end, keeps it for
ever. Here a watchman in a thread of its own shuts the connections once the time is over, wherever the exchange stands
(a proxy's word, the headers, a chunk's length, the body).
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakSet

from paperatlas.extract.fetch.failures import AnswerError, PassingError, meaning

if TYPE_CHECKING:
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPConnection

REDIRECTS = frozenset((301, 302, 303, 307, 308))


class Limits(NamedTuple):
    """The longest that is waited for a connection, in a silence, and for a whole answer, in seconds; and its bytes."""

    connect: float
    silence: float
    whole: float
    largest: int


class Answer(NamedTuple):
    """What came back; of a redirect the body is left where it is."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes = b""


class Line:
    """A line to whoever is asked: a session of the HTTP library that can be hung up on."""

    def __init__(self, agent: str) -> None:
        self._watched = _Watched()
        self._session = _session(agent, self._watched)

    def get(self, url: str, params: Mapping[str, str], accept: str, *, limits: Limits, where: str) -> Answer:
        """Return the answer to one question; redirects are not followed.

        Raises:
            PassingError: there is none, for now.
            AnswerError: it is too large.
            FetchError: there can be none.
        """
        from requests import RequestException
        from urllib3.exceptions import HTTPError

        with self._watched.within(limits.whole):
            try:
                answer = self._got(url, params, accept, limits)
            # A ValueError is what urllib3 says of a chunk of -5 bytes, and Python of a text that no header carries.
            except (RequestException, HTTPError, ValueError) as error:
                if not self._watched.over:
                    raise meaning(error, where) from None
                answer = None
        # To some readers a connection that was shut is an answer that ends.
        if self._watched.over or answer is None:
            raise PassingError(f"no end of an answer within {limits.whole:.0f} s")
        if len(answer.body) > limits.largest:
            raise AnswerError(f"an answer of more than {limits.largest:,} bytes", where=where)
        return answer

    def _got(self, url: str, params: Mapping[str, str], accept: str, limits: Limits) -> Answer:
        """Return an answer, with a little more than the largest body that is taken of one that is larger."""
        with self._session.get(
            url,
            params=params,
            headers={"Accept": accept},
            stream=True,
            timeout=(limits.connect, limits.silence),
            allow_redirects=False,
        ) as response:
            status, reason = response.status_code, response.reason or ""
            if status in REDIRECTS:
                return Answer(status, reason, response.headers)
            parts: list[bytes] = []
            size = 0
            for part in response.iter_content(2**16):
                parts.append(part)
                size += len(part)
                if size > limits.largest:
                    break
            return Answer(status, reason, response.headers, b"".join(parts))


class _Watched:
    """The connections of a session, and whether time is over for them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connections: WeakSet[HTTPConnection] = WeakSet()
        # A connection lets go of its socket where the answer says that it is the last one.
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self.over = False

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Shut all connections unless the block ends in time."""
        self.over = False
        watchman = threading.Timer(seconds, self._shut)
        watchman.daemon = True
        watchman.start()
        try:
            yield
        finally:
            watchman.cancel()

    def begin(self, connection: HTTPConnection) -> None:
        """Watch a connection that is about to be opened."""
        with self._lock:
            self._connections.add(connection)

    def opened(self, connection: HTTPConnection) -> None:
        """Watch the socket of a connection that was opened.

        Raises:
            TimeoutError: time was over before.
        """
        with self._lock:
            if isinstance(connection.sock, socket.socket):
                self._sockets.add(connection.sock)
            if self.over:
                raise TimeoutError

    def _shut(self) -> None:
        with self._lock:
            self.over = True
            for each in [*self._sockets, *(connection.sock for connection in self._connections)]:
                if isinstance(each, socket.socket):
                    # Those that were closed long ago, or handed on to what encrypts, have nothing to shut.
                    with suppress(OSError):
                        # Not by its own method: what encrypts would forget its state while the other thread reads.
                        socket.socket.shutdown(each, socket.SHUT_RDWR)


def _session(agent: str, watched: _Watched) -> requests.Session:
    import requests

    class Session(requests.Session):
        def get_redirect_target(self, resp: requests.Response) -> None:
            """Leave redirects to us: the library would read all of a redirect's body first."""

    session = Session()
    session.headers["User-Agent"] = f"{agent} {requests.utils.default_user_agent()}"
    for scheme in ("http://", "https://"):
        session.mount(scheme, _adapter(watched))
    return session


def _adapter(watched: _Watched) -> HTTPAdapter:
    from requests.adapters import HTTPAdapter
    from urllib3 import HTTPConnectionPool
    from urllib3.connection import HTTPConnection, HTTPSConnection

    class Plain(HTTPConnection):
        def connect(self) -> None:
            watched.begin(self)
            super().connect()
            watched.opened(self)

    class Encrypted(HTTPSConnection):
        def connect(self) -> None:
            watched.begin(self)
            super().connect()
            watched.opened(self)

    class Adapter(HTTPAdapter):
        def get_connection_with_tls_context(
            self,
            request: requests.PreparedRequest,
            verify: bool | str,
            proxies: dict[str, str] | None = None,
            cert: str | tuple[str, str] | None = None,
        ) -> HTTPConnectionPool:
            pool = super().get_connection_with_tls_context(request, verify, proxies, cert)
            # Any other class is that of a proxy that we know nothing of (SOCKS): it keeps its own.
            if pool.ConnectionCls is HTTPConnection:
                pool.ConnectionCls = Plain
            elif pool.ConnectionCls is HTTPSConnection:
                pool.ConnectionCls = Encrypted
            return pool

    return Adapter()
