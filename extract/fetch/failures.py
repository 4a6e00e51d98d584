"""What a failed exchange means: whether it passes, when to ask again, and in which words a person is told.

The HTTP library's own words hold the whole address, and with it what was asked and perhaps a key; none of them is
repeated.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from paperatlas.errors import FetchError, one_line

#: Statuses that pass (RFC 9110, 15): too early, too many, and a server's own failures.
PASSING = frozenset((408, 425, 429, 500, 502, 503, 504))
#: Statuses that are about us or about the service, whatever is asked: who are you, too many, not now.
GENERAL = frozenset((401, 407, 429, 503, 511))
#: The most of an error's message that is repeated, in characters.
LONGEST = 200


class PassingError(Exception):
    """What may be over at the next attempt; ``after`` is when the service wants to be asked again, in seconds.

    ``general`` says that any other question would fare the same.
    """

    def __init__(self, problem: str, after: float | None = None, *, general: bool = False) -> None:
        super().__init__(one_line(problem))
        self.after = after
        self.general = general


class AnswerError(FetchError):
    """There is no answer to this very question; there may be one to others."""


class QuestionError(AnswerError):
    """The service does not understand the question."""


class MissingError(AnswerError):
    """The service has not what was asked for."""


class ElsewhereError(AnswerError):
    """A redirect to a host that the service is not known to use."""


class UnansweredError(AnswerError):
    """No answer in several attempts."""


def json_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object that an answer is.

    Raises:
        PassingError: it is none.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise PassingError("answers what is no JSON") from None
    if not isinstance(found, dict):
        raise PassingError("answers JSON that is no object")
    return found


def meaning(error: Exception, where: str) -> PassingError | FetchError:
    """Return what an exception of the HTTP library means."""
    import ssl

    from requests import ConnectTimeout
    from requests.exceptions import InvalidHeader, InvalidSchema, InvalidURL, MissingSchema
    from urllib3.exceptions import LocationParseError, NewConnectionError, ProxyError

    if isinstance(error, InvalidSchema | InvalidURL | MissingSchema | LocationParseError):
        return FetchError("no address of a service", where=where, hint="--url https://HOST/PATH")
    if isinstance(error, InvalidHeader | UnicodeError):
        return FetchError("a question that cannot be sent, for its characters", where=where)
    causes = [*_causes(error)]
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return FetchError("no secure connection", where=where, hint="a proxy in between, or a clock that is wrong?")
    if isinstance(error, ConnectTimeout):
        return PassingError("no connection", general=True)
    if any(isinstance(cause, TimeoutError) for cause in causes) or "Timeout" in type(error).__name__:
        return PassingError("silent for too long")
    said = next((text for text in map(_said, causes) if text), "")
    general = any(isinstance(cause, NewConnectionError | ProxyError) for cause in causes)
    problem = f"cannot be reached: {said[:1].lower()}{said[1:]}" if said else "an answer that is cut off"
    return PassingError("cannot be reached" if general and not said else problem, general=general)


def _said(error: BaseException) -> str:
    """Return what the operating system says, if it is that which failed; it knows nothing of what was asked."""
    if isinstance(error, OSError) and type(error).__module__ in ("builtins", "socket"):
        return error.strerror or ""
    return ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and those that it comes from, however it carries them."""
    waiting, seen = [error], set[int]()
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        carried = (cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args)
        waiting += [c for c in carried if isinstance(c, BaseException)]


def retry_after(header: str) -> float | None:
    """Return the seconds that ``Retry-After`` asks for, as a number or a date; ``None`` if it makes no sense."""
    from urllib3.exceptions import InvalidHeader
    from urllib3.util import Retry

    try:
        # The library would cut it to six hours, and the caller would think that this is what was asked.
        return Retry(retry_after_max=10**9).parse_retry_after(header) if header else None
    except (InvalidHeader, ValueError, OverflowError):
        return None


def message(body: bytes) -> str:
    """Return what an error's body says: the message in its JSON, or its text if it is short and no page.

    >>> message(b'{"error": "Invalid filter", "message": "Unknown field"}'), message(b"<html>..."), message(b"Too fast")
    ('Unknown field', '', 'Too fast')
    """
    text = body[:20_000].decode("utf-8", "replace").lstrip("\ufeff").strip()
    if "\0" in text:
        return ""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return "" if text.startswith("<") else " ".join(text.split())[:LONGEST]
    words = said.get("message") or said.get("error") if isinstance(said, dict) else None
    return " ".join(words.split())[:LONGEST] if isinstance(words, str) else ""


def spoken(seconds: float) -> str:
    """Say a time as a person would.

    >>> spoken(4), spoken(90), spoken(54_000)
    ('4 s', '2 min', '15 h')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"
