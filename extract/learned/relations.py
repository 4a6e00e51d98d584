"""Statements to relations: likely, allowed by the schema, consistent, and asserted by a sentence of the text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from paperatlas.extract.assertion import is_denied, is_supposed
from paperatlas.extract.facts import Entity, Span
from paperatlas.extract.learned.model import Settings
from paperatlas.extract.learned.nodes import RELATIONS
from paperatlas.extract.learned.scores import Statement, key_of, mutual
from paperatlas.schema import PAPER, SIGNATURES, RelationType

#: Relations of which at most one holds in each direction, and those that must not run in a circle.
_ONE_WAY = frozenset((RelationType.USES, RelationType.EXTENDS, RelationType.IS_A, RelationType.OUTPERFORMS))
_ACYCLIC = frozenset((RelationType.EXTENDS, RelationType.IS_A))
#: Relations that a denial in front of the tail takes back ("without attention"); a measurement may well have none.
_DENIABLE = frozenset(
    (RelationType.USES, RelationType.EXTENDS, RelationType.IS_A, RelationType.TRAINED_ON, RelationType.OUTPERFORMS)
)
#: Relations that are annotated too seldom for the pair head to be sure of; with a turn of phrase that says the same, it
#: need only have thought of them.
_SELDOM = frozenset(
    (
        RelationType.EXTENDS,
        RelationType.OUTPERFORMS,
        RelationType.TRAINED_ON,
        RelationType.IS_A,
        RelationType.COMPARED_WITH,
    )
)
_THOUGHT_OF, _AGREED = 0.1, 0.75


def choose(statements: Iterable[Statement], entities: Mapping[int, Entity], settings: Settings) -> list[Statement]:
    """Choose the statements that are likely, allowed and consistent: for each pair the likeliest, in each direction."""
    types = {0: PAPER} | {n: entity.type.value for n, entity in entities.items()}
    allowed = (
        s
        for s in _symmetrised(statements)
        if s.label < len(RELATIONS)
        and s.head in types
        and s.tail in types
        and s.probability >= settings.relation
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


def backed(
    statement: Statement, entities: Mapping[int, Entity], patterned: Set[tuple[str, RelationType, str]]
) -> Statement:
    """Return ``statement`` surer if a turn of phrase says the same, and the pair head has thought of it at all."""
    if statement.label >= len(RELATIONS) or not _THOUGHT_OF <= statement.probability < _AGREED:
        return statement
    kind = RELATIONS[statement.label]
    known = all(node == 0 or node in entities for node in (statement.head, statement.tail))
    if kind not in _SELDOM or not known:
        return statement
    said = key_of(entities, statement.head), kind, key_of(entities, statement.tail)
    return replace(statement, probability=_AGREED) if said in patterned else statement


def asserted(
    statement: Statement, entities: Mapping[int, Entity], sentences: Sequence[Span], text: str
) -> Statement | None:
    """Return ``statement`` with a sentence that asserts it.

    ``None`` if every sentence that names both its ends, and the one that it was read from, only supposes or denies it.
    """
    kind = RELATIONS[statement.label]
    if not statement.tail or kind is RelationType.INTRODUCES:
        return statement
    begins = [sentence.start for sentence in sentences]

    def sentence_of(span: Span) -> int:
        return bisect_right(begins, span.start) - 1

    heads = {sentence_of(span) for span in entities[statement.head].mentions} if statement.head else set()
    named = [(sentence_of(span), span) for span in entities[statement.tail].mentions]
    fitting = [(n, span) for n, span in named if n in heads or n == statement.sentence]
    for n, span in sorted(fitting, key=lambda found: found[0] != statement.sentence):
        before = text[sentences[n].start : span.start]
        if not is_supposed(before) and not (kind in _DENIABLE and is_denied(before)):
            return replace(statement, sentence=n)
    return None if fitting else statement


def _symmetrised(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Make one of the two directions of every symmetric relation."""
    symmetric = []
    for statement in statements:
        if statement.label < len(RELATIONS) and SIGNATURES[RELATIONS[statement.label]].symmetric:
            symmetric.append(statement)
        else:
            yield statement
    yield from mutual(symmetric)


def _leads(chosen: Mapping[tuple[int, int], Statement], new: Statement) -> bool:
    """Tell whether statements of the same label already lead from the tail of ``new`` back to its head."""
    reached, frontier = {new.tail}, [new.tail]
    while frontier:
        node = frontier.pop()
        onward = {s.tail for s in chosen.values() if s.head == node and s.label == new.label} - reached
        reached |= onward
        frontier += onward
    return new.head in reached
