"""Phrases that stand beside a number as what it measures: "a detection rate of 83%", "42.1% AP", "FID = 3.4"."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: A phrase that ends like a measure, or an abbreviation; without the words that only introduce it.
#: No word is longer than forty characters: a text without blanks would be searched through from each of its places.
_MEASURE = (
    r"(?P<measure>(?:(?!(?:an?|the|of|in|with|and|or|by|to|from|on|for)\b)[\w’'-]{1,40}\s){0,3}"
    r"(?:rates?|errors?|scores?|accurac(?:y|ies)|ratio|loss|correlation|precision|recall|similarity|coverage|agreement|"
    r"index|success|return|preference)|(?-i:[a-z]{0,3}[A-Z]{2,6}(?:@?\d{1,3})?))(?![\w-])"
)
_BEFORE_NUMBER = re.compile(
    rf"\b{_MEASURE}\)?\s*(?:(?:of|is|=|:|by)\s+(?:up to |over |about |only )?|\()?"
    r"(?=[+~]?\d+(?:\.\d+)?\s?(?:%|percent|\)|,|\.|and|on|;))",
    re.I,
)
_BEHIND_NUMBER = re.compile(
    r"\d(?:%| percent| points?)?\s"
    r"(?:(?:absolute|relative|average|mean|better|higher|lower|improvement|gain|increase|reduction|in|of) ){0,3}"
    rf"{_MEASURE}",
    re.I,
)
#: Statistics of tests and settings are no measures of quality; neither are sections and units.
_NO_MEASURE = re.compile(
    r"(?:CI|SD|GPU|CPU|TPU|GB|MB|KB|TB|FPS|RTX|AWS|API|USD|II|III|IV|US|UK|EU|AI|ML|NN)s?|.*\bp", re.S
)


def find_measures(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of such phrases in ``text``.

    >>> text = "It reaches 42.1% AP and a detection rate of 83%."
    >>> [text[a:b] for a, b in find_measures(text)]
    ['detection rate', 'AP']
    """
    for pattern in (_BEFORE_NUMBER, _BEHIND_NUMBER):
        for match in pattern.finditer(text):
            if not _NO_MEASURE.fullmatch(match["measure"]):
                yield match.span("measure")
