"""A text and its words: what a spaCy ``Doc`` holds, read once.

A token is made anew each time a ``Doc`` is gone through, and the text is put together of all tokens each time it is
asked for, which takes longer than most of what is then done with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc

#: Where a doc keeps its words.
_KNOWN = "paperatlas_words"


@dataclass(frozen=True)
class Words:
    """One text, and by the numbers of its tokens how they are spelt, and the places of their first characters in it."""

    text: str
    texts: tuple[str, ...]
    starts: tuple[int, ...]

    @cached_property
    def lower(self) -> tuple[str, ...]:
        """The words in small letters."""
        return tuple(map(str.lower, self.texts))


def words_in(doc: Doc) -> Words:
    """Return the words of ``doc``, worked out once."""
    known: Words | None = doc.user_data.get(_KNOWN)
    if known is None:
        pairs = [(token.text, token.idx) for token in doc]
        known = Words(doc.text, tuple(text for text, _ in pairs), tuple(start for _, start in pairs))
        keep_words(doc, known)
    return known


def keep_words(doc: Doc, words: Words) -> None:
    """Keep the words of ``doc`` with it, for who knows them already."""
    doc.user_data[_KNOWN] = words
