"""The rule tagger: which phrases of a text name something, and what kind of thing.

It knows no names. A phrase is a candidate by its form: a proper name by its letters (VQ-VAE, ImageNet, word2vec), a
long form by the abbreviation behind it, a term by the noun it ends with (attention *mechanism*, image *captioning*), a
measure by the number beside it. Each candidate collects votes for its type from that noun, from the words around every
mention ("the X dataset", "evaluated on X") and from the company it keeps in lists. The votes of all mentions in a
document are put together, and what has too little evidence is dropped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from spacy.tokens import Doc, Span

from paperatlas.extract.acronyms import Acronym
from paperatlas.extract.lexicon import words
from paperatlas.extract.names import SUFFIX, is_mixed
from paperatlas.extract.rules.chunks import Chunk, chunks
from paperatlas.extract.rules.context import context_of
from paperatlas.extract.rules.evidence import Evidence
from paperatlas.extract.rules.measures import find_measures
from paperatlas.extract.rules.proper_names import name_runs
from paperatlas.extract.sentences import title_length
from paperatlas.extract.surface import surface_key
from paperatlas.extract.vocabulary import head_type, is_generic, known_term, known_type, says_nothing
from paperatlas.extract.words import words_in
from paperatlas.schema import EntityType

#: How much evidence a candidate needs.
KEEP = 0.8
#: The score at which there is no doubt left.
_CERTAIN = 2.5

# What each kind of evidence weighs; for votes and marks by context see the module of that name.
KNOWN = 1.3
HEAD = {"sure": 1.05, "likely": 0.75, "possible": 0.35}
MEASURED = 1.0
NAME = {"mixed": 0.55, "capitalised": 0.2}
SYSTEM = 0.25
DEFINED = 0.45
IN_TITLE = 0.2
REPEATED = 0.25
#: How much of its votes a name passes to the names listed with it.
SHARED = 0.7

#: The most words that a term has.
_LONGEST = 6
_LIST = frozenset((",", "and", "or", "&", "/", ";", "(", ")"))

#: A span of tokens, and what its form says of it.
Reading = tuple[int, int, Evidence]


@dataclass(slots=True)
class Candidate(Evidence):
    """Everything that is known of one name in one document; mentions are spans of tokens."""

    mentions: set[tuple[int, int]] = field(default_factory=set)


def tag(doc: Doc, acronyms: Iterable[Acronym], *, keep: float = KEEP) -> list[tuple[Span, float]]:
    """Return the mentions of things in ``doc``, labelled with their types, each with a score from 0 to 1."""
    candidates = _candidates(doc)
    _add_measures(doc, candidates)
    _join_acronyms(doc, candidates, acronyms)
    _mark_salience(doc, candidates)
    _drop_nested(candidates)
    found: list[tuple[Span, float]] = []
    for candidate in {id(c): c for c in candidates.values()}.values():
        if candidate.type is None or candidate.score < keep:
            continue
        score = round(min(candidate.score / _CERTAIN, 1.0), 3)
        spans = (Span(doc, start, end, label=candidate.type.value) for start, end in sorted(candidate.mentions))
        found += [(span, score) for span in spans]
    return sorted(found, key=lambda pair: (pair[0].start, pair[0].end))


def _candidates(doc: Doc) -> dict[str, Candidate]:
    """Collect the candidates by their folded forms."""
    table: dict[str, Candidate] = defaultdict(Candidate)
    previous: tuple[int, Candidate] | None = None
    sentences = [sentence for sentence in doc.sents for _ in sentence]
    title = title_length(doc)
    for chunk in chunks(doc):
        for start, end, form in _readings(doc, chunk, title):
            key = surface_key(SUFFIX.sub("", doc[start:end].text))
            if not key:
                continue
            candidate = table[key]
            candidate.mentions.add((start, end))
            candidate.add(form)
            context = context_of(doc, start, end, chunk, sentences[start])
            candidate.add(context)
            # Names that are listed together are of one kind.
            if previous and "name" in form.marks and "name" in previous[1].marks:
                neighbour = previous[1]
                if _is_list(doc, previous[0], start, end):
                    neighbour.add(context, weight=SHARED)
                    candidate.add(neighbour, weight=SHARED)
            previous = (end, candidate)
    return table


def _is_list(doc: Doc, first_end: int, start: int, end: int) -> bool:
    """Tell whether two names stand in one list: "A and B", "A, B, ..."; but not in "On A, B is better"."""
    between = doc[first_end:start]
    if not all(token.lower_ in _LIST for token in between):
        return False
    return between.text.strip() != "," or (end < len(doc) and doc[end].lower_ in _LIST)


def _readings(doc: Doc, chunk: Chunk, title: int) -> Iterator[Reading]:
    """Yield what a noun phrase may name: itself by its head, and the proper names in it."""
    start, end = chunk
    names = name_runs(doc, start, end, title=end <= title)
    if end - start == 1 and (known := known_type(doc[start].text)):
        yield start, end, Evidence({known: KNOWN})
        return
    ends_in_name = bool(names) and names[-1][1] == end
    is_whole_title = start == 0 and end == title
    if end - start > 1 and not ends_in_name and not is_whole_title:
        yield from _term(doc, chunk, names)
    for a, b in names:
        bare = SUFFIX.sub("", doc[a:b].text)
        if b - a == 1 and (known := known_type(bare)):
            yield a, b, Evidence({known: KNOWN}, {"name": 0.0})
            continue
        mixed = any(is_mixed(SUFFIX.sub("", token.text)) for token in doc[a:b])
        form = Evidence(marks={"name": NAME["mixed" if mixed else "capitalised"]})
        if b - a > 1:
            form.vote(*_head_vote(doc[b - 1].lower_))
        yield a, b, form


def _term(doc: Doc, chunk: Chunk, names: list[tuple[int, int]]) -> Iterator[Reading]:
    """Yield a phrase as a term, if its head makes one and the words before it say of what kind."""
    start, end = chunk
    head = doc[end - 1].lower_
    kind, weight = _head_vote(head)
    # "the Foo2Bar network" is Foo2Bar; "Routing Networks" are not Routing.
    spelt = len(names) == 1 and (names[0][1] - names[0][0] > 1 or is_mixed(SUFFIX.sub("", doc[start].text)))
    if kind is None or (spelt and names[0] == (start, end - 1) and is_generic(head)):
        return
    # "the FOO speech corpus" is FOO.
    if kind is EntityType.DATASET and spelt and names[0][0] == start:
        return
    # "CIFAR-10 image classification": the task is named by what follows the dataset.
    while kind is EntityType.TASK and start < end - 2 and is_mixed(doc[start].text):
        start += 1
    modifiers = [token.lower_ for token in doc[start : end - 1]]
    if term := known_term(doc[start:end].text):
        yield start, end, Evidence({term: KNOWN})
    elif end - start <= _LONGEST and not all(says_nothing(word) for word in modifiers):
        yield start, end, Evidence({kind: weight})


def _head_vote(noun: str) -> tuple[EntityType | None, float]:
    """Return what the noun at the end of a phrase says of its type, and what that weighs."""
    found = head_type(noun)
    return (found[0], HEAD[found[1]]) if found else (None, 0.0)


def _add_measures(doc: Doc, candidates: dict[str, Candidate]) -> None:
    """Take what stands beside a number as its measure for a metric, unless it is known for something else."""
    plain = words("grammar", "function") | words("grammar", "verbs") | words("grammar", "qualifiers")
    taken = {i for c in candidates.values() if c.score >= KEEP for a, b in c.mentions for i in range(a, b)}
    spans = [doc.char_span(start, end) for start, end in find_measures(words_in(doc).text)]
    spans += [doc[t.i : t.i + 1] for t in doc if t.i not in taken and known_type(t.text) is EntityType.METRIC]
    for span in filter(None, spans):
        start = span.start
        while start < span.end - 1 and doc[start].lower_ in plain:
            start += 1
        text = doc[start : span.end].text
        candidate = candidates.setdefault(surface_key(text), Candidate())
        if not is_generic(text) and (candidate.score < KEEP or candidate.type is EntityType.METRIC):
            candidate.mentions.add((start, span.end))
            candidate.vote(EntityType.METRIC, MEASURED)


def _join_acronyms(doc: Doc, candidates: dict[str, Candidate], acronyms: Iterable[Acronym]) -> None:
    """Make one candidate of a short form and the long form that the text gives for it."""
    text = words_in(doc).text
    for acronym in acronyms:
        short, long = (doc.char_span(*part, alignment_mode="expand") for part in acronym)
        if short is None or long is None:
            continue
        short_key, long_key = (surface_key(text[slice(*part)]) for part in acronym)
        joined = candidates.setdefault(long_key, Candidate())
        joined.mentions |= {(long.start, long.end), (short.start, short.end)}
        joined.marks["defined"] = DEFINED
        joined.vote(*_head_vote(long[-1].lower_))
        if other := candidates.get(short_key):
            joined.mentions |= other.mentions
            joined.add(other)
        candidates[short_key] = joined


def _mark_salience(doc: Doc, candidates: dict[str, Candidate]) -> None:
    """Mark what stands in the title or several times, and give names that nothing is said of the likeliest type."""
    title = title_length(doc)
    for candidate in {id(c): c for c in candidates.values()}.values():
        places = {start for start, _ in candidate.mentions}
        if any(start < title for start in places):
            candidate.marks["title"] = IN_TITLE
        if len(places) > 1:
            candidate.marks["repeated"] = REPEATED
        if candidate.marks.get("name") == NAME["mixed"]:
            # Small letters and digits are in the names of systems; methods go by their initials.
            texts = (doc[start:end].text.removesuffix("s") for start, end in candidate.mentions)
            is_system = any(c.islower() or c.isdigit() for text in texts for c in text)
            kind = EntityType.MODEL if is_system else EntityType.METHOD
            candidate.votes[kind] = candidate.votes.get(kind, 0.0) + SYSTEM
        elif "name" in candidate.marks and not candidate.votes:
            candidate.vote(EntityType.MODEL, SYSTEM / 2)


def _drop_nested(candidates: dict[str, Candidate]) -> None:
    """Drop proper names that only ever stand inside a longer candidate that is kept: "Monte Carlo" tree search."""
    kept: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for start, end in {span for c in candidates.values() if c.score >= KEEP for span in c.mentions}:
        for i in range(start, end):
            kept[i].add((start, end))
    for key, candidate in [*candidates.items()]:
        firm = candidate.marks.get("name") == NAME["mixed"] or "defined" in candidate.marks
        if not firm and all(_is_inside(mention, kept[mention[0]]) for mention in candidate.mentions):
            del candidates[key]


def _is_inside(mention: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    start, end = mention
    return any(a <= start and end <= b and (a, b) != mention for a, b in others)
