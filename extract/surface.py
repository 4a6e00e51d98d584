"""Surface forms: when two spellings are one name, and how a name is spelt in an identifier."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from paperatlas.extract.latex import fold

_GREEK = str.maketrans(
    dict(
        zip(
            "αβγδεζηθικλμνξοπρσςτυφχψω",
            "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi o pi rho sigma sigma tau "
            "upsilon phi chi psi omega".split(),
            strict=True,
        )
    )
)
_ARTICLE = re.compile(r"^(?:the|an?) ")
_BRITISH = re.compile(r"(?<=[a-z]{3})is(?=(?:e[ds]?|ing|ations?|ers?)$)")


#: Words with this much in common at their beginning are forms of one.
_STEM = 5


@lru_cache(maxsize=65536)
def slug(text: str, *, words: int = 0) -> str:
    """Spell ``text`` in lower-case letters, digits and single hyphens; its first ``words`` words if given.

    >>> slug("Fréchet Inception Distance"), slug("$\\\\beta$-VAE / C++")
    ('frechet-inception-distance', 'beta-vae-c++')
    """
    parts = re.findall(r"[^\W_]+(?:\+{1,2}|#)?", plain(fold(text).text))
    return "-".join(parts[:words] if words else parts)


@lru_cache(maxsize=65536)
def surface_key(text: str) -> str:
    """Fold away what does not tell two names apart: case, accents, hyphens, blanks, a plural, British spelling.

    >>> surface_key("Variational Auto-Encoders") == surface_key("variational autoencoder")
    True
    >>> surface_key("GPT-2") == surface_key("GPT-3")
    False
    """
    words = re.findall(r"[^\W_]+|[+#]", _ARTICLE.sub("", plain(fold(text).text).strip()))
    if words:
        words[-1] = singular(words[-1])
    return "".join(_BRITISH.sub("iz", word) for word in words)


#: Plurals that keep their Latin or Greek.
_CLASSICAL = (
    (re.compile(r"(?<=tr)ices$"), "ix"),
    (re.compile(r"(?<=[dt])ices$"), "ex"),
    (re.compile(r"(?<=the)ses$|(?<=aly)ses$|(?<=gno)ses$|(?<=cri)ses$"), "sis"),
    (re.compile(r"(?<=corp)ora$"), "us"),
    (re.compile(r"(?<=riteri|enomen|utomat)a$|(?<=criteri)a$"), "on"),
)
#: No plurals, though they end like some.
_ENDS_IN_S = frozenset("alias atlas bayes bias canvas chaos diabetes gas kubernetes lens pancreas".split())


def singular(word: str) -> str:
    """Return the singular of a noun in lower case, by its ending.

    >>> [singular(w) for w in ("networks", "policies", "losses", "analysis", "gans", "bias", "aes")]
    ['network', 'policy', 'loss', 'analysis', 'gan', 'bias', 'ae']
    >>> [singular(w) for w in ("matrices", "hypotheses", "corpora", "biases", "lens", "databases")]
    ['matrix', 'hypothesis', 'corpus', 'bias', 'lens', 'database']
    """
    if word.endswith(("es", "a")):
        for ending, replacement in _CLASSICAL:
            if ending.search(word):
                return ending.sub(replacement, word)
    if word in _ENDS_IN_S:
        return word
    if word.removesuffix("es") in _ENDS_IN_S:
        return word.removesuffix("es")
    if len(word) < 3 or not word.endswith("s") or word.endswith(("ss", "us", "is", "ias", "ics", "series", "species")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    return word[:-1]


def may_be_one(one: str, other: str) -> bool:
    """Tell whether two names look as if they could be one thing's: a word in common, one in the other, or its letters.

    >>> may_be_one("MSE", "mean squared error loss"), may_be_one("k-means clustering algorithm", "k-means")
    (True, True)
    >>> may_be_one("GAN-TTS", "autoregressive model")
    False
    """
    words, others = (re.findall(r"[^\W_]+", plain(fold(name).text)) for name in (one, other))
    stems, other_stems = ({word[:_STEM] for word in some if len(word) > 2} for some in (words, others))
    key, other_key = "".join(words), "".join(others)
    contained = key in other_key or other_key in key
    return bool(stems & other_stems) or contained or _shortens(key, others) or _shortens(other_key, words)


def _shortens(short: str, words: Sequence[str]) -> bool:
    """Tell whether the letters of ``short``, but for one, stand in ``words`` in order, from the beginning of each."""
    short = short.removesuffix("s")
    found = 0
    for word in words:
        if found < len(short) and word[0] == short[found]:
            for letter in word:
                found += found < len(short) and letter == short[found]
    return len(short) > 1 and found >= len(short) - 1


def words_of(text: str) -> str:
    """Reduce a text to its words: what is equal here is one text, however it was typeset.

    >>> words_of("A Fr\\\\'echet  distance.") == words_of("a Fréchet\\nDistance")
    True
    """
    return " ".join(re.findall(r"\w+", fold(text).text.casefold()))


def plain(text: str) -> str:
    """Lower-case a folded text, take its accents off and spell its Greek.

    >>> plain("Fréchet"), plain("β-VAE")
    ('frechet', 'beta-vae')
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text).casefold().translate(_GREEK)
    return "".join(c for c in unicodedata.normalize("NFKD", decomposed) if not unicodedata.combining(c))
