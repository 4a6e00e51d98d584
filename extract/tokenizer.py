"""The tokenizer of the pipeline: spaCy's English rules on text whose LaTeX is folded, hyphenated words kept whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import accumulate
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spacy.lang.char_classes import ALPHA, ALPHA_LOWER, ALPHA_UPPER, LIST_ELLIPSES
from spacy.lang.punctuation import TOKENIZER_SUFFIXES
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.util import compile_infix_regex, compile_suffix_regex, registry

from paperatlas.extract.latex import Folded, fold
from paperatlas.extract.words import Words, keep_words, words_in

if TYPE_CHECKING:
    from spacy.language import Language

#: Where a word is cut inside. Unlike spaCy's own list it has no hyphen (VQ-VAE, text-to-image), and none between
#: digits and signs (128×128, top-5).
_INFIXES = [
    *LIST_ELLIPSES,
    rf"(?<=[{ALPHA_LOWER}])\.(?=[{ALPHA_UPPER}])",
    rf"(?<=[{ALPHA}0-9]),(?=[{ALPHA}])",
    rf"(?<=[{ALPHA}0-9)])[:;/=<>](?=[{ALPHA}(])",
    r"—|–(?=[A-Za-z])|[()\[\]]",
    r"(?<=[\w%])[=<>≤≥](?=\d)",
]

#: Where a word is cut at its end: spaCy's list, but units stay with their numbers (GSM8K is a name), and a capital is
#: an initial only where it stands alone ("GrabS.", "FIMA-Q." end a sentence).
_SUFFIXES = [
    *(suffix for suffix in TOKENIZER_SUFFIXES if "km²" not in suffix),
    r"(?<=[0-9])%",
    r"(?<=[0-9][A-Za-z])\.",
    rf"(?<=[{ALPHA}][{ALPHA_UPPER}])\.",
    rf"(?<=[{ALPHA}0-9]-[{ALPHA_UPPER}])\.",
]

#: Without a blank for so long no word goes on. Such runs are left whole: taking them apart sign by sign takes forever.
_UNBROKEN = re.compile(r"\S{200,}")

#: What stands between blanks, with the first blank behind it, which is its last word's; or other blanks.
_RUN = re.compile(r"\S+ ?|\s+")
#: How many runs are remembered in words.
_REMEMBERED = 50_000

if not Doc.has_extension("folded"):
    Doc.set_extension("folded", default=None)


class LatexTokenizer:
    """Fold LaTeX, then tokenize. ``doc.text`` is what a reader sees; ``doc._.folded`` maps its offsets back.

    What stands between two blanks comes again and again, and is cut into words by itself: each such run is cut once.
    spaCy remembers its own only outside of memory zones, which are what long work is done in. ``inner`` cuts.
    """

    def __init__(self, inner: Tokenizer) -> None:
        self.inner = inner
        self._cut: dict[str, tuple[tuple[str, ...], tuple[bool, ...]]] = {}

    def __call__(self, text: str) -> Doc:
        folded = fold(text)
        words: list[str] = []
        spaces: list[bool] = []
        for run in _RUN.findall(folded.text):
            cut, followed = self._cut.get(run) or self._words_of(run)
            words += cut
            spaces += followed
        doc = Doc(self.inner.vocab, words=words, spaces=spaces)
        doc._.folded = folded
        starts = accumulate(map(add, map(len, words), spaces), initial=0)
        keep_words(doc, Words(folded.text, tuple(words), tuple(starts)[:-1]))
        return doc

    def _words_of(self, run: str) -> tuple[tuple[str, ...], tuple[bool, ...]]:
        """Return the words of a run, and for each whether a blank follows; remember them."""
        if len(self._cut) >= _REMEMBERED:
            self._cut.clear()
        followed = not run.isspace() and run.endswith(" ")
        words = tuple(token.text for token in self.inner(run[:-1] if followed else run))
        self._cut[run] = found = words, (*[False] * (len(words) - 1), followed)
        return found

    # The rest is what spaCy asks of a tokenizer, for saving a pipeline.

    def pipe(self, texts: Iterable[str], batch_size: int = 1000) -> Iterable[Doc]:
        """Tokenize many texts."""
        return map(self, texts)

    def to_bytes(self, **kwargs: Any) -> bytes:
        """Return the rules as bytes."""
        return bytes(self.inner.to_bytes(**kwargs))

    def from_bytes(self, data: bytes, **kwargs: Any) -> LatexTokenizer:
        """Load the rules from bytes."""
        self.inner.from_bytes(data, **kwargs)
        return self

    def to_disk(self, path: str | Path, **kwargs: Any) -> None:
        """Save the rules."""
        self.inner.to_disk(path, **kwargs)

    def from_disk(self, path: str | Path, **kwargs: Any) -> LatexTokenizer:
        """Load the rules from a file."""
        self.inner.from_disk(path, **kwargs)
        return self


def create_latex_tokenizer() -> Callable[[Language], LatexTokenizer]:
    """Return the factory that a spaCy config names under ``nlp.tokenizer``."""

    def create(nlp: Language) -> LatexTokenizer:
        inner: Tokenizer = registry.tokenizers.get("spacy.Tokenizer.v1")()(nlp)
        inner.infix_finditer = compile_infix_regex(_INFIXES).finditer
        inner.suffix_search = compile_suffix_regex(_SUFFIXES).search
        inner.token_match = _UNBROKEN.match
        return LatexTokenizer(inner)

    return create


# Called by hand: as a decorator, what has no types would take them from what it decorates.
registry.tokenizers.register("paperatlas.LatexTokenizer.v1", func=create_latex_tokenizer)


def folded_of(doc: Doc) -> Folded:
    """Return the folded text of ``doc``, also where another tokenizer made it."""
    folded: Folded | None = doc._.folded
    return folded or Folded(words_in(doc).text, words_in(doc).text)
