"""Mentions to things: what one document calls by several names is one entity, with every form the text uses for it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from spacy.tokens import Doc
from spacy.tokens import Span as DocSpan

from paperatlas.extract.acronyms import Acronym
from paperatlas.extract.facts import Entity, Span
from paperatlas.extract.lexicon import words
from paperatlas.extract.names import SUFFIX, is_mixed
from paperatlas.extract.naming import Namer
from paperatlas.extract.surface import singular, slug, surface_key
from paperatlas.extract.vocabulary import known_type, noun_type
from paperatlas.extract.words import words_in
from paperatlas.schema import EntityType

#: An abbreviation.
_CAPITALS = re.compile("([A-Z]{2,})s?")
_WORD = re.compile(r"[^\W_]+")
#: A term that may be said without what stands in brackets before it.
_OPTIONAL = re.compile(r"\([a-z -]+\) [^()]+")


@dataclass(slots=True)
class _Group:
    """The mentions of one thing, as spans of characters."""

    spans: set[Span] = field(default_factory=set)
    types: dict[EntityType, float] = field(default_factory=lambda: defaultdict(float))
    score: float = 0.0


def group_mentions(
    doc: Doc, mentions: Iterable[tuple[DocSpan, float]], acronyms: Sequence[Acronym]
) -> tuple[Entity, ...]:
    """Return the entities of ``doc`` in order of their first mentions, in offsets of ``text``.

    Mentions are one entity if they are spelt alike but for case, hyphens, plurals (see
    :func:`~paperatlas.extract.surface.surface_key`), if the text gives one as the abbreviation of the other, or if one
    is the other with a common noun behind it ("the Frank-Wolfe method"). The type is that of the surest mentions.
    """
    # Read once: spaCy puts the text together anew each time.
    text = words_in(doc).text
    groups: dict[str, _Group] = defaultdict(_Group)
    listed: dict[str, str] = {}
    spelt_out = {acronym.long[1]: Span(*acronym.long) for acronym in acronyms}
    for mention, score in mentions:
        span = _whole(text, bare(text, Span(mention.start_char, mention.end_char)))
        if span is None:
            continue
        # Of "trust region policy optimization (TRPO)" no end is a thing by itself.
        long = spelt_out.get(span.end, span)
        span = long if long.start < span.start else span
        key = surface_key(span.of(text))
        group = groups[key]
        if mention.kb_id_ and key:
            # A list of names says what is one thing.
            _join(groups, listed.setdefault(mention.kb_id_, key), key)
            group = groups[key]
        group.spans.add(span)
        group.types[EntityType(mention.label_)] += score
        group.score = max(group.score, score)
    groups.pop("", None)
    _join_acronyms(text, groups, acronyms)
    _join_initials(text, groups)
    _join_with_nouns(text, groups)
    for key, spans in _occurrences(doc, text, groups).items():
        groups[key].spans |= spans
    namer = Namer.from_doc(doc, text, acronyms)
    distinct = {id(group): group for group in groups.values()}
    ordered = sorted(distinct.values(), key=lambda group: min(group.spans))
    return tuple(_named(_entity(namer, group) for group in ordered))


def bare(text: str, span: Span) -> Span:
    """Return ``span`` without what makes an adjective of a name at its end: "CLIP-based"."""
    suffix = SUFFIX.search(span.of(text)) if "-" in span.of(text) else None
    return Span(span.start, span.start + suffix.start()) if suffix and suffix.start() > 1 else span


def _whole(text: str, span: Span) -> Span | None:
    """Return ``span`` with the bracket before it whose end it holds: "(inverse) learning".

    ``None`` if it holds half of another bracket: that of an abbreviation, mostly ("MMU) and generation").
    """
    found = span.of(text)
    if found.count("(") == found.count(")"):
        return span
    wider = Span(span.start - 1, span.end)
    return wider if _OPTIONAL.fullmatch(wider.of(text)) else None


def _join(groups: dict[str, _Group], into: str, other: str) -> None:
    target, source = groups[into], groups[other]
    if target is source:
        return
    target.spans |= source.spans
    for kind, score in source.types.items():
        target.types[kind] += score
    target.score = max(target.score, source.score)
    for key, group in [*groups.items()]:
        if group is source:
            groups[key] = target


def _join_acronyms(text: str, groups: dict[str, _Group], acronyms: Sequence[Acronym]) -> None:
    for acronym in acronyms:
        short, long = (surface_key(text[slice(*part)]) for part in acronym)
        if short in groups and long in groups:
            _join(groups, long, short)
        elif known := groups.get(short) or groups.get(long):
            known.spans |= {Span(*acronym.short), Span(*acronym.long)}
            groups[short] = groups[long] = known


def _join_initials(text: str, groups: dict[str, _Group]) -> None:
    """Join capitals to the one thing whose words begin with them, though the text does not say that they stand for it.

    A dataset may be called by the initials of its task, and is another thing.
    """
    forms = [(key, span.of(text)) for key, group in groups.items() for span in group.spans]
    short = {key: capitals[1].lower() for key, form in forms if (capitals := _CAPITALS.fullmatch(form))}
    if not short:
        return
    initials = [(key, "".join(word[0] for word in _WORD.findall(form)).lower()) for key, form in forms if " " in form]
    for key, letters in short.items():
        long = {other for other, found in initials if found == letters and groups[other] is not groups[key]}
        if len({id(groups[other]) for other in long}) == 1 and _is_data(groups[key]) == _is_data(groups[min(long)]):
            _join(groups, min(long), key)


def _is_data(group: _Group) -> bool:
    return group.types.get(EntityType.DATASET, 0.0) * 2 > sum(group.types.values())


def _join_with_nouns(text: str, groups: dict[str, _Group]) -> None:
    """Join "the Foo dataset" to "Foo", and let a term be called without the noun behind it."""
    for group in {id(group): group for group in groups.values()}.values():
        for span in sorted(group.spans):
            tokens = span.of(text).split(" ")
            if not _is_appended(tokens):
                continue
            shorter = Span(span.start, span.end - len(tokens[-1]) - 1)
            # No noun is left of "graph-based methods" and "Mixture of Agents".
            if SUFFIX.search(shorter.of(text)) or tokens[-2] == "based" or tokens[-2] in words("grammar", "function"):
                continue
            key = surface_key(shorter.of(text))
            if key in groups and groups[key] is not group:
                _join(groups, key, surface_key(span.of(text)))
            elif len(tokens) > 2 or is_mixed(tokens[0]):
                groups[key] = group
                group.spans.add(shorter)


def _is_appended(tokens: Sequence[str]) -> bool:
    """Tell whether the last word of a name is a common noun that can be left out: "Foo dataset", "BLEU score"."""
    if len(tokens) < 2 or noun_type(tokens[-1]) is None:
        return False
    if singular(tokens[-1].lower()) in ("score", "metric"):
        return len(tokens) == 2 and known_type(tokens[0]) is EntityType.METRIC
    return tokens[-1].lower() not in words("grammar", "integral")


def _occurrences(doc: Doc, text: str, groups: dict[str, _Group]) -> dict[str, set[Span]]:
    """Find the names of the entities wherever else they stand in the text, the longest first."""
    taken = set(chain.from_iterable(range(*span) for group in groups.values() for span in group.spans))
    forms = {tuple(span.of(text).lower().split()) for group in groups.values() for span in group.spans}
    # A hyphen may join what are two words elsewhere, so that shorter pieces than the forms may match.
    lengths = range(max(map(len, forms), default=0), 0, -1)
    # The first word of a form finds the places where it may begin; a plural has its letters in common.
    openings = {form[0][:4] for form in forms if form}
    read = words_in(doc)
    starts = [
        n
        for n, (word, start) in enumerate(zip(read.lower, read.starts, strict=True))
        if word[:4] in openings and start not in taken
    ]
    found: dict[str, set[Span]] = defaultdict(set)
    for length in lengths:
        for start in starts:
            if read.starts[start] in taken:
                continue
            last = min(start + length, len(read.texts)) - 1
            place = Span(read.starts[start], read.starts[last] + len(read.texts[last]))
            if "\n" in place.of(text):
                continue
            span = bare(text, place)
            key = surface_key(span.of(text))
            if key not in groups or doc[last].is_punct or (length == 1 and doc[start].is_stop):
                continue
            if whole := _whole(text, span):
                found[key].add(whole)
                taken.update(range(*whole))
    return found


def _entity(namer: Namer, group: _Group) -> Entity:
    kind = max(sorted(group.types), key=lambda kind: group.types[kind])
    spans = sorted(group.spans)
    aliases = tuple(dict.fromkeys(span.of(namer.text) for span in spans))
    name = namer.name(spans, kind)
    return Entity(slug(name), name, kind, aliases, tuple(spans), round(group.score, 3))


def _named(entities: Iterable[Entity]) -> Iterator[Entity]:
    """Give each entity a key of its own."""
    used: Counter[str] = Counter()
    for entity in entities:
        key = entity.key or "thing"
        used[key] += 1
        unique = key if used[key] == 1 else f"{key}-{used[key]}"
        yield Entity(unique, entity.name, entity.type, entity.aliases, entity.mentions, entity.confidence)
