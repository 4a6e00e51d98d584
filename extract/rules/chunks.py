"""Noun phrases without a parser: what lies between the closed classes of English and the verbs of research prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from spacy.tokens import Doc, Token

from paperatlas.extract.lexicon import words
from paperatlas.extract.sentences import title_length
from paperatlas.extract.vocabulary import noun_type

_PUNCTUATION = re.compile(r"[^\w]+|['’]s?")
_NUMBER = re.compile(r"[\d.,%×x^+-]+|[+-]?\d[\d.]*(?:dB|ms|pp|Hz)|\d+(?:k|m|b|st|nd|rd|th|fold)?", re.I)
#: Adverbs, but for the few words in -ly that are nouns or adjectives of the field.
_ADVERB = re.compile(
    r"(?!(?:anomaly|early|family|friendly|likely|only|poly|assembly|supply|weakly|fully|jointly)$)\w{3,}ly"
)


class Chunk(NamedTuple):
    """A noun phrase: tokens from ``start`` up to, not including, ``end``, without its qualifiers and articles."""

    start: int
    end: int


def chunks(doc: Doc) -> Iterator[Chunk]:
    """Yield the noun phrases of ``doc`` in order, from the longest runs of words that can stand in a name."""
    title = title_length(doc)
    start: int | None = None
    for token in doc:
        stops = breaks(token, title=token.i < title)
        if start is not None and (
            stops or token.is_sent_start or (token.i > title and _names_follow(doc[token.i - 1], token))
        ):
            yield from _trimmed(doc, start, token.i)
            start = None
        if start is None and not stops:
            start = token.i
    if start is not None:
        yield from _trimmed(doc, start, len(doc))


def breaks(token: Token, *, title: bool) -> bool:
    """Tell whether a noun phrase ends before ``token``. In a title a capital says nothing."""
    lower = token.lower_
    if (
        token.is_space
        or token.like_url
        or token.like_email
        or _PUNCTUATION.fullmatch(lower)
        or lower in words("grammar", "function")
    ):
        return True
    # A capital inside a sentence makes a name of a word that is a verb otherwise: "Flow Matching", "BERT Learns".
    named = token.text[0].isupper() and not token.is_sent_start and not title
    return (lower in words("grammar", "verbs") and not named) or (bool(_ADVERB.fullmatch(lower)) and not named)


def _names_follow(noun: Token, token: Token) -> bool:
    """Tell a common noun from the name that it introduces: "the method | Curriculum Logical Reasoning"."""
    return noun.is_lower and token.text[0].isupper() and noun_type(noun.lower_) is not None


def _trimmed(doc: Doc, start: int, end: int) -> Iterator[Chunk]:
    qualifiers = words("grammar", "qualifiers")
    while start < end and (doc[start].lower_ in qualifiers or _NUMBER.fullmatch(doc[start].text)):
        start += 1
    while end > start and (_NUMBER.fullmatch(doc[end - 1].text) and not _numbers_a_name(doc, start, end)):
        end -= 1
    if start < end:
        yield Chunk(start, end)


def _numbers_a_name(doc: Doc, start: int, end: int) -> bool:
    """Tell whether the number that ends a phrase belongs to a name: "Imagen 3", "PASCAL VOC 2007"."""
    return end - start > 1 and doc[end - 2].text[0].isupper() and not doc[end - 2].is_sent_start
