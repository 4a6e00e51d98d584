"""What can be said of a call before anybody is asked: whether its words, addresses and times can be meant."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from paperatlas.errors import UsageError
from paperatlas.extract.fetch.service import Service

#: Longer than this nobody waits between two questions, in seconds: a day.
LONGEST_PAUSE = 86_400
_MAILBOX = re.compile(r"[!-?A-~]{1,64}@[!-?A-~]{1,255}")


def check_text(option: str, value: str) -> None:
    """Refuse what is no text: bytes that came in and are not UTF-8.

    Raises:
        UsageError: it is none.
    """
    try:
        value.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{option} is not UTF-8") from None


def check_address(url: str) -> None:
    """Refuse what is no address of a service; what stands in it is not repeated, for it may hold a password.

    Raises:
        UsageError: it is none.

    >>> check_address("http://user:pw@localhost:8080/api")
    """
    check_text("--url", url)
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        # Raises where a part of the name is empty, or longer than names can be.
        host.encode("idna")
        sound = parts.scheme in ("http", "https") and bool(host) and (parts.port is None or parts.port > 0)
    except ValueError:
        sound = False
    if not sound or len(host) > 253 or re.search(r"[\s\\\x00-\x1f\x7f]", url):
        raise UsageError("--url is no address of a service", hint="--url https://HOST/PATH")


def check_mailbox(address: str) -> None:
    """Refuse what a request cannot carry as the address of a person.

    Raises:
        UsageError: it is none.
    """
    if not _MAILBOX.fullmatch(address):
        raise UsageError(f"--mailto {address!r} is no e-mail address in ASCII", hint="such as me@example.org")


def check_pause(pause: float, service: Service, *, mirror: bool) -> None:
    """Refuse a pause that nobody waits for, or that a service has not agreed to.

    Raises:
        UsageError: it is one.
    """
    if not 0 <= pause <= LONGEST_PAUSE:
        raise UsageError(f"--pause {pause:g} is no time to wait", hint=f"0 to {LONGEST_PAUSE:,} seconds")
    if pause < service.pause and not mirror:
        raise UsageError(f"{service.name} asks for {service.pause:g} s between two questions")
