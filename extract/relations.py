"""The rules for relations: what the paper's own system uses, addresses, is evaluated on, measured by, better than.

The document is the unit. Once it is known what the paper introduces (:mod:`~paperatlas.extract.roles`), "we" stands for
that system: the tasks, datasets and metrics of the sentences about the paper's own work attach to it. Patterns between
two mentions in one sentence come first, the attachment by role fills in what they leave. The schema's signatures are
hard constraints.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from spacy.tokens import Doc

from paperatlas.extract.facts import Entity, Relation, Span
from paperatlas.extract.roles import Roles, Sentence, roles_of
from paperatlas.schema import PAPER, SIGNATURES, EntityType, RelationType

#: "X, a Y", "X (Z) is a Y": with words between the article and Y that may describe it, but begin no clause.
_IS_A = re.compile(
    r"(?:\s*\([^()]*\))?\s*(?:(?:,|—|–|:)\s*(?:which is\s+)?(?:an?|the first|one)|\b(?:is|are)(?: an?| the first)?|\bas an?)\s+"
    r"(?:(?!\b(?:that|which|for|with|of|to|and|using|based|by|on|in|is|are)\b)[\w\-’' ]){0,60}"
)
_FOR = re.compile(r"\s*(?:\w+\s+){0,4}?(?:for|of)\s+(?:\w+\s+){0,3}")
_TASK_ON = re.compile(r"\s*(?:\w+\s+){0,3}?on\s+(?:[\w-]+[\s,]+){0,6}")
_SUCH_AS = re.compile(r"[\w\s-]{0,30}?,?\s*(?:such as|like|including|e\.g\.,?|namely)\s+(?:[\w\-+ ]+,\s*|and\s+|or\s+){0,6}")
_EXTENDS = re.compile(
    r"\b(?:extend(?:s|ed|ing)?|extension (?:of|to)|variants? of|generali[sz](?:es|ation of|ing)|build(?:s|ing)? (?:up)?on|built (?:up)?on|"
    r"successor (?:of|to)|improved version of|version of|derived from|modification of)\b", re.I,
)  # fmt: skip
_BETTER = re.compile(
    r"\b(?:outperform(?:s|ed|ing)?|surpass(?:es|ed|ing)?|exceed(?:s|ed|ing)?|beat(?:s|en|ing)?|superior (?:performance )?(?:to|over)|better (?:\w+ )?than|"
    r"improv(?:es|ed|ing|ements?) (?:\w+ )?(?:over|upon)|advantages? over|more \w+ than|faster than|gains? over|higher (?:\w+ ){0,3}than|lower (?:\w+ ){0,3}than)\b",
    re.I,
)
_COMPARED = re.compile(
    r"\b(?:on (?:a )?par with|comparable (?:\w+ )?(?:to|with)|competitive with|compar(?:e|ed|es|ing|isons?) (?:\w+ ){0,3}(?:to|with|against|between|of)|similar(?:ly)? to|versus|vs\.)",
    re.I,
)
_TRAINED = re.compile(r"\b(?:pre-?)?(?:train(?:ed|ing)|fine-?tun(?:ed|ing)|learn(?:ed|ing|t)) (?:\w+ ){0,4}?(?:on|with|from|using)\b", re.I)
_USES = re.compile(
    r"\b(?:us(?:e|es|ed|ing)|employ(?:s|ed|ing)?|leverag(?:e|es|ed|ing)|appl(?:y|ies|ied|ying)|adopt(?:s|ed|ing)?|utili[sz](?:e|es|ed|ing)|via|"
    r"based on|combin(?:e|es|ed|ing)|incorporat(?:e|es|ed|ing)|integrat(?:e|es|ed|ing)|exploit(?:s|ed|ing)?|consist(?:s|ing)? of|with|through|by|equipped|"
    r"introduc(?:e|es|ed|ing)|propos(?:e|es|ed)|design(?:s|ed)?|-based|on top of|contain(?:s|ing)?|compris(?:es|ing)|powered|driven)\b|-based\b",
    re.I,
)


def relate(doc: Doc, entities: Sequence[Entity]) -> tuple[Relation, ...]:
    """Return the relations among the entities of ``doc`` and the paper, in offsets of ``doc.text``.

    Of several statements of one fact the most confident is kept; of contradicting ones (A outperforms B and B
    outperforms A) likewise.
    """
    roles = roles_of(doc, entities)
    found: dict[tuple[str, RelationType, str], Relation] = {}
    types = {PAPER: PAPER} | {entity.key: entity.type.value for entity in entities}
    for relation in _stated(roles):
        if relation.head == relation.tail or not SIGNATURES[relation.type].allows(types[relation.head], types[relation.tail]):
            continue
        key = (relation.head, relation.type, relation.tail)
        if key not in found or found[key].confidence < relation.confidence:
            found[key] = relation
    return tuple(_consistent(found))


def _consistent(found: dict[tuple[str, RelationType, str], Relation]) -> Iterator[Relation]:
    """Drop the weaker of two statements that cannot both hold, and what a stronger one implies."""
    for (head, kind, tail), relation in found.items():
        back = found.get((tail, kind, head))
        if back and (back.confidence, tail) > (relation.confidence, head):
            continue
        if kind is RelationType.USES and any(
            (head, k, tail) in found for k in (RelationType.EXTENDS, RelationType.IS_A, RelationType.OUTPERFORMS, RelationType.COMPARED_WITH)
        ):
            continue
        yield relation


def _stated(roles: Roles) -> Iterator[Relation]:
    main = roles.main
    for entity in roles.introduced:
        yield Relation(PAPER, RelationType.INTRODUCES, entity.key, _evidence(roles, entity), 0.8 if entity is main else 0.6)
    for sentence in roles.sentences:
        if not sentence.hedged:
            yield from _between(sentence)
            yield from _about_own(sentence, roles)


def _evidence(roles: Roles, entity: Entity) -> Span:
    """Return the sentence that introduces ``entity``: the first of the paper's own that names it."""
    naming = [s for s in roles.sentences if any(e is entity for _, e in s.mentions)]
    return min(naming, key=lambda s: (s.is_title, not s.own, s.span.start)).span


def _between(sentence: Sentence) -> Iterator[Relation]:
    """Yield what the words between two mentions say of them."""
    for i, (left, a) in enumerate(sentence.mentions):
        for right, b in sentence.mentions[i + 1 : i + 6]:
            if a is b or right.start < left.end:
                continue
            words = sentence.text[left.end - sentence.span.start : right.start - sentence.span.start]
            adjacent = not any(left.end <= m.start and m.end <= right.start for m, _ in sentence.mentions)
            if adjacent and _IS_A.fullmatch(words):
                yield Relation(a.key, RelationType.IS_A, b.key, sentence.span, 0.6)
            if _SUCH_AS.fullmatch(words):
                yield Relation(b.key, RelationType.IS_A, a.key, sentence.span, 0.6)
            if a.type is EntityType.DATASET and _FOR.fullmatch(words):
                yield Relation(a.key, RelationType.BENCHMARK_FOR, b.key, sentence.span, 0.5)
            if a.type is EntityType.TASK and _TASK_ON.fullmatch(words):
                yield Relation(b.key, RelationType.BENCHMARK_FOR, a.key, sentence.span, 0.5)
            if _BETTER.search(words) and not re.search(r"[;.]", words):
                yield Relation(a.key, RelationType.OUTPERFORMS, b.key, sentence.span, 0.6)
            if _COMPARED.search(words):
                yield Relation(a.key, RelationType.COMPARED_WITH, b.key, sentence.span, 0.45)
            if adjacent and _EXTENDS.search(words):
                yield Relation(a.key, RelationType.EXTENDS, b.key, sentence.span, 0.6)
            if _TRAINED.search(words):
                yield Relation(a.key, RelationType.TRAINED_ON, b.key, sentence.span, 0.55)


def _about_own(sentence: Sentence, roles: Roles) -> Iterator[Relation]:
    """Yield what a sentence about the paper's own work says of its system, or of the paper where it has none."""
    main = roles.main
    subject = main.key if main else PAPER
    if not sentence.own:
        return
    named = {entity.key for _, entity in sentence.mentions}
    confidence = 0.65 if main and main.key in named or not main else 0.5
    introduced = {entity.key for entity in roles.introduced}
    for span, entity in sentence.mentions:
        if entity is main:
            continue
        before = sentence.text[: span.start - sentence.span.start]
        clause = before[max(before.rfind(";"), before.rfind(" while ")) + 1 :]
        match entity.type:
            case EntityType.TASK:
                if main and main.type is EntityType.DATASET:
                    yield Relation(subject, RelationType.BENCHMARK_FOR, entity.key, sentence.span, confidence)
                else:
                    yield Relation(subject, RelationType.APPLIED_TO, entity.key, sentence.span, confidence)
            case EntityType.DATASET:
                trained = _TRAINED.search(clause[-80:]) and not sentence.is_title
                kind = RelationType.TRAINED_ON if trained else RelationType.EVALUATED_ON
                yield Relation(subject if main and main.type is not EntityType.DATASET else PAPER, kind, entity.key, sentence.span, confidence)
            case EntityType.METRIC:
                head = subject if main and main.type is not EntityType.DATASET else PAPER
                yield Relation(head, RelationType.MEASURED_BY, entity.key, sentence.span, confidence)
            case EntityType.MODEL | EntityType.METHOD:
                if main and main.type is EntityType.DATASET:
                    yield Relation(entity.key, RelationType.EVALUATED_ON, subject, sentence.span, confidence - 0.1)
                elif _BETTER.search(clause[-70:]):
                    yield Relation(subject, RelationType.OUTPERFORMS, entity.key, sentence.span, confidence)
                elif _COMPARED.search(clause[-60:]):
                    yield Relation(subject, RelationType.COMPARED_WITH, entity.key, sentence.span, confidence - 0.1)
                elif _EXTENDS.search(clause[-40:]):
                    yield Relation(subject, RelationType.EXTENDS, entity.key, sentence.span, confidence)
                elif entity.key in introduced and not main:
                    continue
                elif _USES.search(clause) or sentence.is_title:
                    yield Relation(subject, RelationType.USES, entity.key, sentence.span, confidence)
