"""Proper names by their letters: VQ-VAE, ImageNet, GPT-3, word2vec, PASCAL VOC 2007, Imagen 3."""

from __future__ import annotations

import re
from functools import lru_cache

#: Capitals beyond the first letter, a capital with a digit, a Greek letter in front, or a digit between letters.
_MIXED = re.compile(
    r"(?=.*[A-Za-zα-ω])"
    r"(?:.*[a-z0-9α-ω-][A-Z].*|[A-Z].*[A-Z].*|.*[A-Z].*\d.*|[a-z]+\d[a-z]\w*|[α-ωa-zA-Z]-[A-Z]\w.*|[a-z]-[a-z]+s?)"
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
_QUANTITY = re.compile(r"\d[\d.,]*(?:-?[a-z]+|-?[A-Za-z]{1,3})|\d+[-–×x]\d\w*")

#: No name is longer than this; what is need not be looked at.
_LONGEST = 60


@lru_cache(maxsize=65536)
def is_mixed(text: str) -> bool:
    """Tell a word that only a name is spelt like, wherever it stands.

    >>> [w for w in "VQ-VAE ImageNet word2vec k-means β-VAE Image Text-to-Image 3D 128x128".split() if is_mixed(w)]
    ['VQ-VAE', 'ImageNet', 'word2vec', 'k-means', 'β-VAE']
    """
    if len(text) > _LONGEST:
        return False
    return bool(_MIXED.fullmatch(text)) and not _COMPOUND.fullmatch(text) and not _QUANTITY.fullmatch(text)
