"""Which way a metric is better, by its names; the words are in ``graph/data/metrics.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import chain

from paperatlas.extract.surface import singular, slug

#: What follows one of these says of what, or under which condition, the metric is taken: "recall at 5 % FPR".
_BEHIND = frozenset("at of in on per for with under between by from over to".split())
#: The longest phrase of the lists, in words.
_LONGEST = 4


class Direction(StrEnum):
    """Which of two numbers is the better one."""

    HIGHER = "higher"
    LOWER = "lower"
    UNKNOWN = "unknown"


def direction_of(names: Iterable[str]) -> Direction:
    """Return which way a metric is better that goes by ``names``, the most telling of which decides.

    A long form is more telling than an abbreviation. What the lists do not know, or know to be used for both, is
    ``UNKNOWN``: no order is then claimed.

    >>> direction_of(["IS", "Inception Score"]), direction_of(["top-5 error"]), direction_of(["attack success rate"])
    (<Direction.HIGHER: 'higher'>, <Direction.LOWER: 'lower'>, <Direction.UNKNOWN: 'unknown'>)
    >>> direction_of(["accuracy loss"]), direction_of(["FID score"]), direction_of(["FPR at 95% recall"])
    (<Direction.LOWER: 'lower'>, <Direction.LOWER: 'lower'>, <Direction.LOWER: 'lower'>)
    """
    for words in sorted({_words(name) for name in names}, key=lambda words: (-len(words), words)):
        found = _direction(words)
        if found:
            return Direction(found) if found in ("higher", "lower") else Direction.UNKNOWN
    return Direction.UNKNOWN


def is_share(names: Iterable[str]) -> bool:
    """Tell whether a metric is the share of something: at most 1, or at most 100 where it is told as a percentage.

    >>> is_share(["mean average precision", "mAP"]), is_share(["perplexity"]), is_share(["FID"])
    (True, False, False)
    """
    return any(_decisive(_words(name), ("share",)) and _direction(_words(name)) != "" for name in names)


def _direction(words: Sequence[str]) -> str:
    """Return the list that a name stands in: "higher", "lower", "unclear", or an empty string."""
    head, rest = _parted(words)
    if head and head[-1] in _lists()["reduction"].phrases:
        return "higher" if _direction(head[:-1] or rest) == "lower" else "unclear"
    found = _decisive(words, ("lower", "higher", "unclear"))
    return found or ("higher" if head and head[-1] in _lists()["weak"].phrases else "")


def _parted(words: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Part a name from what says of what, or under which condition, it is taken."""
    cut = next((n for n, word in enumerate(words) if word in _BEHIND and n), len(words))
    return words[:cut], words[cut + 1 :]


def _decisive(words: Sequence[str], lists: Sequence[str]) -> str:
    """Return that of ``lists`` which the name stands in, or else the phrase that ends last in it; or nothing."""
    head, rest = _parted(words)
    for part in (words, head):
        for name in lists:
            if " ".join(part) in _lists()[name].names:
                return name
    # Of what stands behind "at" or "per" only a phrase that begins before it tells ("frames per second"), or what the
    # name is the number "of".
    counted = rest if words[len(head) : len(head) + 1] == ("of",) else ()
    for phrase in chain(_phrases(head), _phrases(words, across=len(head)), _phrases(counted)):
        for name in lists:
            if phrase in _lists()[name].phrases:
                return name
    return ""


def _phrases(words: Sequence[str], *, across: int = 0) -> Iterator[str]:
    """Yield the phrases of a name, those that end last first, of these the longest; or those ``across`` a place."""
    for end in range(len(words), across, -1):
        for start in range(max(0, end - _LONGEST), min(end, across or end)):
            yield " ".join(words[start:end])


class _List:
    """One table of the file: phrases, and names that count only as a whole."""

    def __init__(self, table: dict[str, str]) -> None:
        self.phrases = _entries(table.get("phrases", ""))
        self.names = _entries(table.get("names", ""))


def _entries(text: str) -> frozenset[str]:
    return frozenset(" ".join(_words(entry)) for entry in re.split(r"[,\n]", text) if entry.strip())


@cache
def _lists() -> dict[str, _List]:
    text = files("paperatlas.graph").joinpath("data", "metrics.toml").read_text(encoding="utf-8")
    return {name: _List(table) for name, table in tomllib.loads(text).items()}


def _words(name: str) -> tuple[str, ...]:
    """Return the words of a name in the singular, without digits."""
    words = (re.sub(r"[\d+#]", "", word) for word in slug(name.replace("@", " at ").replace("/", " per ")).split("-"))
    return tuple(singular(word) for word in words if word)
