r"""JSON from outside: what a text holds, or in words what keeps it from being JSON.

Python's own parser ends in errors of three kinds, speaks of its own settings, and lets halves of surrogate pairs
(``"\ud800"``) through, which are in no text and can be written to no file.
"""

from __future__ import annotations

import json
import re
from typing import Any

from paperatlas.errors import InputError

_MAY_BE_HALF = re.compile(r"\\u[dD][89a-fA-F]")
#: An escape; a whole pair is one, so that its second half is not met alone, and "\\" is one, so that "\\u" is none.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.S
)


class NotJSONError(ValueError):
    """A text that is not JSON: why, and where if that can be said, both counted from 1."""

    def __init__(self, problem: str, *, line: int = 1, column: int = 0) -> None:
        self.problem = problem
        self.line = line
        self.column = column
        super().__init__(problem)

    def __str__(self) -> str:
        return f"{self.problem} (column {self.column})" if self.column else self.problem


def parse(text: str) -> Any:
    r"""Return what a text of JSON holds.

    >>> parse('["\\ud83d\\ude00"]')
    ['😀']
    >>> parse('["\\ud83d"]')
    Traceback (most recent call last):
    paperatlas.extract.jsontext.NotJSONError: half of a surrogate pair (\ud83d)

    Raises:
        NotJSONError: it is none, is nested too deeply, or has numbers or characters that nothing can hold.
    """
    if _MAY_BE_HALF.search(text):
        for escape in _ESCAPE.finditer(text):
            if escape["half"]:
                raise NotJSONError(f"half of a surrogate pair ({escape[0]})")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        problem = f"{error.msg[:1].lower()}{error.msg[1:]}"
        raise NotJSONError(problem, line=error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise NotJSONError("nested too deeply") from error
    except ValueError as error:
        # The only one that is left; its own words name a function of Python.
        raise NotJSONError("a number of too many digits") from error


def parse_object(text: str, where: str) -> dict[str, Any]:
    """Return the object that a text of JSON is; ``where`` is its file and line.

    Raises:
        InputError: it is no JSON, or another value.
    """
    try:
        found = parse(text)
    except NotJSONError as error:
        raise InputError(f"not JSON: {error}", where=where) from error
    if not isinstance(found, dict):
        raise InputError("no JSON object", where=where)
    return found


def without_halves(text: str) -> str:
    r"""Return a text of JSON with the escape of U+FFFD in the place of halves of surrogate pairs.

    >>> without_halves(r'["\udc80", "\ud83d\ude00", "\\ud800"]')
    '["\\ufffd", "\\ud83d\\ude00", "\\\\ud800"]'
    """
    if not _MAY_BE_HALF.search(text):
        return text
    return _ESCAPE.sub(lambda escape: "\\ufffd" if escape["half"] else escape[0], text)
