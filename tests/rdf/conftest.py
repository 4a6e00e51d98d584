"""A small atlas made by hand, of which every answer can be checked by reading it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from paperatlas.export import write
from paperatlas.extract.facts import Entity, Facts, Relation, Result, Span
from paperatlas.extract.paper import Paper
from paperatlas.graph.atlas import Atlas
from paperatlas.graph.runs import Run
from paperatlas.schema import PAPER, EntityType, RelationType

TYPES = {
    "Alpha": "Model", "Beta": "Model", "Gamma": "Model", "attention": "Method", "dropout": "Method",
    "ImageNet": "Dataset", "COCO": "Dataset", "image classification": "Task", "detection": "Task", "accuracy": "Metric",
}  # fmt: skip


def paper_facts(
    paper: Paper,
    stated: Sequence[tuple[str, str, str]] = (),
    scores: Sequence[tuple[str, str, str, str]] = (),
    types: Mapping[str, str] = TYPES,
) -> Facts:
    """Make the facts of a paper whose text names things as ``types`` lists them: head, relation, tail; and scores.

    A score is a subject, a value, a dataset and a kind; all are of accuracy, in percent. Evidence is the sentence that
    holds both ends, or the whole text.
    """
    text = paper.text
    found = [name for name in types if name in text]
    entities = tuple(
        Entity(n, n, EntityType(types[n]), (n,), (Span(text.index(n), text.index(n) + len(n)),), 0.9) for n in found
    )

    def place(*names: str) -> Span:
        start = 0
        for sentence in text.split(". "):
            if all(name in sentence for name in names if name != PAPER):
                return Span(start, start + len(sentence))
            start += len(sentence) + 2
        return Span(0, len(text))

    relations = tuple(Relation(h, RelationType(r), t, place(h, t), 0.8) for h, r, t in stated)
    results = tuple(Result(s, "accuracy", v, "%", d, kind, place(s, v), 0.7) for s, v, d, kind in scores)
    return Facts(paper, entities, relations, results)


def small_atlas() -> Atlas:
    """Five papers: three systems that extend one another, two datasets, a contradiction in claims and one in scores."""
    facts = (
        paper_facts(
            Paper(
                "Alpha uses attention and dropout. Alpha reaches an accuracy of 70.1% on ImageNet for image classification.",
                id="1701.00001", arxiv="1701.00001", title="We introduce Alpha", date="2017-01-05", authors=("Ada", "Bo"),
            ),
            [
                (PAPER, "introduces", "Alpha"),
                ("Alpha", "uses", "attention"),
                ("Alpha", "uses", "dropout"),
                ("Alpha", "evaluatedOn", "ImageNet"),
                ("Alpha", "appliedTo", "image classification"),
            ],
            [("Alpha", "70.1", "ImageNet", "score")],
        ),
        paper_facts(
            Paper(
                "Beta extends Alpha, uses attention and dropout. It is trained on COCO. Beta outperforms Alpha on ImageNet "
                "by 5.4%, with an accuracy of 75.5%.",
                id="1801.00002", arxiv="1801.00002", title="Beta", date="2018-02",
            ),
            [
                (PAPER, "introduces", "Beta"),
                ("Beta", "extends", "Alpha"),
                ("Beta", "uses", "attention"),
                ("Beta", "uses", "dropout"),
                ("Beta", "outperforms", "Alpha"),
                ("Beta", "evaluatedOn", "ImageNet"),
                ("Beta", "trainedOn", "COCO"),
            ],
            [("Beta", "75.5", "ImageNet", "score"), ("Beta", "5.4", "ImageNet", "gain")],
        ),
        paper_facts(
            Paper(
                "Gamma extends Beta and is compared with Alpha. Alpha outperforms Beta: it has an accuracy of 71.0% on "
                "ImageNet.",
                id="gamma", title="A second look", date="2019",
            ),
            [
                (PAPER, "introduces", "Gamma"),
                ("Gamma", "extends", "Beta"),
                ("Gamma", "comparedWith", "Alpha"),
                ("Alpha", "outperforms", "Beta"),
                ("Alpha", "evaluatedOn", "ImageNet"),
            ],
            [("Alpha", "71.0", "ImageNet", "score")],
        ),
        paper_facts(
            Paper(
                "ImageNet is a benchmark for image classification, COCO one for detection.",
                id="survey", title="Benchmarks", date="2020-05-01", url="https://example.org/survey",
            ),
            [("ImageNet", "benchmarkFor", "image classification"), ("COCO", "benchmarkFor", "detection")],
        ),
        paper_facts(
            Paper("Alpha does image classification.", id="later", date="2021"),
            [("Alpha", "appliedTo", "image classification")],
        ),
    )  # fmt: skip
    run = Run("paperatlas", "1.2.3", "learned", "f1ng3r", "default", "c0ffee", (("min_confidence", "0.5"),))
    return Atlas(facts, (run,), {each.paper.key: run.id for each in facts})


@pytest.fixture(scope="session")
def small() -> Atlas:
    """The small atlas."""
    return small_atlas()


@pytest.fixture(scope="session")
def small_folder(small: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small atlas' Turtle. Not to be written to."""
    folder = tmp_path_factory.mktemp("small")
    write(small, "turtle", folder / "atlas.ttl")
    return folder
