"""What extraction finds in a paper, in offsets of the paper's own text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from paperatlas.extract.paper import Paper
from paperatlas.schema import EntityType, RelationType


class Span(NamedTuple):
    """A piece of a paper's text: characters from ``start`` up to, not including, ``end``."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the piece itself."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing that the paper names. ``key`` names it within the paper; every alias is the text of a mention."""

    key: str
    name: str
    type: EntityType
    aliases: tuple[str, ...]
    mentions: tuple[Span, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Relation:
    """A statement of the paper. ``head`` and ``tail`` are keys of its entities, or ``PAPER``."""

    head: str
    type: RelationType
    tail: str
    evidence: Span
    confidence: float


@dataclass(frozen=True, slots=True)
class Result:
    """A number that the paper reports.

    ``subject`` is a key or ``PAPER``; ``metric`` a key, or the words of the text where they name no entity;
    ``dataset`` a key or empty. ``kind`` is "score", or "gain" for a difference ("outperforms X by 10%").
    """

    subject: str
    metric: str
    value: str
    unit: str
    dataset: str
    kind: str
    evidence: Span
    confidence: float


@dataclass(frozen=True, slots=True)
class Facts:
    """All that was found in one paper."""

    paper: Paper
    entities: tuple[Entity, ...] = ()
    relations: tuple[Relation, ...] = ()
    results: tuple[Result, ...] = ()


def as_json(facts: Facts) -> dict[str, Any]:
    """Return ``facts`` as the JSON object that ``paperatlas extract`` writes, one a paper."""
    paper = facts.paper
    return {
        "id": paper.id,
        "title": paper.title or None,
        "text": paper.text,
        "source": [str(source) for source in paper.sources],
        "date": paper.date or None,
        "entities": [
            {
                "key": e.key,
                "name": e.name,
                "type": e.type.value,
                "aliases": [*e.aliases],
                "mentions": [[*span] for span in e.mentions],
                "confidence": e.confidence,
            }
            for e in facts.entities
        ],
        "relations": [
            {
                "head": r.head,
                "type": r.type.value,
                "tail": r.tail,
                "evidence": [*r.evidence],
                "confidence": r.confidence,
            }
            for r in facts.relations
        ],
        "results": [
            {
                "subject": r.subject,
                "metric": r.metric,
                "value": r.value,
                "unit": r.unit or None,
                "dataset": r.dataset or None,
                "kind": r.kind,
                "evidence": [*r.evidence],
                "confidence": r.confidence,
            }
            for r in facts.results
        ],
    }


def facts_from_json(paper: Paper, data: Mapping[str, Any]) -> Facts:
    """Return the facts of ``paper`` that :func:`as_json` wrote."""
    return Facts(
        paper,
        tuple(
            Entity(
                e["key"],
                e["name"],
                EntityType(e["type"]),
                tuple(e["aliases"]),
                tuple(Span(*span) for span in e["mentions"]),
                e["confidence"],
            )
            for e in data["entities"]
        ),
        tuple(
            Relation(r["head"], RelationType(r["type"]), r["tail"], Span(*r["evidence"]), r["confidence"])
            for r in data["relations"]
        ),
        tuple(
            Result(
                r["subject"],
                r["metric"],
                r["value"],
                r["unit"] or "",
                r["dataset"] or "",
                r["kind"],
                Span(*r["evidence"]),
                r["confidence"],
            )
            for r in data["results"]
        ),
    )
