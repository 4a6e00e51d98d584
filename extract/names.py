"""Proper names by their letters: VQ-VAE, ImageNet, GPT-3, word2vec, PASCAL VOC 2007, Imagen 3."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from paperatlas.extract.vocabulary import is_generic

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

#: Capitals beyond the first letter, a capital with a digit, a Greek letter in front, or a digit between letters.
_MIXED = re.compile(
    r"(?=.*[A-Za-zα-ω])"
    r"(?:.*[a-z0-9α-ω-][A-Z].*|[A-Z].*[A-Z].*|.*[A-Z].*\d.*|[a-z]+\d[a-z]+\w*|[α-ωa-zA-Z]-[A-Z]\w+.*|[a-z]-[a-z]+s?)"
)
#: Ordinary words with capitals that a hyphen joins: an adjective in a title, no name ("Text-to-Image", "Real-World").
_COMPOUND = re.compile(r"(?:[A-Z]?[a-z]{2,}|[A-Z]|[ex])(?:-(?:[A-Z]?[a-z]+))+")
#: A hyphen and a word that make an adjective of a name: "CLIP-based".
SUFFIX = re.compile(
    r"-(?:based|like|style|guided|driven|aware|enhanced|augmented|specific|generated|trained|powered|free|level|inspired|"
    r"induced|assisted|centric|type|equivariant|integrated|enabled|agnostic|related|oriented|tuned|distilled|only)$",
    re.I,
)
#: A quantity: "39dB", "1.1B", "4-bit", "10k".
_QUANTITY = re.compile(r"\d[\d.,]*(?:-?[a-z]+|-?[A-Za-z]{1,3})|\d+[-–×x]\d+\w*")
_NUMERAL = re.compile(r"[1-9]\d?(?:\.\d)?[a-z]?|(?:19|20)\d\d|[IVX]{1,4}|v\d+(?:\.\d+)?|\d+(?:\.\d+)?[BMK]")
_CAPITALISED = re.compile(r"[A-Z][a-zé]+(?:['’][a-z]+)?")


def is_mixed(text: str) -> bool:
    """Tell a word that only a name is spelt like, wherever it stands.

    >>> [w for w in "VQ-VAE ImageNet word2vec k-means β-VAE Image Text-to-Image 3D 128x128".split() if is_mixed(w)]
    ['VQ-VAE', 'ImageNet', 'word2vec', 'k-means', 'β-VAE']
    """
    return bool(_MIXED.fullmatch(text)) and not _COMPOUND.fullmatch(text) and not _QUANTITY.fullmatch(text)


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
