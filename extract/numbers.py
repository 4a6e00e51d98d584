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
