"""Which part of a dataset a sentence speaks of: "COCO test-dev", "WMT 2014 En-De", "ImageNet at 64×64".

Only what stands right beside the dataset's name counts, and of that only the words of ``graph/data/splits.toml``, a
direction of translation, and a resolution.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import product
from typing import NamedTuple

#: The kinds of part in the order in which a label tells them: "validation en-de", "test 256×256".
_KINDS = ("split", "pair", "size")
#: What may stand between a dataset's name and the first part of it, and between one part and the next.
_GLUE = (
    r"(?:['’](?:s|\d\d)\b)?[\s,(/–-]*"
    r"(?:(?:dataset|benchmark|corpus|the|at|for|official|resolution|(?:19|20)\d\d)\b[\s-]*)*"
)
_NEXT = r"(?:[\s,/&()–-]|\b(?:and|or|the|at)\b)*"
#: "test-time" and "test bed" are no parts.
_NO_PART = r"(?![\s-]?(?:time|bed|case|suite)\b)"


class _Part(NamedTuple):
    start: int
    end: int
    kind: str
    label: str


def parts_beside(names: Iterable[str], sentence: str) -> list[str]:
    """Return the parts of a dataset that ``sentence`` names beside one of its ``names``, in order and as often.

    What is of several kinds is one part: "validation 256×256". The list is empty where the dataset is spoken of as a
    whole.

    >>> parts_beside(["COCO", "MS COCO"], "It has 51 AP on the MS COCO test-dev, and 50 on the validation set of COCO.")
    ['test-dev', 'validation']
    >>> parts_beside(["LibriSpeech"], "The WER on LibriSpeech test-clean/test-other is 1.9%/3.9%.")
    ['test-clean', 'test-other']
    >>> parts_beside(["WMT"], "28.4 on WMT 2014 English-to-German"), parts_beside(["ImageNet"], "ImageNet test-time")
    (['en-de'], [])
    """
    labels = []
    for start, end in _places(names, sentence):
        parts = sorted({*_before(sentence, start), *_behind(sentence, end)})
        if parts:
            kinds = [[part.label for part in parts if part.kind == kind] or [""] for kind in _KINDS]
            labels += [" ".join(filter(None, chosen)) for chosen in product(*kinds)]
    return labels


def _places(names: Iterable[str], sentence: str) -> Iterator[tuple[int, int]]:
    """Yield where a dataset is named, by its longest name there and by each shorter one that a part may follow."""
    spans = sorted({match.span() for name in names if name for match in _named(name).finditer(sentence)})
    until = -1
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= until:
            # "ImageNet 64x64" may itself be a name that papers give: what it has beyond "ImageNet" is a part still.
            shorter = [e for s, e in spans if s >= start and e < end and next(_behind(sentence, e), None)]
            yield start, min(shorter, default=end)
            until = end


@cache
def _named(name: str) -> re.Pattern[str]:
    words = r"[\s-]?".join(re.escape(word) for word in re.split(r"[\s-]+", name) if word)
    return re.compile(rf"(?<!\w){words}(?!\w)", re.I)


def _behind(sentence: str, place: int) -> Iterator[_Part]:
    found = _first().match(sentence, place)
    while found:
        yield _part(found)
        found = _further().match(sentence, found.end())


def _before(sentence: str, place: int) -> Iterator[_Part]:
    """Yield the part in front of a name: "the validation and test sets of", "256×256"."""
    start = max(0, place - 80)
    clause = sentence[start:place]
    joined = _leading().search(clause)
    if joined:
        for found in _any().finditer(clause, joined.start(), joined.end()):
            part = _part(found)
            yield part._replace(start=part.start + start, end=part.end + start)


def _part(match: re.Match[str]) -> _Part:
    groups = match.groupdict()
    if groups["width"]:
        return _Part(*match.span("width"), "size", f"{groups['width']}×{groups['height']}")
    if source := groups["source"] or groups["from"]:
        target = groups["target"] or groups["into"]
        return _Part(match.start(), match.end(), "pair", f"{_languages()[_key(source)]}-{_languages()[_key(target)]}")
    word = groups["part"] or groups["set"]
    return _Part(*match.span("part" if groups["part"] else "set"), "split", _splits()[_key(word)])


def _key(words: str) -> str:
    return re.sub(r"[\s-]", "", words).casefold()


@cache
def _first() -> re.Pattern[str]:
    return re.compile(_GLUE + _parts(), re.I)


@cache
def _further() -> re.Pattern[str]:
    return re.compile(_NEXT + _parts(), re.I)


@cache
def _any() -> re.Pattern[str]:
    return re.compile(_parts(), re.I)


@cache
def _leading() -> re.Pattern[str]:
    """What stands in front of a name: parts and "set of the", or parts with nothing between."""
    anonymous = re.sub(r"\?P<\w+>", "?:", _parts())
    noun = f"(?:{'|'.join(_entries('nouns')['set'])})"
    return re.compile(
        rf"\b{anonymous}(?:{_NEXT}{anonymous})*\s*(?:{noun}\s+)?(?:(?:of|from|in)\s+(?:the\s+)?(?:official\s+)?)$"
        r"|(?<!\d)\d{2,4}\s?[x×]\s?\d{2,4}\s$",
        re.I,
    )


@cache
def _parts() -> str:
    tables = _table()
    noun = f"(?:{'|'.join(_entries('nouns')['set'])})"
    sets = _words("sets")
    languages = "|".join(name for name in tables["languages"].values())
    codes = "|".join(tables["languages"])
    return (
        r"(?:(?<!\d)(?P<width>\d{2,4})\s?[x×]\s?(?P<height>\d{2,4})(?!\d)"
        rf"|\b(?P<source>{languages})(?:\s?(?:-{{1,2}}>?|[–—→⇒])\s?|[\s-]to[\s-])(?P<target>{languages})\b"
        rf"|\b(?P<from>{codes})\s?(?:-{{1,2}}>?|[–—→⇒])\s?(?P<into>{codes})\b"
        rf"|\b(?P<part>{_words('parts')})\b{_NO_PART}(?:[\s-]{noun}\b)?"
        rf"|\b(?P<set>{sets})\b(?=(?:{_NEXT}(?:{sets}))*[\s-]{noun}\b)(?:[\s-]{noun}\b)?)"
    )


def _words(table: str) -> str:
    """Return the words of a table as the inside of a group, the longest first."""
    words = sorted((word for entry in _entries(table).values() for word in entry), key=lambda word: (-len(word), word))
    return "|".join(re.sub(r"\s", r"[\\s-]?", word) for word in words)


def _entries(table: str) -> Mapping[str, list[str]]:
    return {label: [word.strip() for word in text.split(",")] for label, text in _table()[table].items()}


@cache
def _splits() -> dict[str, str]:
    return {
        _key(word): label for table in ("sets", "parts") for label, words in _entries(table).items() for word in words
    }


@cache
def _languages() -> dict[str, str]:
    table = _table()["languages"]
    return {_key(name): code for code, name in table.items()} | {code: code for code in table}


@cache
def _table() -> dict[str, dict[str, str]]:
    text = files("paperatlas.graph").joinpath("data", "splits.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
