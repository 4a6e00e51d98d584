"""Numbers as papers write them, with sign and unit."""

from __future__ import annotations

import re

#: A number: ``sign`` (also "~" and the like), ``value``, ``range`` ("3-5"), ``unit``. What is part of a name or a
#: compound ("ResNet-50", "8-bit") is none.
NUMBER = re.compile(
    r"(?<![\w.,/–-])(?P<sign>[+±−-]|[<>≤≥~∼≈]\s?)?(?P<value>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"(?P<range>\s?[-–]\s?\d+(?:\.\d+)?)?"
    r"\s?(?P<unit>%|percentage points?|percent\b|points?\b|pp\b|dB\b|ms\b|×(?!\s?\d)|x\b)?"
    r"(?![\w]|[-–](?:bit|shot|way|fold|layer|step|class|dim|D)|[.,]\d)",
)

#: What something is improved from: "from 36.8 to", "from the previous 21.23% and 14.65% to".
_VALUE = r"[+−-]?\d[\d.,]*\s?(?:%|[a-zA-Z]+)?"
_FROM_TO = re.compile(
    rf"\bfrom\s+(?:(?!to\b)[a-z]+\s+){{0,3}}(?P<values>{_VALUE}(?:\s*(?:,|,? and|/)\s*{_VALUE})*)"
    r"\s+(?:\((?:[^()]*)\)\s+)?(?:\w+\s+)?to\b", re.I
)  # fmt: skip


def starting_values(text: str) -> frozenset[int]:
    """Return where the values begin that something is improved *from*: they are not what was reached.

    >>> text = "It cuts errors from previous 21.2% and 14.6% to 12.0% and 10.3%, and from 10 am we sleep."
    >>> [text[start : start + 4] for start in sorted(starting_values(text))]
    ['21.2', '14.6']
    """
    return frozenset(
        match.start("values") + value.start()
        for match in _FROM_TO.finditer(text)
        for value in re.finditer(r"\d[\d.,]*", match["values"])
    )
