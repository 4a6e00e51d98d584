"""What the words around a mention say of it: "the X dataset", "evaluated on X", "X, a new optimizer", "called X"."""

from __future__ import annotations

from spacy.tokens import Doc, Span

from paperatlas.extract.lexicon import words
from paperatlas.extract.rules.chunks import Chunk
from paperatlas.extract.rules.evidence import Evidence
from paperatlas.extract.vocabulary import noun_type
from paperatlas.schema import EntityType

#: A noun that says what the mention is: beside it, and a few words off.
APPOSITION, NEAR = 0.7, 0.45
#: "on X" where something is tested; "using X"; "better than X"; "we propose X".
TESTED_ON, USED, RIVAL, PROPOSED = 0.55, 0.3, 0.35, 0.45

_ARTICLES = frozenset(("a", "an", "the", "our", "this", "its", "their", "new", "novel"))
#: How far behind "we propose" the first word of what is proposed may stand.
_REACH = 8
#: How many words may explain a name behind it: "X, a simple and fast optimizer".
_EXPLANATION = 12


def context_of(doc: Doc, start: int, end: int, chunk: Chunk, sentence: Span) -> Evidence:
    """Collect what the surroundings of the tokens from ``start`` up to ``end``, in their phrase and sentence, say."""
    evidence = Evidence()
    if end < chunk.end:
        evidence.vote(noun_type(doc[end].lower_), APPOSITION)
        if end + 1 < chunk.end:
            evidence.vote(noun_type(doc[chunk.end - 1].lower_), NEAR)
    if start > chunk.start:
        evidence.vote(noun_type(doc[start - 1].lower_), NEAR)
    evidence.vote(_explained(doc, chunk.end, sentence), APPOSITION)
    _look_left(doc, chunk, sentence, evidence)
    if _is_heading(doc, chunk, sentence) or _is_proposed(doc, start, sentence):
        evidence.marks["proposed"] = PROPOSED
    return evidence


def _is_heading(doc: Doc, chunk: Chunk, sentence: Span) -> bool:
    """Tell what stands before the colon of a title: "Foo: A Network for Bars"."""
    is_title = sentence[-1].text == "\n" or doc[min(sentence.end, len(doc) - 1)].text == "\n"
    return chunk.start == 0 and chunk.end < sentence.end and is_title and doc[chunk.end].text in (":", "—", "–")


def _is_proposed(doc: Doc, start: int, sentence: Span) -> bool:
    """Tell the object of "we propose": close behind such a verb, with no other verb in between."""
    verb = next((token.i for token in sentence if token.lower_ in words("grammar", "proposing")), None)
    if verb is None or not verb < start <= verb + _REACH:
        return False
    return not any(token.lower_ in words("grammar", "verbs") for token in doc[verb + 1 : start])


def _explained(doc: Doc, after: int, sentence: Span) -> EntityType | None:
    """Return the type of the noun that a phrase is explained by behind it: "X, a HEAD", "X (Y) is the HEAD"."""
    i = after
    if i < sentence.end and doc[i].text == "(":
        closing = next((token.i for token in doc[i : sentence.end] if token.text == ")"), sentence.end)
        i = closing + 1
    if (
        i + 1 >= sentence.end
        or doc[i].lower_ not in words("grammar", "explaining")
        or doc[i + 1].lower_ not in _ARTICLES
    ):
        return None
    stop = next((token.i for token in doc[i + 2 : sentence.end] if _ends_explanation(token.text)), sentence.end)
    return noun_type(doc[stop - 1].lower_) if stop - i - 1 <= _EXPLANATION else None


def _ends_explanation(text: str) -> bool:
    return text.lower() in words("grammar", "explanation_end") or (not text[0].isalnum() and text != "-")


def _look_left(doc: Doc, chunk: Chunk, sentence: Span, evidence: Evidence) -> None:
    """Read the words before the phrase: what is it called, tested on, used by, listed under?"""
    i = chunk.start - 1
    while i > sentence.start and _is_filler(doc, i):
        i -= 1
    if i < sentence.start:
        return
    left = doc[i].lower_
    evidence.vote(noun_type(left), APPOSITION)
    named_as = left == "as" and i > sentence.start and doc[i - 1].lower_ in ("to", "known", "termed")
    if left in words("grammar", "calling") or named_as:
        evidence.marks["proposed"] = PROPOSED
        evidence.vote(_noun_before(doc, i, sentence), APPOSITION)
    elif left in words("grammar", "listing"):
        evidence.vote(_noun_before(doc, i, sentence), APPOSITION)
    elif left == "on":
        stems = tuple(sorted(words("grammar", "testing")))
        tested = any(token.lower_.startswith(stems) for token in sentence)
        evidence.vote(EntityType.DATASET, TESTED_ON if tested else USED)
    elif left in words("grammar", "using"):
        evidence.vote(EntityType.METHOD, USED)
    elif left in words("grammar", "surpassing"):
        evidence.vote(EntityType.MODEL, RIVAL)
        evidence.vote(EntityType.METHOD, RIVAL - 0.05)
    elif left in (",", "("):
        evidence.vote(_noun_before(doc, i, sentence), NEAR)


def _is_filler(doc: Doc, i: int) -> bool:
    token = doc[i]
    return token.lower_ in _ARTICLES or token.lower_ in words("grammar", "qualifiers") or token.like_num


def _noun_before(doc: Doc, i: int, sentence: Span) -> EntityType | None:
    """Return the type that the last noun before token ``i`` gives, within a few words."""
    nouns = (noun_type(doc[k].lower_) for k in range(i - 1, max(sentence.start, i - 6) - 1, -1))
    return next((kind for kind in nouns if kind), None)
