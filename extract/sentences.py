"""Where sentences begin: after a full stop, a question or exclamation mark, and after a title's line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from paperatlas.extract.facts import Span
from paperatlas.extract.lexicon import words

if TYPE_CHECKING:
    from spacy.tokens import Doc

#: Words that end in a full stop without ending a sentence.
_ABBREVIATIONS = words("grammar", "abbreviations")
#: The longest sentence, in words. What goes on without a full stop is cut, so that no text is one endless sentence.
_LONGEST = 200
#: Where a doc keeps its sentences.
_KNOWN = "paperatlas_sentences"
_END = re.compile(r".*[.!?][\"'”’)\]]*")
_BEGIN = re.compile(r"[\"'“‘(\[]*[A-Z0-9Α-Ωα-ω].*|\(?[ivx]+\)")


class Stretch(NamedTuple):
    """A sentence: its characters, without blanks at its end, and the first token behind it."""

    span: Span
    end: int


def sentences_of(doc: Doc) -> tuple[Stretch, ...]:
    """Return the sentences of ``doc``, worked out once: spaCy looks through the whole of it each time it is asked."""
    known: tuple[Stretch, ...] | None = doc.user_data.get(_KNOWN)
    if known is None:
        text = doc.text
        places = [(token.idx, len(token), token.is_sent_start) for token in doc]
        starts = [n for n, (_, _, begins) in enumerate(places) if begins or n == 0]
        known = tuple(
            Stretch(Span(places[first][0], places[first][0] + len(text[places[first][0] : end].rstrip())), behind)
            for first, behind in pairwise([*starts, len(places)])
            for end in [places[behind - 1][0] + places[behind - 1][1]]
        )
        doc.user_data[_KNOWN] = known
    return known


def sentence_starts(tokens: Sequence[str]) -> list[bool]:
    """Tell for each token whether a sentence begins with it.

    >>> sentence_starts(["See", "e.g.", "Fig.", "1", ".", "It", "works", "."])
    [True, False, False, False, False, True, False, False]
    """
    starts = [False] * len(tokens)
    ended = True
    begun = 0
    for i, token in enumerate(tokens):
        if ended and not token.isspace() and not (i and _is_closing(token)):
            starts[i] = i == 0 or bool(_BEGIN.fullmatch(token)) or _after_break(tokens, i)
            ended = False
        if starts[i] or i - begun == _LONGEST:
            starts[i], begun = True, i
        if "\n" in token:
            ended = True
        elif _END.fullmatch(token):
            # The tokenizer may have cut an abbreviation's full stop off.
            word = tokens[i - 1] + token if i and len(token) == 1 else token
            ended = not _abbreviates(token) and not _abbreviates(word)
    return starts


def _abbreviates(word: str) -> bool:
    """Tell a word whose full stop ends no sentence: "e.g.", "Fig.", the initial of a name."""
    return word.lower() in _ABBREVIATIONS or (len(word) == 2 and word[0].isupper())


def _is_closing(token: str) -> bool:
    return token in (")", "]", '"', "”", "’", "'", "''")


def _after_break(tokens: Sequence[str], i: int) -> bool:
    """Tell whether only blanks lie between a line break and token ``i``."""
    while i and tokens[i - 1].isspace():
        i -= 1
        if "\n" in tokens[i]:
            return True
    return False


def title_length(doc: Doc) -> int:
    """Return the number of tokens before the line break that ends the title; 0 without a title."""
    return next((token.i for token in doc if token.text == "\n"), 0)
