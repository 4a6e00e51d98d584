"""Short forms and what they stand for, where the text itself says so: "Visual Language Models (VLMs)".

After Schwartz & Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical text" (PSB 2003):
the characters of the short form are looked for in the words before the bracket, from right to left, the first one at
the beginning of a word. Taken further here: plurals, the short form before the bracket, "X, or Y, ..."; and words
whose initials spell the short form come first, as the letters of "PPO" are all in "Policy Optimization" already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

#: What a bracket may hold for a short form: two to twelve characters, in one or two words, with a capital or a digit.
_SHORT = re.compile(r"(?=[^()]*[A-Z0-9])[A-Za-z0-9α-ωΑ-Ω][\w.+*/^&’'@-]{1,11}(?: [\w.+-]{1,5})?")
_BRACKET = re.compile(r"\(([^()]{2,160})\)")
#: What may stand in a bracket before a short form.
_OPENER = re.compile(r"(?:i\.e\.|also|or|called|dubbed|termed|henceforth|aka|a\.k\.a\.|abbreviated)(?: as)?,?\s+")
_OR = re.compile(r", or ([A-Z][\w-]{1,11})\b")
_WORD = re.compile(r"[^\s]+")
_PART = re.compile(r"[^\W_]+")
#: Words that no long form begins with.
_NOT_FIRST = frozenset(
    "a an the of for in on with and or to by from as is are we our this that these via using called dubbed".split()
)
_NOUN = re.compile(
    r"\s{1,9}(methods?|algorithms?|models?|frameworks?|approach(?:es)?|techniques?|tasks?|datasets?)\s{0,9}$"
)
_QUOTES = "'\"“”‘’`"


class Acronym(NamedTuple):
    """A short and a long form, each as a span of characters."""

    short: tuple[int, int]
    long: tuple[int, int]


def find_acronyms(text: str) -> list[Acronym]:
    """Return the pairs that ``text`` defines, in order of the short forms.

    >>> text = "We study Vector Quantized Variational AutoEncoders (VQ-VAE) and GANs (generative adversarial networks)."
    >>> [(text[slice(*a.short)], text[slice(*a.long)]) for a in find_acronyms(text)]
    [('VQ-VAE', 'Vector Quantized Variational AutoEncoders'), ('GANs', 'generative adversarial networks')]
    """
    found = {pair.short: pair for pair in _candidates(text)}
    return [found[short] for short in sorted(found)]


def _candidates(text: str) -> Iterator[Acronym]:
    for bracket in _BRACKET.finditer(text):
        inner, start = _stripped(bracket[1], bracket.start(1))
        before = len(text[: bracket.start()].rstrip(" ," + _QUOTES))
        if _SHORT.fullmatch(inner) and (long := _long_form(text, before, inner)):
            yield Acronym((start, start + len(inner)), long)
            continue
        # The other way round: the short form stands before the bracket, the long one fills it.
        word = re.search(r"[^\s(,]+$", text[:before])
        short = word[0].strip(_QUOTES) if word else ""
        if word and _SHORT.fullmatch(short) and re.search(r"[\s-]", inner):
            long = _long_form(text, start + len(inner), short, earliest=start)
            if long and long[0] == start:
                at = word.start() + word[0].index(short)
                yield Acronym((at, at + len(short)), long)
    for match in _OR.finditer(text):
        if long := _long_form(text, match.start(), match[1]):
            yield Acronym(match.span(1), long)


def _stripped(inner: str, start: int) -> tuple[str, int]:
    """Take what is not the short form off the content of a bracket; return it with its new start."""
    opener = _OPENER.match(inner)
    if opener:
        inner, start = inner[opener.end() :], start + opener.end()
    cut = re.search(r"[;,:]", inner)
    if cut and _SHORT.fullmatch(inner[: cut.start()].rstrip().strip(_QUOTES)):
        inner = inner[: cut.start()].rstrip()
    quotes = len(inner) - len(inner.lstrip(_QUOTES))
    return inner.strip(_QUOTES), start + quotes


def _long_form(text: str, end: int, short: str, *, earliest: int = 0) -> tuple[int, int] | None:
    """Return the span before ``end`` that ``short`` abbreviates, or ``None``."""
    # "a Markov chain method (MC)": the noun behind the name is no part of it.
    noun = _NOUN.search(text, max(earliest, end - 40), end)
    if noun and noun[1][0].casefold() != _singular(short)[-1].casefold():
        bare = _long_form(text, noun.start(), short, earliest=earliest)
        if bare:
            return bare
    letters = [c for c in _singular(short).casefold() if c.isalnum()]
    if len(letters) < 2 or not any(c.isalpha() for c in letters):
        return None
    most = min(len(letters) + 5, len(letters) * 2)
    words = [*_WORD.finditer(text, max(earliest, end - 200), end)][-most:]
    clause = max((i + 1 for i, word in enumerate(words) if word[0][-1] in ".;:!?" and word.end() < end), default=0)
    words = words[clause:]
    if not words:
        return None
    low = words[0].start()
    position = _by_initials(text, low, end, letters)
    if position is None:
        position = _by_letters(text, low, end, letters)
    if position is None:
        return None
    # A hyphenated compound is taken whole: "Leaky-Integrate-Fire".
    while position > low and not text[position - 1].isspace() and text[position - 1] not in "(/" + _QUOTES:
        position -= 1
    long = text[position:end]
    first = long.split(maxsplit=1)[0].casefold()
    if (
        first in _NOT_FIRST
        or long.count("(") != long.count(")")
        or len(long) <= len(short)
        or short.casefold() in long.casefold().split()
    ):
        return None
    return position, end


def _by_initials(text: str, low: int, end: int, letters: list[str]) -> int | None:
    """Return where the last words before ``end`` begin, if their initials are the letters."""
    parts = [*_PART.finditer(text, low, end)][-len(letters) :]
    return parts[0].start() if [part[0][0].casefold() for part in parts] == letters else None


def _by_letters(text: str, low: int, end: int, letters: list[str]) -> int | None:
    """Return where the letters begin that stand before ``end`` in order, the first one at the beginning of a word."""
    position = end
    for index in range(len(letters) - 1, -1, -1):
        position -= 1
        while position >= low and not (
            text[position].casefold() == letters[index] and (index or _begins_word(text, position, low))
        ):
            position -= 1
        if position < low:
            return None
    return position


def _begins_word(text: str, position: int, low: int) -> bool:
    return position == low or not text[position - 1].isalnum()


def _singular(short: str) -> str:
    """Take the plural off a short form: "VLMs" stands for "visual language models" as "VLM" does for one."""
    return re.sub(r"(?<=[A-Z0-9])(?:['’]?s|es)$", "", short)
