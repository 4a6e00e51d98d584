"""Which numbers are results, and of what: their metric, dataset and subject by the pair head."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from paperatlas.extract.facts import Entity, Result, Span
from paperatlas.extract.learned.model import Settings
from paperatlas.extract.learned.nodes import HAS_DATASET, HAS_METRIC, HAS_SUBJECT
from paperatlas.extract.learned.scores import Scores, Statement
from paperatlas.schema import PAPER, EntityType

if TYPE_CHECKING:
    from spacy.tokens import Doc


def results(
    doc: Doc, scores: Scores, statements: Iterable[Statement], entities: Mapping[int, Entity], settings: Settings
) -> Iterator[Result]:
    """Yield the numbers that are results, each with its metric, and the dataset and subject that go with it."""
    if not scores.numbers:
        return
    sentences = [Span(sent.start_char, sent.start_char + len(sent.text.rstrip())) for sent in doc.sents]
    links: dict[int, dict[int, list[Statement]]] = defaultdict(lambda: defaultdict(list))
    for statement in statements:
        links[statement.head][statement.label].append(statement)
    told = set()
    for n, number in enumerate(scores.numbers, scores.first_number):
        metric = _likeliest(links[n][HAS_METRIC], entities, {EntityType.METRIC})
        if not metric:
            continue
        probability = float(np.sqrt(metric.probability * number.is_result))
        if probability < settings.result:
            continue
        dataset = _likeliest(links[n][HAS_DATASET], entities, {EntityType.DATASET})
        subject = _likeliest(links[n][HAS_SUBJECT], entities, {EntityType.MODEL, EntityType.METHOD, EntityType.TASK})
        sign = "-" if number.match["sign"] in ("-", "−") else ""
        unit = number.match["unit"] or ""
        result = Result(
            subject=key_of(entities, subject.tail) if subject else PAPER,
            metric=entities[metric.tail].key,
            value=sign + number.match["value"].replace(",", ""),
            unit="%" if unit == "percent" else unit,
            dataset=entities[dataset.tail].key if dataset and dataset.probability >= settings.dataset else "",
            kind="gain" if number.is_gain > 0.5 else "score",
            evidence=next(s for s in sentences if s.start <= number.match.start("value") < max(s.end, s.start + 1)),
            confidence=round(probability, 3),
        )
        if (said := (result.metric, result.value, result.dataset)) not in told:
            told.add(said)
            yield result


def key_of(entities: Mapping[int, Entity], node: int) -> str:
    """Return the key of a node's entity; the first node is the paper."""
    return entities[node].key if node else PAPER


def _likeliest(links: Iterable[Statement], entities: Mapping[int, Entity], types: set[EntityType]) -> Statement | None:
    """Return the likeliest link to a thing of one of ``types``, or to the paper, which stands for its system."""
    fitting = [s for s in links if s.tail in entities and entities[s.tail].type in types]
    if EntityType.MODEL in types:
        fitting += [s for s in links if s.tail == 0]
    return max(fitting, key=lambda s: (s.probability, -s.tail), default=None)
