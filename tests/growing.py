"""What the tests of the store share: an extractor that takes no time, and files of papers that change."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from paperatlas.extract.facts import Entity, Facts, Relation, Result, Span
from paperatlas.extract.paper import Paper
from paperatlas.schema import PAPER, EntityType, RelationType

FILES = ("atlas.db", "atlas.ttl", "atlas.html")
_KINDS = {"Net": EntityType.MODEL, "Way": EntityType.METHOD, "Set": EntityType.DATASET, "Rate": EntityType.METRIC}


def extract(papers: Iterable[Paper]) -> Iterator[Facts]:
    """Find names that end in Net, Way, Set or Rate, and relate them as they follow each other."""
    for paper in papers:
        found: dict[str, list[Span]] = {}
        for match in re.finditer(r"\w+?(?:Net|Way|Set|Rate)\b", paper.text):
            found.setdefault(match[0].lower(), []).append(Span(*match.span()))
        entities = []
        for key, spans in found.items():
            name = spans[0].of(paper.text)
            kind = next(kind for end, kind in _KINDS.items() if name.endswith(end))
            entities.append(Entity(key, name, kind, (name,), tuple(spans), 0.5))
        whole = Span(0, len(paper.text))
        models = [e.key for e in entities if e.type is EntityType.MODEL]
        relations = [Relation(PAPER, RelationType.INTRODUCES, key, whole, 0.9) for key in models]
        for entity in entities:
            if entity.type is EntityType.DATASET:
                relations += [Relation(m, RelationType.EVALUATED_ON, entity.key, whole, 0.7) for m in models]
        results = [
            Result(models[0], e.key, "1", "%", "", "score", whole, 0.6)
            for e in entities
            if e.type is EntityType.METRIC and models and "1" in paper.text
        ]
        yield Facts(paper, tuple(entities), tuple(relations), tuple(results))


def write_papers(path: Path, *records: dict[str, str]) -> str:
    """Write a file of papers; return its name."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return str(path)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of an atlas' files; there is nothing else in its folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
