"""Statements to relations: likely, allowed by the schema, and consistent."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Set
from math import prod

from paperatlas.extract.facts import Entity
from paperatlas.extract.learned.model import Settings
from paperatlas.extract.learned.nodes import RELATIONS
from paperatlas.extract.learned.scores import Statement, key_of, mutual
from paperatlas.schema import PAPER, SIGNATURES, RelationType

#: Relations of which at most one holds in each direction, and those that must not run in a circle.
_ONE_WAY = frozenset((RelationType.USES, RelationType.EXTENDS, RelationType.IS_A, RelationType.OUTPERFORMS))
_ACYCLIC = frozenset((RelationType.EXTENDS, RelationType.IS_A))
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
    """Choose the statements that are likely, allowed and consistent: for each pair the likeliest, in each direction.

    They come back with the probability that they hold, which is that of the statement, if its ends are things, times
    that of each end.
    """
    types = {0: PAPER} | {n: entity.type.value for n, entity in entities.items()}
    allowed = (
        held
        for s in _symmetrised(_of_things(statements, types))
        if s.probability >= settings.relation
        and SIGNATURES[RELATIONS[s.label]].allows(types[s.head], types[s.tail])
        and (held := _with_ends(s, entities)).probability >= settings.relation
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


def _of_things(statements: Iterable[Statement], nodes: Container[int]) -> Iterator[Statement]:
    return (s for s in statements if s.label < len(RELATIONS) and s.head in nodes and s.tail in nodes)


def _with_ends(statement: Statement, entities: Mapping[int, Entity]) -> Statement:
    """Return ``statement`` with the probability that it holds and its ends are things; the paper is one."""
    ends = prod(entities[node].confidence for node in (statement.head, statement.tail) if node)
    return statement._replace(probability=ends * statement.probability)


def may_be_backed(statement: Statement, entities: Mapping[int, Entity]) -> bool:
    """Tell whether the pair head has thought of ``statement``, is not sure of it, and seldom is of its kind."""
    return (
        statement.label < len(RELATIONS)
        and _THOUGHT_OF <= statement.probability < _AGREED
        and RELATIONS[statement.label] in _SELDOM
        and all(node == 0 or node in entities for node in (statement.head, statement.tail))
    )


def both_ways(said: Iterable[tuple[str, RelationType, str]]) -> set[tuple[str, RelationType, str]]:
    """Return what is ``said``, and what is symmetric the other way round as well."""
    found = {*said}
    return found | {(tail, kind, head) for head, kind, tail in found if SIGNATURES[kind].symmetric}


def backed(
    statement: Statement, entities: Mapping[int, Entity], patterned: Set[tuple[str, RelationType, str]]
) -> Statement:
    """Return ``statement`` surer if it may be and a turn of phrase says the same."""
    if not may_be_backed(statement, entities):
        return statement
    said = key_of(entities, statement.head), RELATIONS[statement.label], key_of(entities, statement.tail)
    return statement._replace(probability=_AGREED) if said in patterned else statement


def _symmetrised(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Make one of the two directions of every symmetric relation."""
    symmetric = []
    for statement in statements:
        if SIGNATURES[RELATIONS[statement.label]].symmetric:
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
