"""Short and long forms: whether one stands for the other, and whether two long forms of one short form are the same.

What a text gives as a pair is checked by the letters, after Schwartz & Hearst, "A simple algorithm for identifying
abbreviation definitions in biomedical text" (PSB 2003), so that what a reader took for another name of a thing is not
taken for its expansion in other papers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from paperatlas.extract.surface import plain
from paperatlas.graph.memory import remembered
from paperatlas.graph.resolve.forms import Form
from paperatlas.graph.resolve.spelling import key, spelt

_FUNCTION = frozenset(
    "of the for and to in with on from by an a via at as or is be not its per over under into".split()
)
#: How a digit is said within a name: seq2seq, 4D.
_SAID = {"2": ("to", "two"), "4": ("for", "four"), "1": ("one",), "3": ("three",), "0": ("zero",)}
#: Beyond these, letters were not meant to abbreviate anything.
_LONGEST_SHORT, _MOST_WORDS = 14, 16
#: A word of no more letters may be an abbreviation without any capital.
_WORD = 5
#: From so many letters on, one word of the long form may have none.
_FORGIVING = 5
#: Words within a long form that others leave out.
PASSED_OVER = frozenset("neural deep based".split())
#: Nouns behind a long form that its abbreviation may leave out.
TRAILING = frozenset(
    "model network method algorithm score metric loss framework dataset benchmark task index coefficient measure "
    "module mechanism unit function".split()
)


@remembered
def abbreviates(short: str, long: str) -> bool:
    """Tell whether the letters of ``short`` stand for the words of ``long``, from the first one on.

    >>> abbreviates("VQ-VAE", "Vector Quantized Variational AutoEncoders")
    True
    >>> abbreviates("A3C", "asynchronous advantage actor-critic"), abbreviates("BigGAN", "BigGAN-deep")
    (True, False)
    >>> abbreviates("LLM", "multimodal large language model"), abbreviates("GPT-3", "Generative Pretrained Transformer")
    (False, False)
    """
    letters = re.sub(r"[^a-z0-9]", "", plain(re.sub(r"(?<=[A-Z0-9])s$", "", short)))
    words = _parts(long)
    # LoRA+ is no LoRA.
    if {*short} & {*"+*#"} - {*long}:
        return False
    if not 2 <= len(letters) <= _LONGEST_SHORT or not 2 <= len(words) <= _MOST_WORDS or key(short) in key(long):
        return False
    # A long abbreviation, or one that reads as a word, may pass over a word.
    spare = int(len(letters) >= _FORGIVING or not re.sub(r"s$", "", short).isupper())
    return any(_explained(spelling, words, spare) for spelling in _spelt_out(letters))


def may_shorten(short: Form, long: Form) -> bool:
    """Tell whether two forms look like a short and a long one: a word in the letters of a name, and several words.

    >>> from paperatlas.graph.resolve.forms import form
    >>> may_shorten(form("LLMs"), form("large language models")), may_shorten(form("a network"), form("a big GAN"))
    (True, False)
    """
    words = short.text.split(" ")
    # "3D detection" abbreviates no "3D anomaly detection".
    named = not any(word.isalpha() and (word.islower() or word.istitle()) for word in words)
    shaped = named if len(words) == 2 else len(words) == 1 and (named or len(short.key) <= _WORD)
    return shaped and (" " in long.text or "-" in long.text or _camel(long.text) != [long.text])


def same_expansion(one: Form, other: Form) -> bool:
    """Tell whether two long forms of one abbreviation are the same: word by word of one stem, or one abbreviated.

    >>> from paperatlas.graph.resolve.forms import form
    >>> same_expansion(form("generative adversarial nets"), form("Generative Adversarial Network"))
    True
    >>> same_expansion(form("Vector Quantized VAE"), form("Vector-Quantised Variational Autoencoder"))
    True
    >>> same_expansion(form("algorithm distillation"), form("attention distillation"))
    False
    """
    words, others = _telling(one.text), _telling(other.text)
    # A language model is a thing, language modeling what is done with it.
    if words and others and words[-1].endswith("ing") != others[-1].endswith("ing"):
        return False
    return one.numbers == other.numbers and (_aligned(words, others) or _aligned(others, words))


@cache
def stem(word: str) -> str:
    """Return the stem of a word in small letters (Porter's second algorithm).

    >>> stem("generation") == stem("generator") == stem("generative")
    True
    """
    return str(_stemmer().stemWord(word))


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


def _parts(long: str) -> tuple[str, ...]:
    """Return the words of a long form in small letters, those that a hyphen or a capital joins taken apart."""
    return tuple(
        plain(part)
        for word in re.findall(r"[^\W_]+", re.sub(r"(?<=\w)['’]s\b", "", long))
        for part in ([word] if word.isupper() else re.findall(r"[A-Z]?[^A-Z]+|[A-Z]+(?![^A-Z])|[A-Z]", word))
        if plain(part)
    )


def _spelt_out(letters: str) -> list[str]:
    """Return the ways to read the digits of a short form: "a3c" has three a's, "t5" five t's."""
    repeated = re.sub(r"([a-z])([2-9])", lambda m: m[1] * int(m[2]), letters)
    return [letters] if repeated == letters else [letters, repeated]


def _explained(letters: str, words: Sequence[str], spare: int = 0) -> bool:
    """Tell whether each letter stands in the words in order; of these ``spare`` may have none, but not the first."""
    return _Explaining(letters, words, spare).rest(0, 0, 0)


@dataclass(slots=True)
class _Explaining:
    """Looks for letters in words, and remembers from where it has looked."""

    letters: str
    words: Sequence[str]
    spare: int
    known: dict[tuple[int, int, int], bool] = field(default_factory=dict)

    def rest(self, at: int, word: int, left_out: int) -> bool:
        """Tell whether the letters from ``at`` on stand in the words from ``word`` on, after ``left_out`` had none."""
        place = (at, word, left_out)
        if place not in self.known:
            self.known[place] = self._fits(at, word, left_out)
        return self.known[place]

    def _fits(self, at: int, word: int, left_out: int) -> bool:
        letters, words = self.letters, self.words
        if at == len(letters):
            remaining = [w for w in words[word:] if w not in _FUNCTION and stem(w) not in TRAILING]
            return len(remaining) + left_out <= self.spare
        if word == len(words):
            return False
        current = words[word]
        if current[0] == letters[at] or (word == 0 and letters[at] == "x" and current.startswith(("ex", "cross"))):
            found = at + 1
            if self.rest(found, word + 1, left_out):
                return True
            for letter in current[1:]:
                if found < len(letters) and letters[found] == letter:
                    found += 1
                    if self.rest(found, word + 1, left_out):
                        return True
        if current in _SAID.get(letters[at], ()) and self.rest(at + 1, word + 1, left_out):
            return True
        if word == 0:
            return False
        skipped = left_out + (current not in _FUNCTION)
        return skipped <= self.spare and self.rest(at, word + 1, skipped)


@remembered
def _telling(text: str) -> tuple[str, ...]:
    """Return the words of a long form that tell it from others, in one spelling each."""
    parts = [word for piece in re.findall(r"[^\s/-]+", text) for word in _camel(piece)]
    words = [spelling for part in parts for spelling in spelt(part)]
    return tuple(word for word in words if word not in _FUNCTION and word not in PASSED_OVER)


def _camel(word: str) -> list[str]:
    found = re.findall(r"[A-Z][a-z]{2,}", word)
    return found if len(found) > 1 and "".join(found) == word else [word]


def _aligned(words: Sequence[str], others: Sequence[str]) -> bool:
    """Tell whether ``words`` are ``others`` one by one, where a word may abbreviate several."""
    if not words or not others:
        return all(word in TRAILING for word in (*words, *others))
    first = words[0]
    if _akin(first, others[0]) and _aligned(words[1:], others[1:]):
        return True
    # Words that a blank takes apart elsewhere: "auto encoder", "autoencoder".
    for taken in (2, 3):
        run = others[:taken]
        if len(run) == taken and first == "".join(run) and _aligned(words[1:], others[taken:]):
            return True
    most = min(len(first), len(others))
    return any(
        len(first) <= 6 and _explained(first, others[:taken]) and _aligned(words[1:], others[taken:])
        for taken in range(2, most + 1)
    )


def _akin(one: str, other: str) -> bool:
    """Tell whether two words are forms of one: of one stem, or one the beginning of the other ("net", "network")."""
    shorter, longer = sorted((one, other), key=len)
    return one == other or stem(one) == stem(other) or (len(shorter) >= 3 and longer.startswith(shorter))
