"""What a text is about: which sentences speak of the paper's own work, what it introduces, which system is its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc

from paperatlas.extract.chunks import title_length
from paperatlas.extract.facts import Entity, Span
from paperatlas.schema import EntityType

_OWN = re.compile(
    r"\b(?:we|our|ours|us)\b|\b(?:this|the present|the current) (?:paper|work|article|study|report|thesis|survey|letter|research)\b|"
    r"\b(?:is|are) (?:proposed|presented|introduced|developed)\b|\bthe proposed\b",
    re.I,
)
_PROPOSE = re.compile(
    r"\b(?:propos(?:e|es|ed|ing)|present(?:s|ed|ing)?|introduc(?:e|es|ed|ing)|develop(?:s|ed)?|devis(?:e|es|ed)|releas(?:e|es|ed)|"
    r"creat(?:e|es|ed)|construct(?:s|ed)?|contribut(?:e|es)|unveil(?:s|ed)?|design(?:s|ed)?|formulat(?:e|es|ed)|buil[dt]s?|describ(?:e|es)|"
    r"curat(?:e|es|ed)|collect(?:s|ed)?|deriv(?:e|es|ed)|offer(?:s|ed)?|publish(?:es|ed)?)\b",
    re.I,
)
#: Where the object of such a verb ends and what is said about it begins.
_OBJECT_END = re.compile(
    r"\b(?:that|which|who|to|for|by|using|via|based|built|with|where|whose|on|in|from|as|through|of|leveraging|combining|under|"
    r"without|against|inspired|extending|capable|able|consisting|comprising|containing)\b|[;:]|,(?! (?:a|an|the|called|named|dubbed)\b)",
    re.I,
)
_CALLED = re.compile(
    r"\b(?:called|named|dubbed|termed|coined|christened|abbreviated|denoted|(?:refer(?:red)? to|which we (?:call|name|term))(?: it)?(?: as)?"
    r"|we (?:call|name|term|dub)(?: (?:it|this|our \w+|the \w+|this \w+))?)\s+(?:as\s+)?(?:the\s+|an?\s+)?[\"'“‘]?",
    re.I,
)
_HEDGED = re.compile(
    r"\b(?:remains? (?:to be|unclear|unknown|open)|it is (?:unclear|unknown)|whether|hypothesi[sz]e|could potentially|would be able)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, as characters of the folded text, with what is named in it."""

    span: Span
    text: str
    #: Entities by their place in the sentence; an entity stands as often as it is named.
    mentions: tuple[tuple[Span, Entity], ...]
    is_title: bool
    #: Whether it speaks of the paper's own work rather than of the field's.
    own: bool
    hedged: bool


@dataclass(frozen=True, slots=True)
class Roles:
    """The parts that entities play in a document."""

    sentences: tuple[Sentence, ...]
    introduced: tuple[Entity, ...]
    #: The system that "we" stands for, if it has a name.
    main: Entity | None


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
    for sent in doc.sents:
        text = sent.text.rstrip()
        if not text.strip():
            continue
        span = Span(sent.start_char, sent.start_char + len(text))
        mentions = tuple((m, entities[n]) for m, n in placed if span.start <= m.start < span.end)
        is_title = sent.end <= title + 1 and title > 0
        own = is_title or bool(_OWN.search(text))
        own_seen = own_seen or (own and not is_title)
        yield Sentence(span, text, mentions, is_title, own or own_seen, bool(_HEDGED.search(text)))


def _introduced(sentence: Sentence) -> Iterator[Entity]:
    """Yield what a sentence introduces: the object of "we propose ...", what is "called X", "our X"."""
    if sentence.is_title or not sentence.own:
        return
    regions: list[tuple[int, int]] = []
    explicit = bool(_OWN.search(sentence.text))
    for verb in _PROPOSE.finditer(sentence.text):
        if explicit and not re.search(r"(?:have|has) been\s*$", sentence.text[: verb.start()]):
            regions.append((verb.end(), _object_end(sentence, verb.end())))
    if explicit or regions:
        regions += [(m.end(), m.end() + 1) for m in _CALLED.finditer(sentence.text)]
    regions += [(m.end(), m.end() + 1) for m in re.finditer(r"\b(?:our|the proposed)\s+", sentence.text, re.I)]
    for span, entity in sentence.mentions:
        place = span.start - sentence.span.start
        narrow = entity.type in (EntityType.MODEL, EntityType.METHOD, EntityType.DATASET, EntityType.METRIC)
        if narrow and any(start <= place < end for start, end in regions):
            yield entity


def _object_end(sentence: Sentence, start: int) -> int:
    """Return where the object of a verb ends. A bracket or a name set off by commas behind it still belongs to it."""
    covered = [(m.start - sentence.span.start, m.end - sentence.span.start) for m, _ in sentence.mentions]
    for end in _OBJECT_END.finditer(sentence.text, start):
        if not any(a <= end.start() < b for a, b in covered):
            return end.start()
    return len(sentence.text)


def _heading(doc: Doc, entities: Sequence[Entity]) -> Entity | None:
    """Return what the title names before its colon: "Foo: A Network for Bars"."""
    title = title_length(doc)
    if not title:
        return None
    text = doc[:title].text
    colon = re.search(r"\s?[:—–]\s", text)
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
