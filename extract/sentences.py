"""Where sentences begin: after a full stop, a question or exclamation mark, and after a title's line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from paperatlas.extract.facts import Span
from paperatlas.extract.lexicon import words as listed
from paperatlas.extract.words import words_in

if TYPE_CHECKING:
    from spacy.tokens import Doc

#: Words that end in a full stop without ending a sentence.
_ABBREVIATIONS = listed("grammar", "abbreviations")
#: The longest sentence, in words. What goes on without a full stop is cut, so that no text is one endless sentence.
_LONGEST = 200
#: Where a doc keeps its sentences.
_KNOWN = "paperatlas_sentences"
_END = re.compile(r".*[.!?][\"'”’)\]]*")
_ENDS = frozenset(".!?\"'”’)]")
_BEGIN = re.compile(r"[\"'“‘(\[]*[A-Z0-9Α-Ωα-ω].*|\(?[ivx]+\)")


class Stretch(NamedTuple):
    """A sentence: its characters, without blanks at its end, and the first token behind it."""

    span: Span
    end: int


def sentences_of(doc: Doc) -> tuple[Stretch, ...]:
    """Return the sentences of ``doc``, worked out once: spaCy looks through the whole of it each time it is asked."""
    known: tuple[Stretch, ...] | None = doc.user_data.get(_KNOWN)
    if known is None:
        words = words_in(doc)
        begins = doc.to_array(["SENT_START"]) == 1
        firsts = sorted({0, *begins.nonzero()[0].tolist()}) if words.texts else []
        known = tuple(
            Stretch(Span(start, start + len(words.text[start:end].rstrip())), behind)
            for first, behind in pairwise([*firsts, len(words.texts)])
            for start, end in [(words.starts[first], words.starts[behind - 1] + len(words.texts[behind - 1]))]
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
        elif token[-1] in _ENDS and _END.fullmatch(token):
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
    texts = words_in(doc).texts
    return texts.index("\n") if "\n" in texts else 0
