"""Where sentences begin: after a full stop, a question or exclamation mark, and after a title's line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from paperatlas.extract.lexicon import words

#: Words that end in a full stop without ending a sentence.
_ABBREVIATIONS = words("grammar", "abbreviations")
_END = re.compile(r".*[.!?][\"'”’)\]]*")
_BEGIN = re.compile(r"[\"'“‘(\[]*[A-Z0-9Α-Ωα-ω].*|\(?[ivx]+\)")


def sentence_starts(tokens: Sequence[str]) -> list[bool]:
    """Tell for each token whether a sentence begins with it.

    >>> sentence_starts(["See", "e.g.", "Fig.", "1", ".", "It", "works", "."])
    [True, False, False, False, False, True, False, False]
    """
    starts = [False] * len(tokens)
    ended = True
    for i, token in enumerate(tokens):
        if ended and not token.isspace() and not (i and _is_closing(token)):
            starts[i] = i == 0 or bool(_BEGIN.fullmatch(token)) or _after_break(tokens, i)
            ended = False
        if "\n" in token:
            ended = True
        elif token.lower() not in _ABBREVIATIONS and _END.fullmatch(token):
            ended = not (i + 1 < len(tokens) and token[-1] == "." and len(token) == 2 and token[0].isupper())
    return starts


def _is_closing(token: str) -> bool:
    return token in (")", "]", '"', "”", "’", "'", "''")


def _after_break(tokens: Sequence[str], i: int) -> bool:
    """Tell whether only blanks lie between a line break and token ``i``."""
    while i and tokens[i - 1].isspace():
        i -= 1
        if "\n" in tokens[i]:
            return True
    return False
