"""Abstracts that each stand behind ``Abstract:``, on lines of their own or several glued in one line.

    Abstract:We introduce Foo, a network that ...
    Abstract:Recent work on bars ... is shown.Abstract:A third one ...

An abstract goes on until the next mark. What stands before the first mark belongs to no abstract and is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from paperatlas.extract.paper import Paper, Source
from paperatlas.extract.readers.files import TextFile
from paperatlas.extract.readers.records import Skipped, paper_from

#: At the start of a line, or glued behind the end of the abstract before it.
_MARK = re.compile(r"(?:^[ \t]*|(?<=[.!?)\]\"'”’])[ \t]*|(?<=\s))Abstract[ \t]*:[ \t]*", re.M)


def sniff(head: str) -> bool:
    """Tell whether a text begins with such a mark."""
    return bool(_MARK.match(head.lstrip()))


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """Yield the abstracts of ``file``, each with the line that its mark stands in."""
    text = file.text()
    marks = [*_MARK.finditer(text)]
    before = text[: marks[0].start()] if marks else text
    if before.strip():
        yield Skipped(Source(file.name, 1), "text before the first 'Abstract:'")
    line = 1
    counted = 0
    for mark, following in zip_longest(marks, marks[1:]):
        line += text.count("\n", counted, mark.end())
        counted = mark.end()
        abstract = text[mark.end() : following.start() if following else len(text)]
        yield paper_from({"abstract": abstract}, Source(file.name, line))
