"""The document as a whole: which candidates are things of what type, how they relate, and the results they are in.

Every thing is seen twice: by its spans, one by one, and as a node beside all others. Relations are chosen from the
scores of all pairs of nodes, under the schema's signatures; of statements that contradict each other (A outperforms B
and B outperforms A; a circle of isA) the likelier stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperatlas.extract.assertion import asserted
from paperatlas.extract.facts import Entity, Relation, Result
from paperatlas.extract.learned.model import Settings
from paperatlas.extract.learned.nodes import RELATIONS
from paperatlas.extract.learned.relations import backed, both_ways, choose, may_be_backed
from paperatlas.extract.learned.results import named_metrics, results, together
from paperatlas.extract.learned.scores import Scores, Statement, key_of
from paperatlas.extract.learned.things import joined, judged, same_things
from paperatlas.extract.rules.relations import relate
from paperatlas.extract.rules.results import report
from paperatlas.extract.rules.roles import NO_ROLES, roles_of
from paperatlas.extract.sentences import sentences_of
from paperatlas.extract.words import words_in
from paperatlas.schema import EntityType

if TYPE_CHECKING:
    from spacy.tokens import Doc


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What one document states, in offsets of ``doc.text``."""

    entities: tuple[Entity, ...]
    relations: tuple[Relation, ...]
    results: tuple[Result, ...]


def facts_of(
    doc: Doc, entities: Sequence[Entity], scores: Scores, settings: Settings, *, judge: bool = True
) -> DocumentFacts:
    """Return what ``doc`` states of ``entities``; with ``judge``, those that are not likely things are left out."""
    seen = {n: judged(e, scores, n, settings) if judge else e for n, e in enumerate(entities, 1)}
    same = same_things(scores.statements, {n: entity for n, entity in seen.items() if entity}, settings)
    kept = {n: joined(group) for n, group in same.items()}
    if judge:
        kept |= named_metrics(words_in(doc).text, scores, kept, scores.first_number + len(scores.numbers))
    statements = _joined_statements(scores.statements, same)
    sentences, text = [sentence.span for sentence in sentences_of(doc)], words_in(doc).text
    found = tuple(kept.values())
    # The parts that things play are only asked for by turns of phrase and by numbers.
    thought_of = [s for s in statements if may_be_backed(s, kept)]
    measured = bool(scores.numbers) and any(entity.type is EntityType.METRIC for entity in found)
    roles = roles_of(doc, found) if thought_of or measured else NO_ROLES
    if thought_of:
        among = {frozenset((key_of(kept, s.head), key_of(kept, s.tail))) for s in thought_of}
        patterned = both_ways((r.head, r.type, r.tail) for r in relate(roles, found, among))
        statements = [backed(s, kept, patterned) for s in statements]
    relations = [
        Relation(
            key_of(kept, s.head),
            RELATIONS[s.label],
            key_of(kept, s.tail),
            sentences[s.sentence],
            settings.relation_calibration(s.probability),
        )
        for s in choose(statements, kept, settings)
    ]
    return DocumentFacts(
        found,
        tuple(asserted(relations, found, sentences, text)),
        together(report(roles, found), results(text, sentences, scores, statements, kept, settings)),
    )


def _joined_statements(statements: Iterable[Statement], groups: Mapping[int, Mapping[int, Entity]]) -> list[Statement]:
    """Return the statements with each node as the first of its group; of equal ones the likeliest."""
    first = {node: root for root, group in groups.items() for node in group}
    best: dict[tuple[int, int, int], Statement] = {}
    for statement in statements:
        head, tail = first.get(statement.head, statement.head), first.get(statement.tail, statement.tail)
        key = (head, statement.label, tail)
        if head != tail and (key not in best or best[key].probability < statement.probability):
            moved = (head, tail) != (statement.head, statement.tail)
            best[key] = statement._replace(head=head, tail=tail) if moved else statement
    return [*best.values()]
