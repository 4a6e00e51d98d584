"""What the encoder reads: the words of a text as pieces of its vocabulary, in windows of a bounded length.

The encoder is uncased. What case says is given back to it as a kind beside every piece (see :func:`kind_of`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

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

#: The kinds of pieces by the case of their word: small letters or signs, a capital, a capital where a sentence begins,
#: capitals further on, digits.
LOWER, CAPITAL, BEGINNING, MIXED, DIGITS = range(5)


@dataclass(frozen=True, slots=True)
class Word:
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


def words_of_doc(doc: Doc, vocabulary: Tokenizer) -> list[Word]:
    """Return the tokens of ``doc``, which has sentences, in the pieces of ``vocabulary``.

    A line break is read as a separator: it ends the title. Other blanks have no pieces.
    """
    unknown, separator = (vocabulary.token_to_id(sign) or 0 for sign in ("[UNK]", "[SEP]"))
    encoded = vocabulary.encode_batch([token.text.strip() for token in doc], add_special_tokens=False)
    words: list[Word] = []
    sentence = -1
    for token, pieces in zip(doc, encoded, strict=True):
        sentence += bool(token.is_sent_start) or sentence < 0
        if token.is_space:
            ids = (separator,) if "\n" in token.text else ()
            words.append(Word(ids, (LOWER,) * len(ids), sentence))
            continue
        kinds = _kinds(token.text, pieces, begins=bool(token.is_sent_start)) or [LOWER]
        words.append(Word(tuple(pieces.ids[:WORD]) or (unknown,), tuple(kinds[:WORD]), sentence))
    return words


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
    ids, kinds, first, last = [opening], [LOWER], [], []
    for word in words[start:end]:
        first.append(len(ids))
        ids += word.ids
        kinds += word.kinds
        last.append(max(len(ids) - 1, first[-1]))
    ids.append(closing)
    kinds.append(LOWER)
    sentences = [word.sentence for word in words[start:end]]
    arrays = (np.asarray(values, dtype=np.int64) for values in (ids, kinds, first, last, sentences))
    return Window(start, end, *arrays)
