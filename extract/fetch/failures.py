"""What a failed exchange means: whether it passes, when to ask again, and in which words a person is told.

The HTTP library's own words hold the whole address, and with it what was asked and perhaps a key; none of them is
repeated.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from paperatlas.errors import FetchError, one_line

if TYPE_CHECKING:
    import requests

#: Statuses that pass (RFC 9110, 15): too early, too many, and a server's own failures.
PASSING = frozenset((408, 425, 429, 500, 502, 503, 504))
#: The most of an error's message that is repeated, in characters.
_LONGEST = 200


class PassingError(Exception):
    """What may be over at the next attempt; ``after`` is when the service wants to be asked again, in seconds."""

    def __init__(self, problem: str, after: float | None = None) -> None:
        super().__init__(one_line(problem))
        self.after = after


class MissingError(FetchError):
    """The service has not what was asked for."""


class ElsewhereError(FetchError):
    """A redirect to a host that the service is not known to use."""


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
    from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema

    if isinstance(error, InvalidSchema | InvalidURL | MissingSchema):
        return FetchError("no address of a service", where=where, hint="--url https://HOST/PATH")
    causes = [*_causes(error)]
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return FetchError("no secure connection", where=where, hint="a proxy in between, or a clock that is wrong?")
    if isinstance(error, ConnectTimeout):
        return PassingError("no connection")
    if any(isinstance(cause, TimeoutError) for cause in causes) or "Timeout" in type(error).__name__:
        return PassingError("silent for too long")
    said = next((text for text in map(_said, causes) if text), "")
    return PassingError(f"cannot be reached: {said[:1].lower()}{said[1:]}" if said else "an answer that is cut off")


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


def retry_after(response: requests.Response) -> float | None:
    """Return the seconds that ``Retry-After`` asks for, as a number or a date; ``None`` if it makes no sense."""
    from urllib3.exceptions import InvalidHeader
    from urllib3.util import Retry

    header = response.headers.get("Retry-After", "")
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
    text = body[:20_000].decode("utf-8", "replace").strip()
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return "" if text.startswith("<") else " ".join(text.split())[:_LONGEST]
    words = said.get("message") or said.get("error") if isinstance(said, dict) else None
    return " ".join(words.split())[:_LONGEST] if isinstance(words, str) else ""


def spoken(seconds: float) -> str:
    """Say a time as a person would.

    >>> spoken(4), spoken(90), spoken(54_000)
    ('4 s', '2 min', '15 h')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"
