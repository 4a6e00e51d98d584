"""A surface form: what a text calls a thing, and what of that matters to whether two are one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from paperatlas.extract.names import is_mixed
from paperatlas.graph.memory import remembered
from paperatlas.graph.resolve.spelling import readable, spelt

#: An abbreviation by its letters: capitals, with a plural s. A name with small letters, digits or a hyphen (BigGAN,
#: A3C, VQ-VAE) is rare enough to be one thing.
_ABBREVIATION = re.compile(r"[A-Z]{2,6}s?")
_CAPITALS = re.compile(r"[A-Z]{2}|[A-Z]\d|\d[A-Z]|[a-z][A-Z]")
#: "3D" makes no name of what is behind it.
_DIMENSIONS = re.compile(r"\b\dD\b")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Form:
    """A surface form as a reader sees it; made by :func:`form`."""

    text: str
    #: Its words, each in the one spelling that stands for all of its spellings.
    words: tuple[str, ...]
    #: What all forms that are spelt alike have in common.
    key: str
    #: Whether it is nothing but capitals, so that it may mean several things.
    is_abbreviation: bool
    #: Whether its letters are those of a name wherever it stands: capitals in a row or within, digits.
    is_name: bool

    @property
    def is_proper(self) -> bool:
        """Whether it is written as a name: in the letters of one, or with a capital at the beginning."""
        return self.is_name or self.text[:1].isupper()

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers in it: versions, sizes, years."""
        return tuple(sorted(_NUMBER.findall(" ".join(self.words))))

    @property
    def letters(self) -> str:
        """Its key without the numbers."""
        return _NUMBER.sub("", self.key)


@remembered
def form(text: str) -> Form:
    """Return the form that ``text`` is; equal for texts that differ in markup alone.

    >>> form("$\\\\beta$-VAEs").key, form("LSTM").is_abbreviation, form("ImageNet").is_name, form("Adam").is_name
    ('betavae', True, True, False)
    >>> form("3D diffusion model").is_name, form("3DGS").is_name
    (False, True)
    >>> form("PASCAL VOC 2007").numbers
    ('2007',)
    """
    shown = readable(text).strip(" ,.;:'\"“”‘’")
    words = spelt(shown)
    letters = _DIMENSIONS.sub("", shown)
    named = bool(_CAPITALS.search(letters)) or any(is_mixed(word) for word in letters.split())
    return Form(shown, words, "".join(words), bool(_ABBREVIATION.fullmatch(shown)), named)
