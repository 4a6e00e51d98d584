"""What the encoder reads: the words of a text as pieces of its vocabulary, in windows of a bounded length.

The encoder is uncased. What case says is given back to it as a kind beside every piece (see :func:`kind_of`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
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

#: The pieces of a word, and their kinds.
_Cut = tuple[tuple[int, ...], tuple[int, ...]]

#: The kinds of pieces by the case of their word: small letters or signs, a capital, a capital where a sentence begins,
#: capitals further on, digits.
LOWER, CAPITAL, BEGINNING, MIXED, DIGITS = range(5)


class Word(NamedTuple):
    """A token of a text as the encoder reads it; ``sentence`` is the number of its sentence."""

    ids: tuple[int, ...]
    kinds: tuple[int, ...]
    sentence: int


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
        self._unknown, self._separator, self._opening, self._closing = (
            vocabulary.token_to_id(sign) or 0 for sign in ("[UNK]", "[SEP]", "[CLS]", "[SEP]")
        )
        self._cut: dict[str, tuple[_Cut, _Cut]] = {}

    def windows(self, doc: Doc) -> Iterator[Window]:
        """Yield the windows that ``doc``, which has sentences, is read in."""
        return windows(self.words(doc), opening=self._opening, closing=self._closing)

    def words(self, doc: Doc) -> list[Word]:
        """Return the tokens of ``doc``, which has sentences.

        A line break is read as a separator: it ends the title. Other blanks have no pieces.
        """
        texts, words = words_in(doc).texts, []
        first = 0
        for sentence, (_, behind) in enumerate(sentences_of(doc)):
            for n in range(first, behind):
                text = texts[n]
                if text not in self._cut:
                    if len(self._cut) >= _REMEMBERED:
                        self._cut.clear()
                    self._cut[text] = self._pieces_of(text)
                ids, kinds = self._cut[text][n == first]
                words.append(Word(ids, kinds, sentence))
            first = behind
        return words

    def _pieces_of(self, text: str) -> tuple[_Cut, _Cut]:
        """Return the pieces of a word and their kinds: within a sentence, and at its beginning."""
        if text.isspace():
            line_break = ((self._separator,), (LOWER,)) if "\n" in text else ((), ())
            return line_break, line_break
        pieces = self.vocabulary.encode(text.strip(), add_special_tokens=False)
        ids = tuple(pieces.ids[:WORD]) or (self._unknown,)
        within, beginning = (tuple(_kinds(text, pieces, begins=b)[:WORD]) or (LOWER,) for b in (False, True))
        return (ids, within), (ids, beginning)


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


def windows(words: Sequence[Word], *, opening: int, closing: int) -> Iterator[Window]:
    """Yield the windows that ``words`` are read in: one, if they fit; else overlapping ones that begin with sentences.

    ``opening`` and ``closing`` are the ids of the signs that every window begins and ends with.
    """
    start = 0
    while start < len(words):
        end, count = start, 2
        while end < len(words) and count + len(words[end].ids) <= WINDOW:
            count += len(words[end].ids)
            end += 1
        if end < len(words):
            end = _sentence_start(words, start, end) or end
        yield _window(words, start, end, opening, closing)
        if end == len(words):
            return
        shared, following = 0, end
        while following > start + 1 and shared < OVERLAP:
            following -= 1
            shared += len(words[following].ids)
        start = _sentence_start(words, start, following) or end


def _sentence_start(words: Sequence[Word], start: int, end: int) -> int | None:
    """Return the last position after ``start``, up to ``end``, where a sentence begins."""
    return next((i for i in range(end, start, -1) if words[i].sentence != words[i - 1].sentence), None)


def _window(words: Sequence[Word], start: int, end: int, opening: int, closing: int) -> Window:
    read = words[start:end]
    ids = [opening, *chain.from_iterable(word.ids for word in read), closing]
    kinds = [LOWER, *chain.from_iterable(word.kinds for word in read), LOWER]
    counts = _ints([len(word.ids) for word in read])
    first = 1 + np.cumsum(counts) - counts
    last = np.maximum(first + counts - 1, first)
    sentences = [word.sentence for word in read]
    return Window(start, end, _ints(ids), _ints(kinds), first, last, _ints(sentences))


def _ints(values: Sequence[int]) -> Ints:
    return np.asarray(values, dtype=np.int64)
