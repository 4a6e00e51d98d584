"""What the encoder reads: the words of a text as pieces of its vocabulary, in windows of a bounded length.

The encoder is uncased. What case says is given back to it as a kind beside every piece (see :func:`kind_of`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from paperatlas.extract.sentences import sentences_of
from paperatlas.extract.words import words_in

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from tokenizers import Encoding, Tokenizer

Ints = npt.NDArray[np.int64]

#: The most pieces in a window, its opening and closing sign among them: the encoder knows no later positions.
WINDOW = 512
#: How many pieces a window shares with the one before it, at least, unless a single sentence is longer.
OVERLAP = 128
#: The most pieces of one word. What is longer is no name, and its rest says nothing more.
WORD = 32

#: How many words are remembered in pieces.
_REMEMBERED = 50_000

#: The kinds of pieces by the case of their word: small letters or signs, a capital, a capital where a sentence begins,
#: capitals further on, digits.
LOWER, CAPITAL, BEGINNING, MIXED, DIGITS = range(5)


class Word(NamedTuple):
    """A token as the encoder reads it: its pieces and their kinds."""

    ids: tuple[int, ...]
    kinds: tuple[int, ...]


@dataclass(frozen=True)
class Window:
    """A stretch of a text that is read at once: the tokens from ``start`` up to ``end``.

    ``ids`` and ``kinds`` have a value a piece (T); ``first``, ``last`` and ``sentences`` one a token (W): where its
    pieces begin and end among the T, and the number of its sentence. A blank shares the piece behind it.
    """

    start: int
    end: int
    ids: Ints
    kinds: Ints
    first: Ints
    last: Ints
    sentences: Ints

    @cached_property
    def width(self) -> int:
        """The number of tokens."""
        return self.end - self.start


def kind_of(word: str, *, begins: bool = False) -> int:
    """Tell what the case of a word says.

    >>> [kind_of(word) for word in ("models", "Gato", "VQ", "ImageNet", "2012", "-")]
    [0, 1, 3, 3, 4, 0]
    """
    if not any(c.isalpha() for c in word):
        return DIGITS if any(c.isdigit() for c in word) else LOWER
    if word.islower():
        return LOWER
    if word[0].isupper() and (len(word) == 1 or word[1:].islower()):
        return BEGINNING if begins else CAPITAL
    return MIXED


class Pieces:
    """A vocabulary of pieces, and how words are cut into them. Words come again and again: each is cut once."""

    def __init__(self, vocabulary: Tokenizer) -> None:
        self.vocabulary = vocabulary
        #: What is shown in place of a word that is hidden.
        self.mask = vocabulary.token_to_id("[MASK]") or 0
        self._unknown, self._separator, self._opening, self._closing = (
            vocabulary.token_to_id(sign) or 0 for sign in ("[UNK]", "[SEP]", "[CLS]", "[SEP]")
        )
        self._cut: dict[str, tuple[Word, Word]] = {}

    def windows(self, doc: Doc) -> Iterator[Window]:
        """Yield the windows that ``doc``, which has sentences, is read in."""
        return windows(*self.words(doc), opening=self._opening, closing=self._closing)

    def words(self, doc: Doc) -> tuple[list[Word], list[int]]:
        """Return the tokens of ``doc``, which has sentences, and for each the number of its sentence.

        A line break is read as a separator: it ends the title. Other blanks have no pieces.
        """
        found = [self._cut.get(text) or self._remembered(text) for text in words_in(doc).texts]
        words = [within for within, _ in found]
        sentences: list[int] = []
        for sentence, (_, behind) in enumerate(sentences_of(doc)):
            words[len(sentences)] = found[len(sentences)][1]
            sentences += [sentence] * (behind - len(sentences))
        return words, sentences

    def _remembered(self, text: str) -> tuple[Word, Word]:
        if len(self._cut) >= _REMEMBERED:
            self._cut.clear()
        self._cut[text] = found = self._read(text)
        return found

    def _read(self, text: str) -> tuple[Word, Word]:
        """Return a word as it is read within a sentence, and at its beginning."""
        if text.isspace():
            line_break = Word((self._separator,), (LOWER,)) if "\n" in text else Word((), ())
            return line_break, line_break
        pieces = self.vocabulary.encode(text.strip(), add_special_tokens=False)
        ids = tuple(pieces.ids[:WORD]) or (self._unknown,)
        within, beginning = (tuple(_kinds(text, pieces, begins=b)[:WORD]) or (LOWER,) for b in (False, True))
        return Word(ids, within), Word(ids, beginning)


def _kinds(text: str, pieces: Encoding, *, begins: bool) -> list[int]:
    """Return the kind of each piece: that of the run of letters or digits ("VQ", "-", "VAE") which it is a part of."""
    runs: list[tuple[int, int, int]] = []
    for piece, (start, end) in zip(pieces.tokens, pieces.offsets, strict=True):
        if piece.startswith("##") and runs:
            begun, _, count = runs.pop()
            runs.append((begun, end, count + 1))
        else:
            runs.append((start, end, 1))
    kinds: list[int] = []
    for n, (start, end, count) in enumerate(runs):
        kinds += [kind_of(text[start:end], begins=begins and n == 0)] * count
    return kinds


def windows(words: Sequence[Word], sentences: Sequence[int], *, opening: int, closing: int) -> Iterator[Window]:
    """Yield the windows that ``words`` are read in: one, if they fit; else overlapping ones that begin with sentences.

    ``sentences`` number those of the words; ``opening`` and ``closing`` are the ids of the signs that every window
    begins and ends with.
    """
    # How many pieces are in front of each word.
    before = [*accumulate([len(ids) for ids, _ in words], initial=0)]
    start = 0
    while start < len(words):
        end = bisect_right(before, before[start] + WINDOW - 2) - 1
        if end < len(words):
            end = _sentence_start(sentences, start, end) or end
        yield _window(words, sentences, start, end, opening, closing)
        if end == len(words):
            return
        following = max(bisect_right(before, before[end] - OVERLAP) - 1, start + 1)
        start = _sentence_start(sentences, start, following) or end


def _sentence_start(sentences: Sequence[int], start: int, end: int) -> int | None:
    """Return the last position after ``start``, up to ``end``, where a sentence begins."""
    return next((i for i in range(end, start, -1) if sentences[i] != sentences[i - 1]), None)


def _window(
    words: Sequence[Word], sentences: Sequence[int], start: int, end: int, opening: int, closing: int
) -> Window:
    ids_of, kinds_of = zip(*words[start:end], strict=True)
    ids = [opening, *chain.from_iterable(ids_of), closing]
    kinds = [LOWER, *chain.from_iterable(kinds_of), LOWER]
    counts = _ints([*map(len, ids_of)])
    first = 1 + np.cumsum(counts) - counts
    last = np.maximum(first + counts - 1, first)
    return Window(start, end, _ints(ids), _ints(kinds), first, last, _ints(sentences[start:end]))


def _ints(values: Sequence[int]) -> Ints:
    return np.asarray(values, dtype=np.int64)
