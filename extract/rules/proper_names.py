"""Proper names in a text: the longest runs of words that only names are spelt like."""

from __future__ import annotations

import re

from spacy.tokens import Doc, Token

from paperatlas.extract.names import SUFFIX, is_mixed
from paperatlas.extract.vocabulary import is_generic

_NUMERAL = re.compile(r"[1-9]\d?(?:\.\d)?[a-z]?|(?:19|20)\d\d|[IVX]{1,4}|v\d+(?:\.\d+)?|\d+(?:\.\d+)?[BMK]")
_CAPITALISED = re.compile(r"[A-Z][a-zé]+(?:['’][a-z]+)?")


def is_capitalised(token: Token) -> bool:
    """Tell a capitalised word in the middle of a sentence."""
    return bool(_CAPITALISED.fullmatch(token.text)) and not token.is_sent_start


def name_runs(doc: Doc, start: int, end: int, *, title: bool) -> list[tuple[int, int]]:
    """Return the proper names among the tokens from ``start`` up to ``end``, the longest runs of name-like words.

    In a title every word may have a capital, so that only the spelling counts there.
    """
    runs: list[tuple[int, int]] = []
    i = start
    while i < end:
        if not _can_begin(doc[i], title=title):
            i += 1
            continue
        j = i + 1
        while j < end and (_can_begin(doc[j], title=title) or _NUMERAL.fullmatch(doc[j].text)):
            j += 1
        if not all(is_generic(token.text) for token in doc[i:j]):
            runs.append((i, j))
        i = j
    return runs


def _can_begin(token: Token, *, title: bool) -> bool:
    text = SUFFIX.sub("", token.text)
    if is_mixed(text):
        return not is_generic(text)
    return not title and is_capitalised(token) and not is_generic(text)
