"""The tokenizer that remembers what it has cut, beside spaCy's own, which it must agree with."""

from collections.abc import Iterable

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Token

from paperatlas.extract.components import sentences
from paperatlas.extract.latex import fold
from paperatlas.extract.pipeline import load
from paperatlas.extract.sentences import sentences_of
from paperatlas.extract.tokenizer import LatexTokenizer
from paperatlas.extract.words import words_in

WORDS = (
    "VQ-VAE's",
    "(e.g., Gato)",
    "i.e.",
    "don't",
    "can't",
    "10a.m.",
    "U.S.",
    "o'clock",
    "3.5%.",
    "128×128",
    "[CLS]:",
    "https://example.org/a(b).",
    "\u2014",
    ":-)",
    "a\u2013b",
    r"Fr\'echet",
    "$x^2$",
    "x" * 250,
    "\u212b\u0301",
)
BLANKS = (" ", "  ", "   ", "\n", "\n\n", " \n ", "\t", "\u00a0", "\u00a0\u00a0 ", "\u2003", "\x1c", "\x85 ", "")
TEXTS = st.lists(st.sampled_from(WORDS) | st.sampled_from(BLANKS) | st.text(max_size=8), max_size=24).map("".join)


@pytest.fixture(scope="module")
def nlp() -> Language:
    return load("rules")


def seen(tokens: Iterable[Token]) -> list[tuple[str, str, int, bool, str]]:
    return [(token.text, token.whitespace_, token.idx, token.is_stop, token.shape_) for token in tokens]


@given(text=TEXTS)
def test_words_are_cut_as_spacy_cuts_them(nlp: Language, text: str) -> None:
    tokenizer = nlp.tokenizer
    assert isinstance(tokenizer, LatexTokenizer)
    read = fold(text).text
    expected = seen(tokenizer.inner(read))
    # Once as they come, and once more from memory; where spaCy forgets, too.
    for _ in range(2):
        doc = tokenizer(text)
        assert (doc.text, seen(doc)) == (read, expected)
    with nlp.memory_zone():
        assert seen(tokenizer(text)) == expected


@given(text=TEXTS)
def test_what_is_kept_of_a_text_is_what_its_doc_holds(nlp: Language, text: str) -> None:
    for doc in (nlp.make_doc(text), spacy.blank("en").make_doc(text)):
        words = words_in(doc)
        assert words.text == doc.text
        assert [*zip(words.texts, words.lower, words.starts, strict=True)] == [(t.text, t.lower_, t.idx) for t in doc]
        assert words_in(doc) is words


@given(text=TEXTS)
def test_sentences_begin_where_the_tokens_say(nlp: Language, text: str) -> None:
    doc = sentences(nlp.make_doc(text))
    starts = [token.i for token in doc if token.is_sent_start or token.i == 0]
    ends = [*starts[1:], len(doc)] if starts else []
    assert [stretch.end for stretch in sentences_of(doc)] == ends
    assert [stretch.span.start for stretch in sentences_of(doc)] == [doc[start].idx for start in starts]
    assert [stretch.span.of(doc.text) for stretch in sentences_of(doc)] == [
        doc[start:end].text.rstrip() for start, end in zip(starts, ends, strict=True)
    ]


def test_runs_beyond_what_is_remembered_are_cut_all_the_same(nlp: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paperatlas.extract.tokenizer._REMEMBERED", 3)
    text = "One, two, three, four, five; (six) and seven."
    tokenizer = nlp.tokenizer
    assert isinstance(tokenizer, LatexTokenizer)
    assert seen(tokenizer(text)) == seen(tokenizer.inner(text))
