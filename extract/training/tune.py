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
from paperatlas.extract.learned.components import open_model
from paperatlas.extract.learned.document import facts_of
from paperatlas.extract.learned.model import Calibration, Settings, log_odds, sigmoid
from paperatlas.extract.learned.scores import Scores, score
from paperatlas.extract.paper import Paper
from paperatlas.extract.pipeline import facts_from, load
from paperatlas.extract.scoring import Document, Score, outcomes, score_document, total

if TYPE_CHECKING:
    from spacy.tokens import Doc

_GRID = [n / 20 for n in range(4, 15)]
#: Where a wrong one is worse than none: a thing that is none, a wrong join, a wrong result.
_CAREFUL = [n / 20 for n in range(6, 17)]
#: A calibration may not turn the order of scores around.
_FLATTEST = 1e-3


@dataclass(frozen=True, slots=True)
class Held:
    """A held-out document as the model has read it and scored its entities, and what is annotated in it."""

    gold: Document
    doc: Doc
    entities: Sequence[Entity]
    scores: Scores


def read_held_out(folder: Path, records: Iterable[Document]) -> list[Held]:
    """Let the model in ``folder`` read ``records``, and score what it finds there."""
    model = open_model(str(folder))
    nlp = load("learned", model=str(folder), exclude=("document",))
    held = []
    for record in records:
        doc = nlp(record["text"])
        (scores,) = score([(doc, doc._.reading, doc._.entities)], model)
        held.append(Held(record, doc, doc._.entities, scores))
    return held


def tune(folder: Path, records: Iterable[Document], report: Callable[[str], None]) -> Settings:
    """Return the settings with which the model in ``folder`` does best on ``records``.

    One threshold for all types and one for all relations: more of them would be fitted to the few documents there are.
    """
    held = read_held_out(folder, records)

    def figure(names: Sequence[str], settings: Settings) -> float:
        tallies = scored(held, settings).tallies
        return sum(tallies[name].f1 for name in names) / len(names)

    settings = open_model(str(folder)).settings
    # What is no thing has false relations, too.
    things = partial(figure, ("entities+type", "relations"))
    by_share = [
        _best([replace(settings, document=share, entity=t) for t in _CAREFUL], things) for share in (0.3, 0.5, 0.7, 0.9)
    ]
    settings = max(by_share, key=lambda found: found[0])[1]
    settings = _best([replace(settings, same=t) for t in _CAREFUL], things)[1]
    # How sure a relation is depends on how sure its ends are.
    settings = replace(settings, entity_calibration=Calibration())
    pairs = [outcomes(r.gold, f)[0] for r, f in zip(held, found_in(held, settings), strict=True)]
    settings = replace(settings, entity_calibration=_calibration([pair for things in pairs for pair in things]))
    settings = _best(
        [replace(settings, relation=t) for t in _GRID],
        partial(figure, ("relations", "pairs")),
    )[1]
    settings = _best([replace(settings, result=t) for t in _CAREFUL], partial(figure, ("results",)))[1]
    settings = _best([replace(settings, dataset=t) for t in (0.2, 0.35, 0.5)], partial(figure, ("results",)))[1]
    settings = replace(settings, relation_calibration=Calibration())
    pairs = [outcomes(r.gold, f)[1] for r, f in zip(held, found_in(held, settings), strict=True)]
    settings = replace(settings, relation_calibration=_calibration([pair for stated in pairs for pair in stated]))
    report(_line(scored(held, settings)))
    return settings


def found_in(held: Iterable[Held], settings: Settings) -> list[dict[str, Any]]:
    """Return what is found with ``settings`` in what was read."""
    documents = []
    for one in held:
        facts = facts_of(one.doc, one.entities, one.scores, settings)
        paper = Paper(str(one.gold["text"]), id=str(one.gold["id"]))
        documents.append(as_json(facts_from(one.doc, paper, facts.entities, facts.relations, facts.results)))
    return documents


def scored(held: Sequence[Held], settings: Settings) -> Score:
    """Return the score of what is found with ``settings``."""
    return total(map(score_document, [one.gold for one in held], found_in(held, settings)))


def _best(tried: Sequence[Settings], figure: Callable[[Settings], float]) -> tuple[float, Settings]:
    """Return the settings in whose neighbourhood the figure is highest, the first of equals, and that mean figure.

    ``tried`` are in the order of a threshold. A peak that stands alone is chance.
    """
    values = [figure(settings) for settings in tried]
    means = [float(np.mean(values[max(0, n - 1) : n + 2])) for n in range(len(values))]
    best = max(range(len(tried)), key=lambda n: means[n])
    return means[best], tried[best]


def _calibration(outcomes: Sequence[tuple[float, bool]]) -> Calibration:
    """Fit beta calibration, or Platt's where that would turn scores around, by Newton's method.

    The targets are corrected for small samples as Platt does.
    """
    if len({hit for _, hit in outcomes}) < 2:
        return Calibration()
    x = np.array([[*log_odds(confidence), 1.0] for confidence, _ in outcomes])
    right = np.array([float(hit) for _, hit in outcomes])
    rise, fall, offset = _logistic(x, right)
    if min(rise, fall) < _FLATTEST:
        rise, offset = _logistic(np.stack([x[:, :2].sum(1), x[:, 2]], axis=1), right)
        fall = rise
    if rise < _FLATTEST:
        return Calibration()
    return Calibration(*(round(float(weight), 4) for weight in (rise, fall, offset)))


def _logistic(x: npt.NDArray[np.float64], right: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the weights (K) of the logistic regression of ``right`` (N) on ``x`` (N, K)."""
    hits, misses = right.sum(), len(right) - right.sum()
    target = np.where(right > 0, (hits + 1) / (hits + 2), 1 / (misses + 2))

    def loss(weights: npt.NDArray[np.float64]) -> float:
        z = x @ weights
        return float((np.logaddexp(0, z) - target * z).sum())

    weights = np.zeros(x.shape[1])
    for _ in range(50):
        p = sigmoid(x @ weights).astype(float)
        hessian = (x * (p * (1 - p))[:, None]).T @ x + 1e-6 * np.eye(x.shape[1])
        step = np.linalg.solve(hessian, x.T @ (p - target))
        while loss(weights - step) > loss(weights) and np.abs(step).max() > 1e-9:
            step /= 2
        weights = weights - step
    return weights


def _line(score: Score) -> str:
    names = ("entities+type", "relations", "pairs", "results")
    return "F1 on held-out documents: " + ", ".join(f"{name} {100 * score.tallies[name].f1:.1f}" for name in names)
