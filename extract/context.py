"""What the words around a mention say of it: "the X dataset", "evaluated on X", "X, a new optimizer", "called X"."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from spacy.tokens import Doc, Span

from paperatlas.extract.chunks import Chunk, noun_type, title_length
from paperatlas.extract.lexicon import words
from paperatlas.extract.surface import singular
from paperatlas.schema import EntityType

APPOSITION = 0.7
NEAR = 0.45
TESTED_ON = 0.55
USED = 0.3
RIVAL = 0.35
PROPOSED = 0.45
SCORED = 0.5

_ARTICLES = frozenset("a an the our this its their new novel".split())
_CALLED = frozenset("called named dubbed termed coined namely christened".split())
_USING = frozenset("using via by with through leveraging employing utilizing utilising applying use uses leverage employ adopt".split())
_RIVALS = frozenset("than over outperform outperforms outperforming outperformed surpass surpasses surpassing exceed exceeds beats against".split())
_LISTING = frozenset(["as", "like", "including", "include", "includes", "e.g.", "i.e.", "namely"])
_TESTING = (
    "evaluat", "experiment", "test", "benchmark", "dataset", "result", "outperform", "state-of-the-art", "achiev", "accura",
    "improv", "demonstrat", "perform", "valid", "train",
)  # fmt: skip
_PROPOSING = frozenset(
    "propose proposes proposed proposing present presents presented presenting introduce introduces introduced introducing "
    "develop develops developed design designs devise release releases released create construct contribute describe build "
    "formulate derive unveil".split()
)


@dataclass(slots=True)
class Context:
    """Votes for types, and marks of being a name at all."""

    votes: Counter[EntityType] = field(default_factory=Counter)
    marks: dict[str, float] = field(default_factory=dict)


def context_of(doc: Doc, start: int, end: int, chunk: Chunk) -> Context:
    """Collect what the surroundings of the tokens from ``start`` up to ``end``, in their noun phrase, say."""
    context = Context()
    sentence = doc[start].sent

    def vote(kind: EntityType | None, weight: float) -> None:
        if kind:
            context.votes[kind] = max(context.votes[kind], weight)

    # Inside the phrase: "the X dataset", "dataset X".
    if end < chunk.end:
        vote(noun_type(singular(doc[end].lower_)), APPOSITION)
        if end + 1 < chunk.end:
            vote(noun_type(singular(doc[chunk.end - 1].lower_)), NEAR)
    if start > chunk.start:
        vote(noun_type(singular(doc[start - 1].lower_)), NEAR)
    # Behind it: "X, a HEAD", "X (Y), a HEAD", "X is a HEAD".
    vote(_appositive(doc, chunk.end, sentence), APPOSITION)
    _look_left(doc, chunk, sentence, context)
    if doc[end - 1].i + 1 < len(doc) and doc[chunk.end - 1].nbor().text in (":", "—", "–") if chunk.end < len(doc) else False:
        if chunk.start == sentence.start and chunk.end <= title_length(doc):
            context.marks["proposed"] = PROPOSED
    verb = next((t.i for t in sentence if t.lower_ in _PROPOSING), None)
    if verb is not None and verb < start <= verb + 8 and not any(t.lower_ in words("grammar", "verbs") for t in doc[verb + 1 : start]):
        context.marks["proposed"] = PROPOSED
    return context


def _appositive(doc: Doc, after: int, sentence: Span) -> EntityType | None:
    """Return the type of the noun that a phrase is explained by, if the words behind it begin such an explanation."""
    i = after
    if i < sentence.end and doc[i].text == "(":
        while i < sentence.end and doc[i].text != ")":
            i += 1
        i += 1
    if i >= sentence.end or doc[i].lower_ not in (",", "is", "—", "–", ":", "are"):
        return None
    i += 1
    if i >= sentence.end or doc[i].lower_ not in _ARTICLES:
        return None
    stop = next((t.i for t in doc[i + 1 : sentence.end] if t.lower_ in _ENDERS or t.is_punct and t.text != "-"), sentence.end)
    return noun_type(singular(doc[stop - 1].lower_)) if stop - i <= 12 else None


_ENDERS = frozenset(
    "that which for of to with in on by from using where who designed based capable able trained and comprising containing consisting "
    "as via we is are built specifically covering spanning".split()
)


def _look_left(doc: Doc, chunk: Chunk, sentence: Span, context: Context) -> None:
    """Read the words before the phrase: what is it called, tested on, used by, listed under?"""

    def vote(kind: EntityType | None, weight: float) -> None:
        if kind:
            context.votes[kind] = max(context.votes[kind], weight)

    i = chunk.start - 1
    while i > sentence.start and (doc[i].lower_ in _ARTICLES or doc[i].lower_ in words("grammar", "qualifiers") or doc[i].like_num):
        i -= 1
    if i < sentence.start:
        return
    left = doc[i].lower_
    vote(noun_type(singular(left)), APPOSITION)
    if left in _CALLED or (left == "as" and i > sentence.start and doc[i - 1].lower_ in ("to", "known", "termed")):
        context.marks["proposed"] = PROPOSED
        vote(_noun_before(doc, i, sentence), APPOSITION)
    elif left in _LISTING:
        vote(_noun_before(doc, i, sentence), APPOSITION)
    elif left == "on":
        tested = any(token.lower_.startswith(_TESTING) for token in sentence)
        vote(EntityType.DATASET, TESTED_ON if tested else USED)
    elif left in _USING:
        vote(EntityType.METHOD, USED)
    elif left in _RIVALS:
        vote(EntityType.MODEL, RIVAL)
        vote(EntityType.METHOD, RIVAL - 0.05)
    elif left in (",", "("):
        vote(_noun_before(doc, i, sentence), NEAR)


def _noun_before(doc: Doc, i: int, sentence: Span) -> EntityType | None:
    """Return the type that the last noun before token ``i`` gives."""
    for k in range(i - 1, max(sentence.start, i - 6) - 1, -1):
        if kind := noun_type(singular(doc[k].lower_)):
            return kind
    return None
