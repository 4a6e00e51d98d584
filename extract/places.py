"""Where something stands in a text, as tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from paperatlas.extract.entities import bare
from paperatlas.extract.facts import Span
from paperatlas.extract.tokenizer import folded_of
from paperatlas.extract.words import words_in

if TYPE_CHECKING:
    from spacy.tokens import Doc

#: From the first token up to, not including, the last.
Tokens = tuple[int, int]


def tokens_of(doc: Doc, span: Span) -> Tokens | None:
    """Return the tokens that hold a span of characters."""
    found = doc.char_span(*span, alignment_mode="expand")
    return (found.start, found.end) if found is not None else None


def places_of(doc: Doc, text: str, alias: str) -> Iterator[Tokens]:
    """Yield where ``alias`` stands in ``text``, as tokens of ``doc``; behind it may be a suffix ("-based")."""
    folded = folded_of(doc)
    for match in re.finditer(rf"(?<!\w){re.escape(alias)}(?!\w)", text):
        span = Span(*folded.reading(*match.span()))
        tokens = tokens_of(doc, span)
        if tokens:
            found = doc[slice(*tokens)]
            if bare(words_in(doc).text, Span(found.start_char, found.end_char)) == span or _fits(doc, span):
                yield tokens


def _fits(doc: Doc, span: Span) -> bool:
    return doc.char_span(*span) is not None
