"""A paper as it was read: its text, where it came from, and what identifies it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import NamedTuple

from paperatlas.extract.latex import fold
from paperatlas.extract.surface import slug, words_of

#: Characters that XML cannot carry, or that no UTF-8 file can: each becomes one replacement character,
#: so that offsets do not move.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

#: How many words of an abstract stand for a missing title.
_LABEL_WORDS = 9


class Source(NamedTuple):
    """A place that a paper was read from: the file as it was named, and the line where its record begins (from 1)."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"

    @property
    def is_file(self) -> bool:
        """Whether the same path will give the same file: not stdin, nor a shell's ``<(...)``."""
        return not self.path.startswith(("<", "/dev/", "/proc/"))


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper. What nobody gave is an empty string.

    ``date`` is as precise as the source was: ``2022``, ``2022-05`` or ``2022-05-12``. ``title`` is one line.
    """

    abstract: str
    id: str = ""
    title: str = ""
    date: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    arxiv: str = ""
    doi: str = ""
    url: str = ""
    comment: str = ""
    sources: tuple[Source, ...] = ()

    @property
    def text(self) -> str:
        """The text that every offset counts in: title, a newline, abstract; or the abstract alone."""
        return f"{self.title}\n{self.abstract}" if self.title else self.abstract

    @property
    def key(self) -> str:
        """What names the paper in an atlas: the same from whichever export it came, if that gave a public number.

        >>> Paper("...", id="0704.0001", arxiv="0704.0001").key
        'arXiv:0704.0001'
        """
        return self.public_id or self.id

    @property
    def public_id(self) -> str:
        """The arXiv number or DOI, with its scheme, or an empty string."""
        if self.arxiv:
            return f"arXiv:{self.arxiv}"
        return f"doi:{self.doi}" if self.doi else ""

    @property
    def link(self) -> str:
        """Where a reader finds the paper, or an empty string."""
        if self.arxiv:
            return f"https://arxiv.org/abs/{self.arxiv}"
        return f"https://doi.org/{self.doi}" if self.doi else self.url

    @property
    def label(self) -> str:
        """The title, or else the first words of the abstract.

        >>> Paper("We introduce Foo, a very small network for very large problems of all kinds.").label
        'We introduce Foo, a very small network for very…'
        """
        if self.title:
            return fold(self.title).text
        words = fold(self.abstract).text.split()
        return " ".join(words[:_LABEL_WORDS]) + ("…" if len(words) > _LABEL_WORDS else "")

    def fingerprint(self) -> str:
        """Hash what extraction sees: two papers with one fingerprint have the same facts."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def clean(text: str) -> str:
    r"""Make ``text`` safe to write anywhere without moving a character, and strip its ends.

    >>> clean(" a\x00b ")
    'a\ufffdb'
    """
    return _UNWRITABLE.sub("\ufffd", text).strip()


def with_id(paper: Paper) -> Paper:
    """Return the paper with an identifier: its own, else its public one, else its first words and a hash."""
    if paper.id:
        return paper
    return replace(paper, id=paper.public_id or f"{slug(paper.label, words=5) or 'paper'}-{text_hash(paper)}")


def text_hash(paper: Paper) -> str:
    """Hash the words of the text in eight digits, however they are typeset."""
    return hashlib.sha256(words_of(paper.text).encode()).hexdigest()[:8]
