"""Thresholds and calibration, chosen on held-out documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from paperatlas.extract.facts import Entity, as_json
from paperatlas.extract.learned.document import facts_of
from paperatlas.extract.learned.model import Calibration, Model, Settings, logit, sigmoid
from paperatlas.extract.learned.reading import Reading
from paperatlas.extract.paper import Paper
from paperatlas.extract.pipeline import facts_from, load
from paperatlas.extract.scoring import Document, Score, outcomes, score_document, total

if TYPE_CHECKING:
    from spacy.tokens import Doc

_GRID = [n / 20 for n in range(3, 15)]


@dataclass(frozen=True, slots=True)
class _Read:
    """A held-out document as the model has read it, and what is annotated in it."""

    gold: Document
    doc: Doc
    reading: Reading
    entities: Sequence[Entity]


def tune(folder: Path, records: Iterable[Document], report: Callable[[str], None]) -> Settings:
    """Return the settings with which the model in ``folder`` does best on ``records``."""
    model = Model(folder)
    nlp = load("learned", model=str(folder), exclude=("document",))
    read = []
    for record in records:
        doc = nlp(record["text"])
        read.append(_Read(record, doc, doc._.reading, doc._.entities))
    found = partial(_found, model, read)

    def figure(name: str, settings: Settings) -> float:
        return total(map(score_document, [r.gold for r in read], found(settings))).tallies[name].f1

    settings = model.settings
    settings = _best(
        [
            replace(settings, document=share, entity=dict.fromkeys(settings.entity, threshold))
            for share in (0.5, 0.7, 0.9)
            for threshold in _GRID
        ],
        partial(figure, "entities+type"),
    )
    settings = _best(
        [replace(settings, same=threshold) for threshold in (0.5, 0.3, 0.4, 0.6, 0.7, 0.8)],
        partial(figure, "entities+type"),
    )
    settings = _best(
        [replace(settings, relation=dict.fromkeys(settings.relation, threshold)) for threshold in _GRID],
        partial(figure, "relations"),
    )
    for kind in settings.relation:
        near = (settings.relation[kind] + step for step in (0.0, -0.1, -0.05, 0.05, 0.1))
        tried = [replace(settings, relation={**settings.relation, kind: round(value, 3)}) for value in near]
        settings = _best(tried, partial(figure, "relations"))
    settings = _best([replace(settings, result=t, dataset=d) for t in _GRID for d in (0.2, 0.35, 0.5)],
                     partial(figure, "results"))  # fmt: skip
    things, relations = zip(*map(outcomes, [r.gold for r in read], found(settings)), strict=True)
    settings = replace(
        settings,
        entity_calibration=_calibration([pair for pairs in things for pair in pairs]),
        relation_calibration=_calibration([pair for pairs in relations for pair in pairs]),
    )
    report(_line(total(map(score_document, [r.gold for r in read], found(settings)))))
    return settings


def _found(model: Model, read: Sequence[_Read], settings: Settings) -> list[dict[str, Any]]:
    documents = []
    for r in read:
        facts = facts_of(r.doc, r.reading, r.entities, model, settings)
        paper = Paper(str(r.gold["text"]), id=str(r.gold["id"]))
        documents.append(as_json(facts_from(r.doc, paper, facts.entities, facts.relations, facts.results)))
    return documents


def _best(tried: Sequence[Settings], figure: Callable[[Settings], float]) -> Settings:
    """Return the settings with the highest figure, the first of equals."""
    return max(tried, key=figure)


def _calibration(outcomes: Sequence[tuple[float, bool]]) -> Calibration:
    """Fit Platt's sigmoid by Newton's method, with his correction of the targets for small samples."""
    if len({hit for _, hit in outcomes}) < 2:
        return Calibration()
    x = np.array([[logit(confidence), 1.0] for confidence, _ in outcomes])
    right = np.array([float(hit) for _, hit in outcomes])
    hits, misses = right.sum(), len(right) - right.sum()
    target = np.where(right > 0, (hits + 1) / (hits + 2), 1 / (misses + 2))

    def loss(weights: npt.NDArray[np.float64]) -> float:
        z = x @ weights
        return float((np.logaddexp(0, z) - target * z).sum())

    weights = np.array([1.0, 0.0])
    for _ in range(50):
        p = sigmoid(x @ weights).astype(float)
        hessian = (x * (p * (1 - p))[:, None]).T @ x + 1e-6 * np.eye(2)
        step = np.linalg.solve(hessian, x.T @ (p - target))
        while loss(weights - step) > loss(weights) and np.abs(step).max() > 1e-9:
            step /= 2
        weights = weights - step
    return Calibration(round(float(weights[0]), 4), round(float(weights[1]), 4))


def _line(score: Score) -> str:
    names = ("entities+type", "relations", "pairs", "results")
    return "F1 on held-out documents: " + ", ".join(f"{name} {100 * score.tallies[name].f1:.1f}" for name in names)
