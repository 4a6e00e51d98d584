"""Where the values in a text of JSON begin and end, told by strings and brackets alone, be they JSON or not.

So a value that no parser takes is passed over, and those behind it are read. Every function takes time that grows with
what it goes over, and no faster.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

#: A string or a bracket or a comma. No string goes over the end of a line: one that would lacks its quote.
_TOKEN = re.compile(r'"(?:[^"\\\n]++|\\[^\n])*+"?|[\[\]{},]')
_CLOSED_BY = {"{": "}", "[": "]"}
_BLANK = re.compile(r"[\s,]*")
_COLON = re.compile(r"\s*:")
_INDENT = re.compile(r"[ \t]{0,100}")
_OBJECT = re.compile(r"\s*\{")


class Outline(NamedTuple):
    """What an object is made of: its own names, where lists of objects begin in it (not those in lists), its end."""

    names: tuple[str, ...]
    lists: tuple[int, ...]
    end: int


def skip_blank(text: str, start: int) -> int:
    """Return where the next value or closing bracket stands: behind blanks and commas."""
    match = _BLANK.match(text, start)
    return match.end() if match else start


def end_of(text: str, start: int) -> int:
    """Return where the value ends that begins at ``start``: at the bracket that closes it, or in front of a comma.

    A bracket closes those that are open within the one that it belongs to. One that belongs to none ends the value if
    it is square, as it then closes the array around it.

    >>> [text[: end_of(text, 0)] for text in ('{"a": "}"}, 1', '{"a": [1, 2}, 1', '{"a": 1], 1', "oops, 1", "7")]
    ['{"a": "}"}', '{"a": [1, 2}', '{"a": 1', 'oops', '7']
    """
    awaited: list[str] = []
    # So that nobody looks through a hundred thousand of them.
    open_here = Counter[str]()
    for token in _TOKEN.finditer(text, start):
        sign = token[0][0]
        if sign in _CLOSED_BY:
            awaited.append(_CLOSED_BY[sign])
            open_here[_CLOSED_BY[sign]] += 1
        elif open_here[sign]:
            closed = ""
            while closed != sign:
                closed = awaited.pop()
                open_here[closed] -= 1
            if not awaited:
                return token.end()
        elif sign == "]" or (sign == "," and not awaited):
            return token.start()
    return len(text)


def next_like(text: str, line: int, start: int, end: int) -> int:
    """Return where, before ``end``, an object ends that begins at ``start`` if the next one is written like it.

    That is where a line begins with an object and is indented as the one is that begins at ``line``.

    >>> text = '[\\n {"a": "b" c"},\\n {"a": {\\n  }}]'
    >>> text[3 : next_like(text, 2, 3, len(text))]
    '{"a": "b" c"},\\n '
    """
    indent = _INDENT.match(text, line, start)
    blank = indent[0] if indent else ""
    sibling = re.compile(rf"\n{blank}(?:(?=\{{)|\}}(?=,[ \t]*\{{))").search(text, start + 1, end)
    return sibling.end() if sibling else end


def outline(text: str, start: int, end: int) -> Outline:
    """Return the outline of the object that begins at ``start`` and ends at ``end`` at the latest.

    >>> outline('{"meta": [{"a": 1}], "n": 2, "in": {"papers": [ {"b": [{}]}]}} 7', 0, 70)
    Outline(names=('meta', 'n', 'in'), lists=(9, 46), end=62)
    """
    names: list[str] = []
    lists: list[int] = []
    depth, position = 0, start
    while token := _TOKEN.search(text, position, end):
        sign, position = token[0][0], token.end()
        if sign == '"' and depth == 1 and _COLON.match(text, position):
            names.append(token[0][1:-1])
        elif sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth <= 0:
                break
        elif sign == "[":
            if _OBJECT.match(text, position):
                lists.append(token.start())
            position = end_of(text, token.start())
    else:
        position = end
    return Outline(tuple(names), tuple(lists), position)
