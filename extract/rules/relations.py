"""The rules for relations: what the paper's own system uses, addresses, is evaluated on, measured by, better than.

The document is the unit. Once it is known what the paper introduces (:mod:`~paperatlas.extract.rules.roles`), "we"
stands for that system: the tasks, datasets and metrics of the sentences about the paper's own work attach to it.
Patterns between two mentions in one sentence come first, the attachment by role fills in what they leave. The schema's
signatures are hard constraints.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence

from paperatlas.extract.facts import Entity, Relation, Span
from paperatlas.extract.lexicon import cue
from paperatlas.extract.rules.roles import Roles, Sentence
from paperatlas.schema import PAPER, SIGNATURES, EntityType, RelationType

#: "X, a Y", "X (Z) is a Y": with words between the article and Y that may describe it, but begin no clause.
_IS_A = re.compile(
    r"(?:\s*\([^()]*\))?\s*"
    r"(?:(?:,|—|–|:)\s*(?:which is\s+)?(?:an?|the first|one)|\b(?:is|are)(?: an?| the first)?|\bas an?)\s+"
    r"(?:(?!\b(?:that|which|for|with|of|to|and|using|based|by|on|in|is|are)\b)[\w\-’' ]){0,60}"
)
#: "models such as A, B and X".
_SUCH_AS = re.compile(
    r"[\w\s-]{0,30}?,?\s*(?:such as|like|including|e\.g\.,?|namely)\s++(?:[\w\-+ ]+,\s*+|and\s++|or\s++){0,6}"
)
#: "the X corpus for Y", "Y on the large X".
_DATA_FOR = re.compile(r"\s*(?:\w+\s+){0,4}?(?:for|of)\s+(?:\w+\s+){0,3}")
_TASK_ON = re.compile(r"\s*(?:\w+\s+){0,3}?on\s+(?:[\w-]+[\s,]+){0,6}")

#: What is said of another system by the words before it: the relation, its cue, how far back that may stand.
_RIVALRIES = (
    (RelationType.OUTPERFORMS, "better", 70),
    (RelationType.COMPARED_WITH, "compared", 60),
    (RelationType.EXTENDS, "extends", 40),
)
#: A stronger statement of the same two makes "uses" superfluous.
_STRONGER = (RelationType.EXTENDS, RelationType.IS_A, RelationType.OUTPERFORMS, RelationType.COMPARED_WITH)

# Confidence of what a pattern states, and of what a sentence says that names the system, or that does not.
_STATED, _NAMED, _IMPLIED = 0.6, 0.65, 0.5
#: What a reading that is often wrong loses.
_DOUBT = 0.1
#: How many mentions ahead a pattern reaches.
_REACH = 5


def relate(
    roles: Roles, entities: Sequence[Entity], among: Container[frozenset[str]] | None = None
) -> tuple[Relation, ...]:
    """Return the relations among the entities of a document and the paper, by the roles that these play in it.

    Of several statements of one fact the most confident is kept; of contradicting ones (A outperforms B and B
    outperforms A) likewise. What stands between two mentions is only read if their keys are ``among`` those asked for.
    """
    types = {PAPER: PAPER} | {entity.key: entity.type.value for entity in entities}
    found: dict[tuple[str, RelationType, str], Relation] = {}
    for relation in _statements(roles, among):
        head, kind, tail = key = relation.head, relation.type, relation.tail
        if head == tail or not SIGNATURES[kind].allows(types[head], types[tail]):
            continue
        if key not in found or found[key].confidence < relation.confidence:
            found[key] = relation
    return tuple(_consistent(found))


def _consistent(found: dict[tuple[str, RelationType, str], Relation]) -> Iterator[Relation]:
    """Drop the weaker of two statements that cannot both hold, and what a stronger one implies."""
    for (head, kind, tail), relation in found.items():
        back = found.get((tail, kind, head))
        if back and (back.confidence, tail) > (relation.confidence, head):
            continue
        if kind is RelationType.USES and any((head, stronger, tail) in found for stronger in _STRONGER):
            continue
        yield relation


def _statements(roles: Roles, among: Container[frozenset[str]] | None) -> Iterator[Relation]:
    for entity in roles.introduced:
        confidence = 0.8 if entity is roles.main else 0.6
        yield Relation(PAPER, RelationType.INTRODUCES, entity.key, _introduction(roles, entity), confidence)
    for sentence in roles.sentences:
        yield from _between(sentence, among)
        if sentence.own:
            yield from _of_own(sentence, roles)


def _introduction(roles: Roles, entity: Entity) -> Span:
    """Return the sentence that introduces ``entity``: the first of the paper's own that names it."""
    naming = [s for s in roles.sentences if any(e is entity for _, e in s.mentions)]
    return min(naming, key=lambda s: (s.is_title, not s.own, s.span.start)).span


def _between(sentence: Sentence, among: Container[frozenset[str]] | None) -> Iterator[Relation]:
    """Yield what the words between two mentions say of them."""
    for i, (left, a) in enumerate(sentence.mentions):
        for right, b in sentence.mentions[i + 1 : i + 1 + _REACH]:
            if a is b or right.start < left.end:
                continue
            if among is not None and frozenset((a.key, b.key)) not in among:
                continue
            words = sentence.text[left.end - sentence.span.start : right.start - sentence.span.start]
            adjacent = not any(left.end <= m.start and m.end <= right.start for m, _ in sentence.mentions)
            for kind, backwards in _read_between(words, adjacent=adjacent):
                head, tail = (b, a) if backwards else (a, b)
                doubt = _DOUBT if kind in (RelationType.COMPARED_WITH, RelationType.BENCHMARK_FOR) else 0.0
                yield Relation(head.key, kind, tail.key, sentence.span, round(_STATED - doubt, 3))


def _read_between(words: str, *, adjacent: bool) -> Iterator[tuple[RelationType, bool]]:
    """Yield the relations that the words between two mentions state, and whether from the second to the first."""
    if adjacent and _IS_A.fullmatch(words):
        yield RelationType.IS_A, False
    if _SUCH_AS.fullmatch(words):
        yield RelationType.IS_A, True
    if _DATA_FOR.fullmatch(words):
        yield RelationType.BENCHMARK_FOR, False
    if _TASK_ON.fullmatch(words):
        yield RelationType.BENCHMARK_FOR, True
    if cue("better").search(words) and not re.search(r"[;.]", words):
        yield RelationType.OUTPERFORMS, False
    if cue("compared").search(words):
        yield RelationType.COMPARED_WITH, False
    if adjacent and cue("extends").search(words):
        yield RelationType.EXTENDS, False
    if _is_training(words):
        yield RelationType.TRAINED_ON, False


def _of_own(sentence: Sentence, roles: Roles) -> Iterator[Relation]:
    """Yield what a sentence about the paper's own work says of its system, or of the paper where it has none.

    Where what the paper introduces is a dataset, the tasks are the dataset's and the systems named are tested on it.
    """
    main = roles.main
    data = main if main and main.type is EntityType.DATASET else None
    system = main.key if main and not data else PAPER
    names_it = main is None or any(entity is main for _, entity in sentence.mentions)
    confidence = _NAMED if names_it else _IMPLIED

    def state(head: str, kind: RelationType, tail: str, doubt: float = 0.0) -> Relation:
        return Relation(head, kind, tail, sentence.span, round(confidence - doubt, 3))

    for span, entity in sentence.mentions:
        if entity is main:
            continue
        before = sentence.text[: span.start - sentence.span.start]
        clause = before[max(before.rfind(";"), before.rfind(" while ")) + 1 :]
        match entity.type:
            case EntityType.TASK if data:
                yield state(data.key, RelationType.BENCHMARK_FOR, entity.key)
            case EntityType.TASK:
                yield state(system, RelationType.APPLIED_TO, entity.key)
            case EntityType.DATASET:
                trained = _is_training(clause) and not sentence.is_title
                yield state(system, RelationType.TRAINED_ON if trained else RelationType.EVALUATED_ON, entity.key)
            case EntityType.METRIC:
                yield state(system, RelationType.MEASURED_BY, entity.key)
            case _ if data:
                yield state(entity.key, RelationType.EVALUATED_ON, data.key, _DOUBT)
            case _:
                if rivalry := _rivalry(clause):
                    yield state(system, rivalry, entity.key, _DOUBT * (rivalry is RelationType.COMPARED_WITH))
                elif (main or entity not in roles.introduced) and (cue("uses").search(clause) or sentence.is_title):
                    yield state(system, RelationType.USES, entity.key)


def _is_training(clause: str) -> bool:
    """Tell whether the last thing said before a dataset is that it is trained on."""
    last = {
        name: max((m.start() for m in cue(name).finditer(clause[-80:])), default=-1) for name in ("trained", "tested")
    }
    return last["trained"] > last["tested"]


def _rivalry(clause: str) -> RelationType | None:
    """Return what the words before another system say of it, if they compare."""
    return next((kind for kind, name, reach in _RIVALRIES if cue(name).search(clause[-reach:])), None)
