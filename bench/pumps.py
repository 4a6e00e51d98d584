"""Texts that are hard for one regular expression, made from what it is made of.

An expression is slow where it can read the same text in many ways and must try them all: some text leads to a
repetition, then what it repeats comes again and again, and then what makes the whole fail. For attacks of this form see
Kirrage, Rathnayake and Thielecke, "Static analysis for regular expression denial-of-service attacks" (NSS 2013).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from itertools import chain, islice
from typing import Any, NamedTuple

# Python's own, without types.
sre: Any = import_module("re._constants")
parser: Any = import_module("re._parser")

#: A repetition of fewer than this many cannot be slow by itself.
_MANY = 8
#: What characters of a class are tried first.
_CHARACTERS = "a0 A-.\n,(é\t'\"/"
_CATEGORIES = {
    sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_NOT_DIGIT: r"\D", sre.CATEGORY_SPACE: r"\s", sre.CATEGORY_NOT_SPACE: r"\S",
    sre.CATEGORY_WORD: r"\w", sre.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)


class Pump(NamedTuple):
    """A text of any length: what leads to a repetition, what is repeated, and what fails."""

    prefix: str
    unit: str
    suffix: str

    def text(self, length: int) -> str:
        """Return the text of so many characters, but for a prefix that is longer."""
        room = max(1, length - len(self.prefix) - len(self.suffix))
        return f"{self.prefix}{(self.unit * (room // len(self.unit) + 1))[:room]}{self.suffix}"


def pumps(pattern: re.Pattern[str], most: int = 60) -> list[Pump]:
    """Return what is hard for an expression, at most so many.

    >>> pumps(re.compile("x(a|b+)*y"))[0]
    Pump(prefix='x', unit='a', suffix='\\x00')
    """
    found = chain.from_iterable(
        (Pump(prefix, unit, "\0"), Pump("", f"{prefix}{unit}", ""))
        for prefix, unit in _repeated(parser.parse(pattern.pattern, pattern.flags), "")
    )
    return [*islice(dict.fromkeys(found), most)]


def _repeated(nodes: Iterable[Any], prefix: str) -> Iterator[tuple[str, str]]:
    """Yield what leads to each repetition, and what it repeats."""
    for kind, value in nodes:
        if kind in _REPEATS:
            _, most, body = value
            if most is sre.MAXREPEAT or most >= _MANY:
                yield from ((prefix, unit) for unit in _units(body))
            yield from _repeated(body, prefix)
        elif kind is sre.SUBPATTERN:
            yield from _repeated(value[-1], prefix)
        elif kind is sre.ATOMIC_GROUP:
            yield from _repeated(value, prefix)
        elif kind is sre.BRANCH:
            for branch in value[1]:
                yield from _repeated(branch, prefix)
        elif kind in (sre.ASSERT, sre.ASSERT_NOT):
            yield from _repeated(value[1], prefix)
        prefix += _sample([(kind, value)])


def _units(body: Any) -> list[str]:
    """Return what a repetition may repeat: some characters of a class, every branch, or one text."""
    nodes = [*body]
    while len(nodes) == 1 and nodes[0][0] is sre.SUBPATTERN:
        nodes = [*nodes[0][1][-1]]
    if len(nodes) == 1 and nodes[0][0] is sre.IN:
        found = [character for character in _CHARACTERS if _in(nodes[0][1], character)][:4]
    elif len(nodes) == 1 and nodes[0][0] is sre.BRANCH:
        found = [_sample(branch) for branch in nodes[0][1][1]]
    else:
        found = [_sample(nodes)]
    return [unit for unit in found or [_sample(nodes)] if unit]


def _sample(nodes: Iterable[Any]) -> str:
    """Return a text that nodes match, as nearly as it can be told without trying."""
    text = ""
    for kind, value in nodes:
        if kind is sre.LITERAL:
            text += chr(value)
        elif kind in (sre.ANY, sre.NOT_LITERAL):
            text += "b" if value == ord("a") else "a"
        elif kind is sre.IN:
            text += next((c for c in chain(_CHARACTERS, map(chr, range(33, 1000))) if _in(value, c)), "")
        elif kind in _REPEATS:
            text += _sample(value[2]) * max(1, min(value[0], 50))
        elif kind is sre.SUBPATTERN:
            text += _sample(value[-1])
        elif kind is sre.ATOMIC_GROUP:
            text += _sample(value)
        elif kind is sre.BRANCH:
            text += _sample(value[1][0])
    return text


def _in(items: Iterable[Any], character: str) -> bool:
    found, wanted = False, True
    for kind, value in items:
        if kind is sre.NEGATE:
            wanted = False
        elif kind is sre.LITERAL:
            found |= value == ord(character)
        elif kind is sre.RANGE:
            found |= value[0] <= ord(character) <= value[1]
        elif kind is sre.CATEGORY:
            found |= bool(re.match(_CATEGORIES[value], character))
    return found == wanted
