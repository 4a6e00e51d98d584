"""How a name is spelt, and what of that tells two names apart: not case, hyphens, plurals, LaTeX, or the Atlantic."""

from __future__ import annotations

import re

from paperatlas.extract.latex import fold
from paperatlas.extract.surface import plain, singular
from paperatlas.graph.memory import remembered

#: Characters that only a text with markup has.
_MARKUP = re.compile(r"[\\${}^_~`%]")
_ARTICLE = re.compile(r"^(?:the|an?)\s+(?=\S)", re.I)
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b")
#: A word, a number with its decimals, or a sign that belongs to the word before it (k-means++, A*, recall@1).
_PIECE = re.compile(r"\d+(?:\.\d+)+|[^\W_]+?(?=\d{1,4}\.\d)|[^\W_]+|(?<=\w)[+*#]+|@")
_DIMENSIONS = re.compile(r"(?<=\d)\s*[x×]\s*(?=\d)")
_GROUPS = re.compile(r"(?<=\d),(?=\d{3}\b)")
#: "v2" is version 2, as is the 2 in "YOLOv2".
_VERSION = re.compile(r"(?:(?<=[^\W\d_])|\b)v\.?\s?(?=\d+(?:\.\d+)*\b)", re.I)
_NUMBERS = {
    word: str(number) for number, word in enumerate("zero one two three four five six seven eight nine ten".split())
}
#: "LLM as a judge", "LLM as judge".
_ARTICLES = frozenset(("a", "an", "the"))
_ROMAN = {"II": "2", "III": "3", "IV": "4"}
#: British endings and variants that no list of words has all of. What is changed without need ("noised") does no harm:
#: it is changed wherever it stands.
_VARIANTS = (
    (re.compile(r"(?<=[a-z]{3})is(?=(?:e[drs]?|ing|ations?|ers?|able|ability)$)"), "iz"),
    (re.compile(r"parametri(?=z)"), "parameteri"),
    (re.compile(r"(?<=[a-z])yse(?=[drs]?$)"), "yze"),
    (re.compile(r"(?<=[a-z]{3})our(?=(?:al|ed|ing|less)?$)"), "or"),
)


def readable(text: str) -> str:
    """Return a name as a reader sees it: without LaTeX, on one line.

    >>> readable("$\\\\beta$-VAE\\n model")
    'β-VAE model'
    """
    folded = fold(text).text if _MARKUP.search(text) else text
    return " ".join(folded.split())


@remembered
def spelt(text: str) -> tuple[str, ...]:
    """Return the words of a readable name, each in the one spelling that stands for all of its spellings.

    >>> spelt("the Variational Auto-Encoders"), spelt("colour normalisation"), spelt("YOLOv3")
    (('variational', 'auto', 'encoder'), ('color', 'normalization'), ('yolo3',))
    >>> spelt("GPs"), spelt("GPS"), spelt("A* search"), spelt("wav2vec 2.0")
    (('gp',), ('gps',), ('a*', 'search'), ('wav2vec', '2'))
    """
    text = _ARTICLE.sub("", text)
    text = _POSSESSIVE.sub("", text)
    text = _VERSION.sub("", _GROUPS.sub("", _DIMENSIONS.sub("x", text))) or text
    found: list[str] = []
    pieces = _PIECE.findall(text)
    for piece in pieces:
        if piece[0] in "+*#" and found:
            found[-1] += piece
        elif piece == "@":
            found.append("at")
        elif found and piece in _ARTICLES:
            continue
        elif found and piece in _ROMAN:
            found.append(_ROMAN[piece])
        else:
            found.append(_word(piece, alone=len(pieces) == 1))
    return tuple(word for word in found if word)


def key(text: str) -> str:
    """Return what names that are spelt alike have in common.

    >>> key("Auto-Encoders") == key("autoencoder"), key("GPT-2") == key("GPT-3"), key("GPT-3.5") == key("GPT-35")
    (True, False, False)
    """
    return "".join(spelt(text))


@remembered
def _word(piece: str, *, alone: bool) -> str:
    lower = plain(piece)
    if lower[0].isdigit():
        return re.sub(r"(?<!\.0)(?:\.0)++$", "", lower) if "." in lower else lower
    if lower in _NUMBERS:
        return _NUMBERS[lower]
    if re.search(r"[A-Z0-9]s$", piece):
        return lower[:-1]
    if not lower.isalpha() or (len(piece) > 1 and piece.isupper()):
        return lower
    if not (alone and piece.istitle() and lower.endswith("as")):
        lower = singular(lower) if len(lower) > 3 else lower
    return _american(lower)


def _american(word: str) -> str:
    from breame.spelling import get_american_spelling

    # Lists have "labelled" but not "unlabelled".
    prefix = "un" if word.startswith("un") else ""
    american: str = prefix + get_american_spelling(word[len(prefix) :])
    for variant, replacement in _VARIANTS:
        american = variant.sub(replacement, american)
    return american
