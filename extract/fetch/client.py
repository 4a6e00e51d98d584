"""Asking a service politely: one connection, a pause between questions, patience when it says no, and limits.

What passes (no connection, a cut answer, "too many requests", a server's own failure) is asked again, after longer and
longer pauses or after as long as ``Retry-After`` says (RFC 9110, 10.2.3); but not if that is longer than anybody would
wait at a terminal.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import quote, quote_plus, unquote, urljoin, urlsplit

from paperatlas.errors import FetchError
from paperatlas.extract.fetch.exchange import REDIRECTS, Answer, Limits, Line
from paperatlas.extract.fetch.failures import (
    GENERAL,
    PASSING,
    AnswerError,
    ElsewhereError,
    MissingError,
    PassingError,
    QuestionError,
    UnansweredError,
    retry_after,
    spoken,
)
from paperatlas.extract.fetch.service import Service

#: How often one question is asked before giving up.
ATTEMPTS = 6
#: How many questions running may take all those attempts in vain. Further ones are asked once, until one is answered.
HOPEFUL = 3
#: The longest that is waited between two attempts, in seconds.
PATIENCE = 300.0
#: The longest that is waited for a connection, in a silence within an answer, and for a whole answer, in seconds.
CONNECT, SILENCE, WHOLE = 10.0, 60.0, 300.0
#: The largest answer that is taken, in bytes, unpacked. The Anthology's largest file is a quarter of it.
LARGEST = 64 * 2**20

_MISSING = frozenset((404, 410))
#: The question is at fault, or its length.
_NOT_UNDERSTOOD = frozenset((400, 414, 422))
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
    whole: float = WHOLE
    largest: int = LARGEST
    _line: Line | None = field(default=None, init=False)
    _free_at: float = field(default=float("-inf"), init=False)
    _in_vain: int = field(default=0, init=False)

    @property
    def base(self) -> str:
        """Return the service's address, without a slash at the end."""
        return (self.url or self.service.url).rstrip("/")

    @property
    def where(self) -> str:
        """Return the service's name and host, for messages."""
        return f"{self.service.name} ({_host(self.base)})"

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
            QuestionError: it does not understand the question.
            UnansweredError: there is no answer in several attempts, and there may be one to another question.
            AnswerError: there is none that more attempts would mend, and there may be one to another question.
            FetchError: there is none, and there would be none to another question.
        """
        attempt = 0
        while True:
            attempt += 1
            self._wait(self._free_at - self.clock())
            try:
                found = self._once(path, params, read, accept)
            except PassingError as passing:
                self._wait_after(passing, attempt)
            else:
                self._in_vain = 0
                return found

    def error(self, problem: str, *, hint: str = "", kind: type[FetchError] = FetchError) -> FetchError:
        """Return an error of this service; what is secret is not told."""
        return kind(self._masked(problem), where=self.where, hint=hint)

    def _wait_after(self, passing: PassingError, attempt: int) -> None:
        """Wait for the next attempt.

        Raises:
            UnansweredError: there is no use in one.
            FetchError: nor in another question.
        """
        attempts = ATTEMPTS if passing.general or self._in_vain < HOPEFUL else 1
        wait = self._backoff(attempt) if passing.after is None else passing.after
        problem = ""
        if wait > PATIENCE:
            problem = f"{passing}; it asks to wait {spoken(wait)}"
        elif attempt >= attempts:
            problem = f"{passing} ({attempts} attempts)" if attempts > 1 else str(passing)
        if problem:
            self._in_vain += 1
            raise self.error(problem, hint=_LATER, kind=FetchError if passing.general else UnansweredError) from None
        self.say(f"{self.where}: {self._masked(str(passing))}; asking again in {spoken(wait)}")
        self._wait(wait)

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
        if self._line is None:
            contact = f" (mailto:{self.mailto})" if self.mailto else ""
            self._line = Line(f"{self.agent}{contact}")
        limits = Limits(CONNECT, self.silence, self.whole, self.largest)
        before = ""
        for _ in range(_HOPS):
            if _host(url) == before:
                self._wait(self.between)
            answer = self._line.get(url, params, accept, limits=limits, where=self.where)
            if answer.status not in REDIRECTS:
                return self._body(answer)
            before = _host(url)
            url, params = self._next(url, answer.headers.get("Location")), {}
        raise self.error("sends us round in circles", kind=AnswerError)

    def _next(self, url: str, location: str | None) -> str:
        """Return where a redirect leads, if the service may send us there.

        Raises:
            ElsewhereError: it is the address of somebody else.
            AnswerError: what was encrypted would no longer be, or it does not say where.
        """
        if location is None:
            raise self.error("sends us on without saying where", kind=AnswerError)
        try:
            there = urlsplit(urljoin(url, location))
        except ValueError:
            there = urlsplit("")
        host = _host(there.geturl())
        if host not in {_host(self.base), *self.service.hosts}:
            raise self.error(f"sends us on to another host: {host or 'none'}", kind=ElsewhereError)
        if there.scheme not in {"https", urlsplit(url).scheme}:
            raise self.error(f"sends us on to an address that is not encrypted, at {host}", kind=AnswerError)
        # A name and a password are for whom they were given to, and not what a redirect says they are.
        return there._replace(netloc=urlsplit(self.base).netloc if host == _host(self.base) else host).geturl()

    def _body(self, answer: Answer) -> bytes:
        """Return the body of an answer that is one.

        Raises:
            PassingError: the service cannot answer now.
            FetchError: it will not answer this.
        """
        status = answer.status
        if status == 200:
            return answer.body
        # Before it is cut to a message: half a key is half told.
        said = self.service.complaint(self._masked(answer.body.decode("latin-1")).encode("latin-1"))
        problem = " ".join(filter(None, (f"answers {status}", answer.reason, f"({said})" if said else "")))
        if status in PASSING:
            raise PassingError(problem, retry_after(answer.headers.get("Retry-After", "")), general=status in GENERAL)
        if status in GENERAL:
            raise self.error(problem)
        kind = MissingError if status in _MISSING else QuestionError if status in _NOT_UNDERSTOOD else AnswerError
        raise self.error(problem, kind=kind)

    def _masked(self, text: str) -> str:
        """Return a text without the service's key and the address's password, however they are spelt in it."""
        for secret in filter(None, (self.service.secret(), unquote(urlsplit(self.base).password or ""))):
            for spelt in sorted({secret, quote(secret, safe=""), quote_plus(secret)}, key=len, reverse=True):
                text = text.replace(spelt, "***")
        return text


def _host(url: str) -> str:
    """Return the host of an address, with its port, and without whose name and password stand before it.

    >>> _host("http://user:pw@localhost:8080/x")
    'localhost:8080'
    """
    return urlsplit(url).netloc.rpartition("@")[2]
