"""Asking a service politely: one connection, a pause between questions, patience when it says no, and limits.

What passes (no connection, a cut answer, "too many requests", a server's own failure) is asked again, after longer and
longer pauses or after as long as ``Retry-After`` says (RFC 9110, 10.2.3); but not if that is longer than anybody would
wait at a terminal.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urljoin, urlsplit

from paperatlas.errors import FetchError
from paperatlas.extract.fetch.failures import (
    PASSING,
    ElsewhereError,
    MissingError,
    PassingError,
    meaning,
    message,
    retry_after,
    spoken,
)
from paperatlas.extract.fetch.service import Service

if TYPE_CHECKING:
    import requests

#: How often one question is asked before giving up.
ATTEMPTS = 6
#: The longest that is waited between two attempts, in seconds.
PATIENCE = 300.0
#: The longest that is waited for a connection, in a silence within an answer, and for a whole answer, in seconds.
CONNECT, SILENCE, WHOLE = 10.0, 60.0, 300.0
#: The largest answer that is taken, in bytes, unpacked. The Anthology's largest file is a quarter of it.
LARGEST = 64 * 2**20

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_MISSING = frozenset((404, 410))
_HOPS = 5
_LATER = "the same command goes on from here later"

Parsed = TypeVar("Parsed")


@dataclass(slots=True)
class Client:
    """Asks one service, at its own address or at a mirror's (``url``); ``say`` is told of waits out of the usual."""

    service: Service
    url: str = ""
    #: Seconds between two questions; the service's own if not given.
    pause: float | None = None
    #: An address of the person who asks, for the service to write to.
    mailto: str = ""
    #: What asks, with its version.
    agent: str = "paperatlas"
    say: Callable[[str], None] = lambda _: None
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    silence: float = SILENCE
    largest: int = LARGEST
    _session: requests.Session | None = field(default=None, init=False)
    _free_at: float = field(default=float("-inf"), init=False)

    @property
    def base(self) -> str:
        """Return the service's address, without a slash at the end."""
        return (self.url or self.service.url).rstrip("/")

    @property
    def where(self) -> str:
        """Return the service's name and host, for messages."""
        return f"{self.service.name} ({urlsplit(self.base).netloc})"

    @property
    def between(self) -> float:
        """Return how many seconds lie between two questions."""
        return self.service.pause if self.pause is None else self.pause

    def ask(
        self, path: str, params: Mapping[str, str], read: Callable[[bytes], Parsed], *, accept: str = "*/*"
    ) -> Parsed:
        """Return the answer to one question, as ``read`` reads it; :class:`PassingError` is for what is no answer.

        Raises:
            MissingError: the service says that there is no such thing.
            ElsewhereError: it sends us to somebody else.
            FetchError: there is no answer, in several attempts; or one that no attempt will mend.
        """
        for attempt in range(1, ATTEMPTS + 1):
            self._wait(self._free_at - self.clock())
            try:
                return self._once(path, params, read, accept)
            except PassingError as passing:
                wait = self._backoff(attempt) if passing.after is None else passing.after
                if wait > PATIENCE:
                    raise self.error(f"{passing}; it asks to wait {spoken(wait)}", hint=_LATER) from None
                if attempt == ATTEMPTS:
                    raise self.error(f"{passing} ({ATTEMPTS} attempts)", hint=_LATER) from None
                self.say(f"{self.where}: {passing}; asking again in {spoken(wait)}")
                self._wait(wait)
        raise AssertionError("the last attempt returns or raises")

    def error(self, problem: str, *, hint: str = "") -> FetchError:
        """Return an error of this service."""
        return FetchError(problem, where=self.where, hint=hint)

    def _wait(self, seconds: float) -> None:
        if seconds > 0:
            self.sleep(seconds)

    def _once(self, path: str, params: Mapping[str, str], read: Callable[[bytes], Parsed], accept: str) -> Parsed:
        try:
            return read(self._answer(self.base + path, params, accept))
        finally:
            self._free_at = self.clock() + self.between

    def _backoff(self, attempt: int) -> float:
        """Return how long to wait after the nth failure, in seconds: twice as long each time."""
        return float(min(max(self.between, 0.5) * 2**attempt, PATIENCE))

    def _answer(self, url: str, params: Mapping[str, str], accept: str) -> bytes:
        """Return the body of an answer, wherever the service sends us for it."""
        import requests
        from urllib3.exceptions import HTTPError

        self._session = self._session or self._opened()
        headers, timeout = {"Accept": accept}, (CONNECT, self.silence)
        try:
            for _ in range(_HOPS):
                with self._session.get(
                    url, params=params, headers=headers, stream=True, timeout=timeout, allow_redirects=False
                ) as response:
                    if response.status_code not in _REDIRECTS:
                        return self._body(response)
                    url, params = self._next(url, response.headers.get("Location", "")), {}
        except (requests.RequestException, HTTPError) as error:
            raise meaning(error, self.where) from None
        raise self.error("sends us round in circles")

    def _opened(self) -> requests.Session:
        import requests

        class Session(requests.Session):
            def get_redirect_target(self, resp: requests.Response) -> None:
                """Leave redirects to us: the library would read all of a redirect's body first."""

        session = Session()
        contact = f" (mailto:{self.mailto})" if self.mailto else ""
        session.headers["User-Agent"] = f"{self.agent}{contact} {requests.utils.default_user_agent()}"
        return session

    def _next(self, url: str, location: str) -> str:
        """Return where a redirect leads, if the service may send us there.

        Raises:
            ElsewhereError: it is the address of somebody else.
            FetchError: what was encrypted would no longer be.
        """
        try:
            there = urlsplit(urljoin(url, location))
        except ValueError:
            there = urlsplit("")
        if there.netloc not in {urlsplit(self.base).netloc, *self.service.hosts}:
            raise ElsewhereError(f"sends us on to another host: {there.netloc or 'none'}", where=self.where)
        if there.scheme not in {"https", urlsplit(url).scheme}:
            raise self.error(f"sends us on to an address that is not encrypted, at {there.netloc}")
        return there.geturl()

    def _body(self, response: requests.Response) -> bytes:
        """Return the body of an answer that is one.

        Raises:
            PassingError: the service cannot answer now.
            FetchError: it will not answer this.
        """
        status, reason = response.status_code, response.reason or ""
        if status == 200:
            return self._read(response)
        after = retry_after(response)
        said = message(self._read(response))
        problem = " ".join(filter(None, (f"answers {status}", reason, f"({said})" if said else "")))
        if status in PASSING:
            raise PassingError(problem, after)
        raise MissingError(problem, where=self.where) if status in _MISSING else self.error(problem)

    def _read(self, response: requests.Response) -> bytes:
        parts: list[bytes] = []
        size, started = 0, self.clock()
        for part in response.iter_content(2**16):
            size += len(part)
            if size > self.largest:
                raise self.error(f"an answer of more than {self.largest:,} bytes")
            if self.clock() - started > WHOLE:
                raise PassingError(f"no end of an answer within {WHOLE:.0f} s")
            parts.append(part)
        return b"".join(parts)
