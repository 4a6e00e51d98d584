"""What the tests of the store share: an extractor that takes no time, and files of papers that change."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import permutations
from pathlib import Path

from hypothesis import strategies as st

from paperatlas.extract.facts import Entity, Facts, Relation, Result, Span
from paperatlas.extract.paper import Paper, Source
from paperatlas.schema import PAPER, SIGNATURES, EntityType, RelationType

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


#: Names that have to do with each other in every way that resolution knows, and names that look so and have not.
NAMES = (
    *("LLM", "LLMs", "large language model", "Large Language Models (LLMs)", "language model", "latent language map"),
    *("GPT-2", "GPT 2", "the GPT-2 model", "GPT-3", "OpenAI GPT-3", "GPT-2 (1.5B)"),
    *("MAP", "map metric", "mean average precision", "maximum a posteriori", "MAP score", "Map"),
    *(
        "ImageNet",
        "ImageNet 128x128",
        "ImageNet validation set",
        "the ImageNet dataset",
        "Imagenet '12",
        "ImageNet 2012",
    ),
    *("AD", "algorithm distillation", "Alzheimer's disease", "anomaly detection", "detection of anomalies"),
    *("C++", "C#", "C", "++", "foundation", "foundation model", "foundations", "image generation", "generative image"),
    *("colour normalisation", "color normalization", "normalized colors", "VQ-VAE", "vector quantized autoencoder"),
)
#: What a person may have said of them.
OVERRIDES = (
    "",
    '[[merge]]\nnames = ["GPT-2", "C++"]',
    '[[rename]]\nname = "MAP"\nto = "Foundation"',
    '[[apart]]\nnames = ["foundation", "foundation model"]',
    '[[drop]]\nname = "AD"\n[[retype]]\nname = "LLM"\ntype = "dataset"',
)


@st.composite
def confusing(draw: st.DrawFn, key: str) -> Facts:
    """A paper that names some of the names, each thing by one to three of them, and states something of them."""
    aliases = draw(
        st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True), min_size=1, max_size=5)
    )
    kinds = [draw(st.sampled_from(EntityType)) for _ in aliases]
    # No two papers have the same words: they would be one. And the same words have the same facts.
    start = f"{key} {' '.join(kinds)}: "
    text = start + "; ".join(", ".join(names) for names in aliases)
    entities, at = [], len(start)
    for position, names in enumerate(aliases):
        spans = []
        for name in names:
            spans.append(Span(at, at + len(name)))
            at += len(name) + len("; ")
        entities.append(Entity(f"e{position}", names[0], kinds[position], tuple(names), tuple(spans), 0.5))
    whole = Span(0, len(text))
    relations = [
        Relation(head.key, kind, tail.key, whole, 0.7)
        for head, tail in permutations(entities, 2)
        for kind in (RelationType.EVALUATED_ON, RelationType.COMPARED_WITH)
        if SIGNATURES[kind].allows(head.type.value, tail.type.value)
    ]
    results = [
        Result(system.key, metric.key, "1", "%", entities[0].key, "score", whole, 0.6)
        for system, metric in permutations(entities, 2)
        if SIGNATURES[RelationType.MEASURED_BY].allows(system.type.value, metric.type.value)
    ]
    paper = Paper(text, key, date=f"20{len(text)}", sources=(Source("papers.jsonl", int(key[1:]) + 1),))
    return Facts(paper, tuple(entities), tuple(relations), tuple(results))
