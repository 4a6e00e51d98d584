"""The rule tagger: which phrases of a text name something, and what kind of thing.

It knows no names. A phrase is a candidate by its form: a proper name by its letters (VQ-VAE, ImageNet, word2vec), a
long form by the abbreviation behind it, a term by the noun it ends with (attention *mechanism*, image *captioning*).
Each candidate collects votes for its type from that noun, from the words around every mention ("the X dataset",
"evaluated on X", "X, a new optimizer") and from the company it keeps in lists. The votes of all mentions in a document
are put together, and what has too little evidence is dropped.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from spacy.tokens import Doc, Span

from paperatlas.extract.acronyms import Acronym
from paperatlas.extract.chunks import Chunk, chunks, title_length
from paperatlas.extract.context import context_of
from paperatlas.extract.lexicon import lines, words
from paperatlas.extract.measures import find_measures
from paperatlas.extract.names import SUFFIX, is_generic, is_mixed, name_runs
from paperatlas.extract.surface import singular, surface_key
from paperatlas.schema import EntityType

#: What each kind of evidence weighs; a candidate needs KEEP of it.
KEEP = 0.8
KNOWN = 1.3
HEAD = {"sure": 1.05, "likely": 0.75, "possible": 0.35}
NAME = {"mixed": 0.55, "capitalised": 0.2}
DEFINED = 0.45
IN_TITLE = 0.2
REPEATED = 0.25
MEASURED = 1.0
#: The most words that a term has.
LONGEST = 6


@dataclass(slots=True)
class Candidate:
    """Everything that is known of one name in one document."""

    mentions: set[tuple[int, int]] = field(default_factory=set)
    votes: Counter[EntityType] = field(default_factory=Counter)
    #: Evidence that it is a name at all; each kind counts once.
    marks: dict[str, float] = field(default_factory=dict)

    @property
    def type(self) -> EntityType | None:
        """The type with the most votes."""
        return max(sorted(self.votes), key=lambda kind: self.votes[kind], default=None)

    @property
    def score(self) -> float:
        return max(self.votes.values(), default=0.0) + sum(self.marks.values())

    def vote(self, votes: Counter[EntityType]) -> None:
        """Take the strongest vote for each type: a second "X dataset" says no more than the first."""
        for kind, weight in votes.items():
            self.votes[kind] = max(self.votes[kind], weight)


def tag(doc: Doc, acronyms: Iterable[Acronym], *, keep: float = KEEP) -> list[tuple[Span, float]]:
    """Return the mentions of things in ``doc``, labelled with their types, each with a score from 0 to 1."""
    candidates = _candidates(doc)
    _add_measures(doc, candidates)
    _join_acronyms(doc, candidates, acronyms)
    _mark_salience(doc, candidates)
    _drop_nested(candidates)
    found: list[tuple[Span, float]] = []
    for candidate in {id(c): c for c in candidates.values()}.values():
        kind = candidate.type
        if kind is None or candidate.score < keep:
            continue
        score = round(min(candidate.score / 2.5, 1.0), 3)
        found += [(Span(doc, start, end, label=kind.value), score) for start, end in sorted(candidate.mentions)]
    return sorted(found, key=lambda pair: (pair[0].start, pair[0].end))


def _candidates(doc: Doc) -> dict[str, Candidate]:
    table: dict[str, Candidate] = defaultdict(Candidate)
    title = title_length(doc)
    previous: tuple[int, str] | None = None
    for chunk in chunks(doc):
        in_title = chunk.end <= title
        for start, end, votes, mark in _readings(doc, chunk, in_title=in_title):
            key = surface_key(SUFFIX.sub("", doc[start:end].text))
            if not key:
                continue
            candidate = table[key]
            candidate.mentions.add((start, end))
            candidate.vote(votes)
            candidate.marks |= mark
            context = context_of(doc, start, end, chunk)
            candidate.vote(context.votes)
            candidate.marks |= context.marks
            # What is listed together is of one kind.
            if previous and all(doc[i].lower_ in _LIST for i in range(previous[0], start)):
                neighbour = table[previous[1]]
                shared = Counter({kind: 0.6 * w for kind, w in context.votes.items()})
                back = Counter({kind: 0.8 * w for kind, w in neighbour.votes.items()})
                if "name" in neighbour.marks and "name" in mark:
                    neighbour.vote(shared)
                    candidate.vote(back)
            previous = (end, key)
    return table


_LIST = frozenset([",", "and", "or", "&", "/", ";", "(", ")"])


def _readings(
    doc: Doc, chunk: Chunk, *, in_title: bool
) -> Iterator[tuple[int, int, Counter[EntityType], dict[str, float]]]:
    """Yield what a noun phrase may name: itself by its head, and the proper names in it; with votes and marks."""
    start, end = chunk
    names = name_runs(doc, start, end, title=in_title)
    head = singular(doc[end - 1].lower_)
    kind, level = head_type(head)
    if end - start == 1:
        if known := known_type(doc[start].text):
            yield start, end, Counter({known: KNOWN}), {}
            return
    elif kind and not (names and names[-1][1] == end):
        first = start
        # "CIFAR-10 image classification": the task is named by what follows the dataset.
        while kind is EntityType.TASK and first < end - 2 and is_mixed(doc[first].text):
            first += 1
        # "the Foo2Bar network" is Foo2Bar; "Routing Networks" are not Routing.
        spelt = len(names) == 1 and (names[0][1] - names[0][0] > 1 or is_mixed(SUFFIX.sub("", doc[start].text)))
        appositive = spelt and names[0] == (start, end - 1) and is_generic(head)
        modifiers = [token.lower_ for token in doc[first : end - 1]]
        says_something = not all(w in words("things", "generic", "modifiers") or is_generic(w) for w in modifiers)
        if term := known_term(doc[first:end].text):
            yield first, end, Counter({term: KNOWN}), {}
        elif not appositive and says_something and end - first <= LONGEST:
            yield first, end, Counter({kind: HEAD[level]}), {}
    for a, b in names:
        text = doc[a:b].text
        if b - a == 1 and (known := known_type(SUFFIX.sub("", text))):
            yield a, b, Counter({known: KNOWN}), {"name": 0.0}
            continue
        form = "mixed" if any(is_mixed(SUFFIX.sub("", token.text)) for token in doc[a:b]) else "capitalised"
        votes: Counter[EntityType] = Counter()
        own_kind, own_level = head_type(singular(doc[b - 1].lower_))
        if own_kind and b - a > 1:
            votes[own_kind] = HEAD[own_level]
        yield a, b, votes, {"name": NAME[form]}


def head_type(head: str) -> tuple[EntityType | None, str]:
    """Return what the noun at the end of a phrase says of its type, and how surely."""
    for level in HEAD:
        for kind in EntityType:
            if head in words("things", kind.value, level):
                return kind, level
    return None, ""


def known_type(text: str) -> EntityType | None:
    """Return the type of a word that the field has agreed on: "CNN", "BLEU", "VQA"."""
    lower = text.lower()
    for kind in (EntityType.METRIC, EntityType.METHOD, EntityType.TASK):
        if lower in words("things", "known", kind.value):
            return kind
    return None


def _add_measures(doc: Doc, candidates: dict[str, Candidate]) -> None:
    """Take what stands beside a number as its measure for a metric, unless it is known for something else."""
    plain = words("grammar", "function") | words("grammar", "verbs") | words("grammar", "qualifiers")
    spans = [doc.char_span(start, end) for start, end in find_measures(doc.text)]
    taken = {i for c in candidates.values() if c.score >= KEEP for a, b in c.mentions for i in range(a, b)}
    spans += [doc[i : i + 1] for i in range(len(doc)) if i not in taken and known_type(doc[i].text) is EntityType.METRIC]
    for span in spans:
        while span is not None and len(span) > 1 and span[0].lower_ in plain:
            span = span[1:]
        if span is None or is_generic(span.text):
            continue
        candidate = candidates.setdefault(surface_key(span.text), Candidate())
        if candidate.score < KEEP or candidate.type is EntityType.METRIC:
            candidate.mentions.add((span.start, span.end))
            candidate.vote(Counter({EntityType.METRIC: MEASURED}))


def known_term(text: str) -> EntityType | None:
    """Return the type of a phrase that the field has agreed on: "Object detection", "neural networks"."""
    words_ = text.lower().split()
    key = " ".join([*words_[:-1], singular(words_[-1])])
    return next((EntityType(k) for k in ("Task", "Method", "Metric") if key in lines("things", "terms", k)), None)


def _join_acronyms(doc: Doc, candidates: dict[str, Candidate], acronyms: Iterable[Acronym]) -> None:
    """Make one candidate of a short form and the long form that the text gives for it."""
    for short, long in acronyms:
        short_span = doc.char_span(*short, alignment_mode="expand")
        long_span = doc.char_span(*long, alignment_mode="expand")
        if short_span is None or long_span is None:
            continue
        short_key, long_key = surface_key(doc.text[slice(*short)]), surface_key(doc.text[slice(*long)])
        joined = candidates.setdefault(long_key, Candidate())
        joined.mentions |= {(long_span.start, long_span.end), (short_span.start, short_span.end)}
        joined.marks["defined"] = DEFINED
        kind, level = head_type(singular(long_span[-1].lower_))
        if kind:
            joined.vote(Counter({kind: HEAD[level]}))
        if other := candidates.get(short_key):
            joined.mentions |= other.mentions
            joined.vote(other.votes)
            joined.marks |= other.marks
        candidates[short_key] = joined


def _mark_salience(doc: Doc, candidates: dict[str, Candidate]) -> None:
    title = title_length(doc)
    for candidate in candidates.values():
        places = {start for start, _ in candidate.mentions}
        if any(start < title for start in places):
            candidate.marks["title"] = IN_TITLE
        if len(places) > 1:
            candidate.marks["repeated"] = REPEATED
        if not candidate.votes and "name" in candidate.marks:
            # A name that nothing is said of is most often a system's.
            candidate.votes[EntityType.MODEL] = 0.1
        if candidate.marks.get("name", 0.0) == NAME["mixed"]:
            texts = [doc[a:b].text for a, b in candidate.mentions]
            system = any(c.islower() or c.isdigit() for text in texts for c in text.rstrip("s"))
            candidate.votes[EntityType.MODEL if system else EntityType.METHOD] += 0.25


def _drop_nested(candidates: dict[str, Candidate]) -> None:
    """Drop proper names that only ever stand inside a longer candidate that is kept: "Monte Carlo" tree search."""
    kept = {span for c in candidates.values() if c.score >= KEEP for span in c.mentions}
    for key, candidate in [*candidates.items()]:
        mixed = candidate.marks.get("name", 0.0) >= NAME["mixed"] or "defined" in candidate.marks
        nested = all(
            any(a <= start and end <= b and (a, b) != (start, end) for a, b in kept) for start, end in candidate.mentions
        )
        if nested and not mixed:
            del candidates[key]
