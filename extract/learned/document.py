"""The document as a whole: which candidates are things of what type, how they relate, and the results they are in.

Every thing is seen twice: by its spans, one by one, and as a node beside all others. Relations are chosen from the
scores of all pairs of nodes, under the schema's signatures; of statements that contradict each other (A outperforms B
and B outperforms A; a circle of isA) the likelier stands.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from paperatlas.extract.facts import Entity, Relation, Result, Span
from paperatlas.extract.learned.model import Model, Settings, logit, sigmoid
from paperatlas.extract.learned.nodes import (
    RELATIONS,
    SAME_AS,
    TYPES,
)
from paperatlas.extract.learned.reading import CERTAIN, Reading
from paperatlas.extract.learned.results import key_of, results
from paperatlas.extract.learned.scores import Scores, Statement
from paperatlas.schema import PAPER, SIGNATURES, RelationType

if TYPE_CHECKING:
    from spacy.tokens import Doc

#: Statements of which at most one holds in each direction, and those that must not run in a circle.
_ONE_WAY = frozenset((RelationType.USES, RelationType.EXTENDS, RelationType.IS_A, RelationType.OUTPERFORMS))
_ACYCLIC = frozenset((RelationType.EXTENDS, RelationType.IS_A))


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What one document states, in offsets of ``doc.text``."""

    entities: tuple[Entity, ...]
    relations: tuple[Relation, ...]
    results: tuple[Result, ...]


def facts_of(
    doc: Doc,
    reading: Reading,
    entities: Sequence[Entity],
    model: Model,
    settings: Settings | None = None,
    *,
    judge: bool = True,
) -> DocumentFacts:
    """Return what ``doc`` states of ``entities``; with ``judge``, those that are not likely things are left out.

    ``settings`` take the place of the model's.
    """
    settings = settings or model.settings
    scores = Scores(doc, reading, entities, model)
    seen = {n: _judged(e, scores, n, settings) if judge else e for n, e in enumerate(entities, 1)}
    same = _same(scores.statements, {n: entity for n, entity in seen.items() if entity}, settings)
    kept = {n: _joined(group) for n, group in same.items()}
    statements = _joined_statements(scores.statements, same)
    sentences = [Span(sent.start_char, sent.start_char + len(sent.text.rstrip())) for sent in doc.sents]
    relations = _relations(statements, kept, settings)
    return DocumentFacts(
        tuple(kept.values()),
        tuple(
            Relation(
                key_of(kept, s.head),
                RELATIONS[s.label],
                key_of(kept, s.tail),
                sentences[s.sentence],
                settings.relation_calibration(s.probability),
            )
            for s in relations
        ),
        tuple(results(doc, scores, statements, kept, settings)),
    )


def _judged(entity: Entity, scores: Scores, node: int, settings: Settings) -> Entity | None:
    """Return ``entity`` with its type and confidence, or ``None`` if it is not likely one.

    What a person's list or another tagger is certain of stays as it is.
    """
    spans, document = scores.spans[node], scores.types.get(node)
    if not spans or document is None or entity.confidence >= CERTAIN:
        return entity
    share = settings.document
    by_spans = np.sum(spans, axis=0)
    votes = (1 - share) * by_spans / by_spans.sum() + share * document[1:] / document[1:].sum()
    kind = TYPES[int(votes.argmax())]
    evidence = (1 - share) * logit(max(float(s.sum()) for s in spans)) + share * logit(1 - float(document[0]))
    probability = float(sigmoid(np.asarray(evidence)))
    if probability < settings.entity[kind.value]:
        return None
    return replace(entity, type=kind, confidence=settings.entity_calibration(probability))


def _same(
    statements: Iterable[Statement], entities: Mapping[int, Entity], settings: Settings
) -> dict[int, dict[int, Entity]]:
    """Return the entities by the first of those that are one thing under several names.

    Names with other numbers in them are never one thing's: GPT-2 and GPT-3.
    """
    first = {node: node for node in entities}
    pairs = [s for s in statements if s.label == SAME_AS and s.head in first and s.tail in first]
    for pair in sorted(_mutual(pairs), key=lambda s: -s.probability):
        if pair.probability >= settings.same and _numbers(entities[pair.head]) == _numbers(entities[pair.tail]):
            one, other = sorted((first[pair.head], first[pair.tail]))
            first = {node: one if root == other else root for node, root in first.items()}
    groups: dict[int, dict[int, Entity]] = defaultdict(dict)
    for node, root in first.items():
        groups[root][node] = entities[node]
    return groups


def _numbers(entity: Entity) -> list[str]:
    return re.findall(r"\d+", entity.name)


def _joined(group: Mapping[int, Entity]) -> Entity:
    """Make one entity of several, named as it is most often, of the type that is surest."""
    named = max(group.values(), key=lambda entity: (len(entity.mentions), entity.confidence))
    surest = max(group.values(), key=lambda entity: entity.confidence)
    mentions = tuple(sorted({span for entity in group.values() for span in entity.mentions}))
    aliases = tuple(dict.fromkeys(alias for entity in group.values() for alias in entity.aliases))
    return replace(named, type=surest.type, confidence=surest.confidence, mentions=mentions, aliases=aliases)


def _joined_statements(statements: Iterable[Statement], groups: Mapping[int, Mapping[int, Entity]]) -> list[Statement]:
    """Return the statements with each node as the first of its group; of equal ones the likeliest."""
    first = {node: root for root, group in groups.items() for node in group}
    best: dict[tuple[int, int, int], Statement] = {}
    for statement in statements:
        head, tail = first.get(statement.head, statement.head), first.get(statement.tail, statement.tail)
        key = (head, statement.label, tail)
        if head != tail and (key not in best or best[key].probability < statement.probability):
            best[key] = replace(statement, head=head, tail=tail)
    return [*best.values()]


def _relations(statements: Iterable[Statement], entities: Mapping[int, Entity], settings: Settings) -> list[Statement]:
    """Choose the statements that are likely, allowed and consistent: for each pair the likeliest, in each direction."""
    types = {0: PAPER} | {n: entity.type.value for n, entity in entities.items()}
    allowed = (
        s
        for s in _symmetrised(statements)
        if s.label < len(RELATIONS)
        and s.head in types
        and s.tail in types
        and s.probability >= settings.relation[RELATIONS[s.label].value]
        and SIGNATURES[RELATIONS[s.label]].allows(types[s.head], types[s.tail])
    )
    chosen: dict[tuple[int, int], Statement] = {}
    for statement in sorted(allowed, key=lambda s: (-s.probability, s.head, s.tail, s.label)):
        pair, kind = (statement.head, statement.tail), RELATIONS[statement.label]
        back = chosen.get(pair[::-1])
        contradicted = back and back.label == statement.label and kind in _ONE_WAY
        if pair in chosen or contradicted or (kind in _ACYCLIC and _leads(chosen, statement)):
            continue
        chosen[pair] = statement
    return sorted(chosen.values(), key=lambda s: (s.head, s.tail))


def _symmetrised(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Make one of the two directions of every symmetric relation."""
    symmetric = []
    for statement in statements:
        if statement.label < len(RELATIONS) and SIGNATURES[RELATIONS[statement.label]].symmetric:
            symmetric.append(statement)
        else:
            yield statement
    yield from _mutual(symmetric)


def _mutual(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Make one statement of two directions, from the earlier thing to the later, with their mean probability."""
    both: dict[tuple[int, int, int], list[Statement]] = defaultdict(list)
    for statement in statements:
        low, high = sorted((statement.head, statement.tail))
        both[low, high, statement.label].append(statement)
    for (head, tail, _), found in both.items():
        yield replace(found[0], head=head, tail=tail, probability=sum(s.probability for s in found) / 2)


def _leads(chosen: Mapping[tuple[int, int], Statement], new: Statement) -> bool:
    """Tell whether statements of the same label already lead from the tail of ``new`` back to its head."""
    reached, frontier = {new.tail}, [new.tail]
    while frontier:
        node = frontier.pop()
        onward = {s.tail for s in chosen.values() if s.head == node and s.label == new.label} - reached
        reached |= onward
        frontier += onward
    return new.head in reached
