"""What a text is about: which sentences speak of the paper's own work, what it introduces, which system is its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc

from paperatlas.extract.facts import Entity, Span
from paperatlas.extract.lexicon import cue
from paperatlas.extract.sentences import sentences_of, title_length
from paperatlas.extract.words import words_in
from paperatlas.schema import EntityType

#: What also ends the object of a verb: a colon, a comma unless an explanation or a name follows.
_PAUSE = re.compile(r"[;:]|,(?! (?:a|an|the|called|named|dubbed)\b)")
#: Between "called" and the name.
_NAME_FOLLOWS = re.compile(r"\s+(?:as\s+)?(?:the\s+|an?\s+)?[\"'“‘]?")
_POSSESSIVE = re.compile(r"\b(?:our|the proposed)\s+", re.I)
_PERFECT = re.compile(r"(?:have|has) been\s*$")
#: What a paper introduces; a task is nobody's.
_INTRODUCED = frozenset((EntityType.MODEL, EntityType.METHOD, EntityType.DATASET, EntityType.METRIC))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, as characters of the folded text, with what is named in it."""

    span: Span
    text: str
    #: Entities by their place in the sentence; an entity stands as often as it is named.
    mentions: tuple[tuple[Span, Entity], ...]
    is_title: bool
    #: Whether it speaks of the paper's own work rather than of the field's, and whether it says so itself.
    own: bool
    says_so: bool


@dataclass(frozen=True, slots=True)
class Roles:
    """The parts that entities play in a document."""

    sentences: tuple[Sentence, ...]
    introduced: tuple[Entity, ...]
    #: The system that "we" stands for, if it has a name.
    main: Entity | None


#: Those of a document of which nothing is asked.
NO_ROLES = Roles((), (), None)


def roles_of(doc: Doc, entities: Sequence[Entity]) -> Roles:
    """Work out the roles of the entities of ``doc``."""
    sentences = tuple(_sentences(doc, entities))
    introduced = tuple(dict.fromkeys(entity for sentence in sentences for entity in _introduced(sentence)))
    heading = _heading(doc, entities)
    if heading and heading not in introduced:
        introduced = (heading, *introduced)
    return Roles(sentences, introduced, _main(introduced, heading))


def _sentences(doc: Doc, entities: Sequence[Entity]) -> Iterator[Sentence]:
    title = title_length(doc)
    placed = sorted((span, n) for n, entity in enumerate(entities) for span in entity.mentions)
    own_seen = False
    whole = words_in(doc).text
    for span, end in sentences_of(doc):
        text = span.of(whole)
        if not text.strip():
            continue
        mentions = tuple((m, entities[n]) for m, n in placed if span.start <= m.start < span.end)
        is_title = end <= title + 1 and title > 0
        says_so = bool(cue("own").search(text))
        own_seen = own_seen or (says_so and not is_title)
        yield Sentence(span, text, mentions, is_title, is_title or own_seen, says_so)


def _introduced(sentence: Sentence) -> Iterator[Entity]:
    """Yield what a sentence introduces: the object of "we propose ...", what is "called X", "our X"."""
    named = [(span.start - sentence.span.start, e) for span, e in sentence.mentions if e.type in _INTRODUCED]
    if sentence.is_title or not sentence.own or not named:
        return
    text = sentence.text
    regions: list[tuple[int, int]] = []
    if sentence.says_so:
        for verb in cue("propose").finditer(text):
            if not _PERFECT.search(text[: verb.start()]):
                regions.append((verb.end(), _object_end(sentence, verb.end())))
        for called in cue("called").finditer(text):
            if follows := _NAME_FOLLOWS.match(text, called.end()):
                regions.append((follows.end(), follows.end() + 1))
    regions += [(m.end(), m.end() + 1) for m in _POSSESSIVE.finditer(text)]
    for place, entity in named:
        if any(start <= place < end for start, end in regions):
            yield entity


def _object_end(sentence: Sentence, start: int) -> int:
    """Return where the object of a verb ends. A bracket or a name set off by commas behind it still belongs to it."""
    covered = [(m.start - sentence.span.start, m.end - sentence.span.start) for m, _ in sentence.mentions]
    ends = [m.start() for pattern in (cue("object_end"), _PAUSE) for m in pattern.finditer(sentence.text, start)]
    return min((end for end in ends if not any(a <= end < b for a, b in covered)), default=len(sentence.text))


def _heading(doc: Doc, entities: Sequence[Entity]) -> Entity | None:
    """Return what the title names before its colon: "Foo: A Network for Bars"."""
    title = title_length(doc)
    if not title:
        return None
    words = words_in(doc)
    colon = re.search(r"\s?[:—–]\s", words.text[: words.starts[title]].rstrip())
    for entity in entities:
        for span in entity.mentions:
            if colon and span.start <= 1 and colon.start() - 1 <= span.end <= colon.start() + 1:
                return entity
    return None


def _main(introduced: Sequence[Entity], heading: Entity | None) -> Entity | None:
    """Choose the system that the paper's statements about "we" are about."""
    if heading:
        return heading
    systems = [e for e in introduced if e.type in (EntityType.MODEL, EntityType.METHOD)]
    named = [e for e in systems if any(c.isupper() for c in e.name)]
    data = [e for e in introduced if e.type is EntityType.DATASET]
    return next(iter([*named, *systems, *data]), None)
