"""Mentions to things: what one document calls by several names is one entity, with every form the text uses for it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from spacy.tokens import Doc
from spacy.tokens import Span as DocSpan

from paperatlas.extract.acronyms import Acronym
from paperatlas.extract.chunks import title_length
from paperatlas.extract.facts import Entity, Span
from paperatlas.extract.lexicon import words
from paperatlas.extract.names import SUFFIX, is_mixed
from paperatlas.extract.surface import singular, slug, surface_key
from paperatlas.extract.vocabulary import known_type, noun_type
from paperatlas.schema import EntityType


@dataclass(slots=True)
class _Group:
    """The mentions of one thing, as spans of characters."""

    spans: set[Span] = field(default_factory=set)
    types: Counter[EntityType] = field(default_factory=Counter)
    score: float = 0.0


def group_mentions(
    doc: Doc, mentions: Iterable[tuple[DocSpan, float]], acronyms: Sequence[Acronym]
) -> tuple[Entity, ...]:
    """Return the entities of ``doc`` in order of their first mentions, in offsets of ``doc.text``.

    Mentions are one entity if they are spelt alike but for case, hyphens, plurals (see
    :func:`~paperatlas.extract.surface.surface_key`), if the text gives one as the abbreviation of the other, or if one
    is the other with a common noun behind it ("the Frank-Wolfe method"). The type is that of the surest mentions.
    """
    groups: dict[str, _Group] = defaultdict(_Group)
    for mention, score in mentions:
        span = _bare(doc, Span(mention.start_char, mention.end_char))
        group = groups[surface_key(span.of(doc.text))]
        group.spans.add(span)
        group.types[EntityType(mention.label_)] += score  # type: ignore[assignment]
        group.score = max(group.score, score)
    groups.pop("", None)
    _join_acronyms(doc, groups, acronyms)
    _join_with_nouns(doc, groups)
    for key, spans in _occurrences(doc, groups).items():
        groups[key].spans |= spans
    distinct = {id(group): group for group in groups.values()}
    ordered = sorted(distinct.values(), key=lambda group: min(group.spans))
    return tuple(_named(_entity(doc, group, acronyms) for group in ordered))


def _bare(doc: Doc, span: Span) -> Span:
    """Cut what makes an adjective of a name off its end: "CLIP-based"."""
    suffix = SUFFIX.search(span.of(doc.text))
    return Span(span.start, span.start + suffix.start()) if suffix and suffix.start() > 1 else span


def _join(groups: dict[str, _Group], into: str, other: str) -> None:
    target, source = groups[into], groups[other]
    if target is source:
        return
    target.spans |= source.spans
    target.types += source.types
    target.score = max(target.score, source.score)
    for key, group in [*groups.items()]:
        if group is source:
            groups[key] = target


def _join_acronyms(doc: Doc, groups: dict[str, _Group], acronyms: Sequence[Acronym]) -> None:
    for acronym in acronyms:
        short, long = (surface_key(doc.text[slice(*part)]) for part in acronym)
        if short in groups and long in groups:
            _join(groups, long, short)
        elif known := groups.get(short) or groups.get(long):
            known.spans |= {Span(*acronym.short), Span(*acronym.long)}
            groups[short] = groups[long] = known


def _join_with_nouns(doc: Doc, groups: dict[str, _Group]) -> None:
    """Join "the Foo dataset" to "Foo", and let a term be called without the noun behind it."""
    for group in {id(group): group for group in groups.values()}.values():
        for span in sorted(group.spans):
            tokens = span.of(doc.text).split(" ")
            if not _is_appended(tokens):
                continue
            shorter = Span(span.start, span.end - len(tokens[-1]) - 1)
            key = surface_key(shorter.of(doc.text))
            if key in groups and groups[key] is not group:
                _join(groups, key, surface_key(span.of(doc.text)))
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


def _occurrences(doc: Doc, groups: dict[str, _Group]) -> dict[str, set[Span]]:
    """Find the names of the entities wherever else they stand in the text, the longest first."""
    taken = {i for group in groups.values() for span in group.spans for i in range(*span)}
    forms = {tuple(span.of(doc.text).lower().split()) for group in groups.values() for span in group.spans}
    # A hyphen may join what are two words elsewhere, so that shorter pieces than the forms may match.
    lengths = range(max(map(len, forms), default=0), 0, -1)
    # The first word of a form finds the places where it may begin; a plural has its letters in common.
    openings = {form[0][:4] for form in forms if form}
    starts = [token.i for token in doc if token.lower_[:4] in openings and token.idx not in taken]
    found: dict[str, set[Span]] = defaultdict(set)
    for length in lengths:
        for start in starts:
            piece = doc[start : start + length]
            if piece.start_char in taken or (length == 1 and piece[0].is_stop) or "\n" in piece.text:
                continue
            span = _bare(doc, Span(piece.start_char, piece.end_char))
            key = surface_key(span.of(doc.text))
            if key in groups and not piece[-1].is_punct:
                found[key].add(span)
                taken.update(range(*span))
    return found


def _entity(doc: Doc, group: _Group, acronyms: Sequence[Acronym]) -> Entity:
    kind = max(sorted(group.types), key=lambda kind: group.types[kind])
    spans = sorted(group.spans)
    aliases = tuple(dict.fromkeys(span.of(doc.text) for span in spans))
    name = canonical_name(doc, spans, kind, acronyms)
    return Entity(slug(name), name, kind, aliases, tuple(spans), round(group.score, 3))


def canonical_name(doc: Doc, spans: Sequence[Span], kind: EntityType, acronyms: Sequence[Acronym]) -> str:
    """Choose the name that an entity goes by.

    A system's short name if it is more than three capitals (VQ-VAE, BERT), else the long form that the text gives
    (Fréchet Inception Distance), else the form used most often outside the title, in the singular.
    """
    texts = [span.of(doc.text) for span in spans]
    shorts = {doc.text[slice(*a.short)] for a in acronyms}
    longs = {doc.text[slice(*a.long)] for a in acronyms}
    short = next((t for t in texts if t in shorts), "")
    long = next((t for t in texts if t in longs), "")
    if short and long:
        own = _singular(short)
        named = kind in (EntityType.MODEL, EntityType.DATASET) or (kind is EntityType.METHOD and len(own) > 3)
        return own if named or not own.isalpha() or not own.isupper() else _singular(long)
    title = doc[title_length(doc)].idx if title_length(doc) else 0
    body = [span for span in spans if span.start >= title] or spans
    common = kind not in (EntityType.MODEL, EntityType.DATASET)
    counts = Counter(_singular(_as_inside(doc, span) if common else span.of(doc.text)) for span in body)
    # A term in small letters says that its capitals elsewhere are a heading's.
    return max(counts, key=lambda text: (is_mixed(text), text.islower(), counts[text], -len(text), text))


def _as_inside(doc: Doc, span: Span) -> str:
    """Return a mention as it would stand inside a sentence: without the capital that only the beginning gives it."""
    text = span.of(doc.text)
    token = doc.char_span(span.start, span.end, alignment_mode="expand")
    first = text.split(" ", 1)[0]
    begins = token is not None and bool(token[0].is_sent_start) and len(first) > 1 and first.istitle()
    return text[0].lower() + text[1:] if begins and not is_mixed(first) else text


def _singular(text: str) -> str:
    """Put the last word of a term in the singular, keeping its letters: "GANs", "Normalizing Flows"."""
    start, space, last = text.rpartition(" ")
    if re.search(r"[A-Z0-9]s$", last):
        return start + space + last[:-1]
    if is_mixed(last) or (not last.islower() and not last.istitle()):
        return text
    single = singular(last.lower())
    return start + space + (last[: len(single)] if last.lower().startswith(single) else single)


def _named(entities: Iterable[Entity]) -> Iterator[Entity]:
    """Give each entity a key of its own."""
    used: Counter[str] = Counter()
    for entity in entities:
        key = entity.key or "thing"
        used[key] += 1
        unique = key if used[key] == 1 else f"{key}-{used[key]}"
        yield Entity(unique, entity.name, entity.type, entity.aliases, entity.mentions, entity.confidence)
