"""What keeps two names apart, whatever else speaks for them: another number, a qualifier, a name within a name."""

from __future__ import annotations

from collections import Counter

from paperatlas.graph.memory import remembered
from paperatlas.graph.resolve.abbreviations import PASSED_OVER, TRAILING, abbreviates
from paperatlas.graph.resolve.forms import Form
from paperatlas.graph.resolve.variants import EMPTY


@remembered
def kept_apart(one: Form, other: Form) -> str:
    """Return why two forms cannot be one thing's, or nothing if they may be.

    >>> from paperatlas.graph.resolve.forms import form
    >>> kept_apart(form("GPT-2"), form("GPT-3")), kept_apart(form("BigGAN"), form("BigGAN-deep"))
    ('another number', 'another qualifier: deep')
    >>> kept_apart(form("BERT"), form("RoBERTa")), kept_apart(form("VQ-VAE"), form("vector quantized autoencoder"))
    ('a name within another name', '')
    """
    if one.key == other.key or abbreviates(one.text, other.text) or abbreviates(other.text, one.text):
        return ""
    if one.numbers != other.numbers and (one.letters == other.letters or one.is_name or other.is_name):
        return "another number"
    words, others = Counter(one.words), Counter(other.words)
    more = [*(words - others)] if not others - words else [*(others - words)] if not words - others else []
    named = one.is_name or other.is_name
    telling = [word for word in more if word not in EMPTY | TRAILING and (word not in PASSED_OVER or named)]
    if telling:
        return f"another qualifier: {' '.join(telling)}"
    shorter, longer = sorted((one, other), key=lambda f: len(f.key))
    if one.is_name and other.is_name and not more and len(shorter.key) > 1 and shorter.key in longer.key:
        return "a name within another name"
    return ""
