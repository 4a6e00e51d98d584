"""Extraction measured on annotated documents."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperatlas.errors import UsageError
from paperatlas.extract.annotations import read_annotated
from paperatlas.extract.facts import Entity, Facts, Span, as_json
from paperatlas.extract.paper import Paper
from paperatlas.extract.pipeline import Options, extract_facts, facts_from, load
from paperatlas.extract.places import places_of
from paperatlas.extract.scoring import Score, Tally, outcomes, score_document, total
from paperatlas.schema import EntityType, RelationType

if TYPE_CHECKING:
    from spacy.tokens import Doc

#: In the order in which a person reads them.
_NAMES = ("entities", "entities+type", *EntityType, "relations", "pairs", *RelationType, "results")
_SAMPLES = 1000
_BINS = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report; ``low`` and ``high`` bound F1 in 95 of 100 samples of the documents."""

    name: str
    tally: Tally
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Report:
    """What came out, over all documents and by document; errors of calibration are expected ones (see :func:`ece`)."""

    figures: tuple[Figure, ...]
    confusion: Mapping[tuple[str, str], int]
    thing_error: float
    relation_error: float
    by_document: tuple[tuple[str, float], ...]
    seconds: float

    @property
    def documents(self) -> int:
        """The number of documents."""
        return len(self.by_document)

    def worst(self, count: int) -> list[tuple[str, float]]:
        """Return the documents with the lowest F1 of things with their types."""
        return sorted(self.by_document, key=lambda item: (item[1], item[0]))[:count]

    def as_json(self, worst: int) -> dict[str, Any]:
        """Return the report as a JSON object."""
        return {
            "figures": {
                f.name: {
                    "P": round(100 * f.tally.precision, 1),
                    "R": round(100 * f.tally.recall, 1),
                    "F1": round(100 * f.tally.f1, 1),
                    "interval": [round(100 * f.low, 1), round(100 * f.high, 1)],
                    "tp": f.tally.hits,
                    "fp": f.tally.alarms,
                    "fn": f.tally.misses,
                }
                for f in self.figures
            },
            "calibration_error": {"things": round(self.thing_error, 4), "relations": round(self.relation_error, 4)},
            "confusion": [[a, b, n] for (a, b), n in sorted(self.confusion.items())],
            "worst": self.worst(worst),
        }


def evaluate(gold: Path, options: Options, *, given_entities: bool = False) -> Report:
    """Extract from the documents of ``gold`` and compare.

    With ``given_entities`` the annotated entities are given to the trained model, which relates them.

    Raises:
        InputError: ``gold`` cannot be read, or a line is no annotated document.
        ModelError: the pipeline or the model cannot be used.
        UsageError: entities are given to what does not take them.
    """
    if given_entities and options != Options(model=options.model):
        raise UsageError("only the trained model, as it is, takes given entities", hint="leave the other options out")
    documents = read_annotated([gold])
    papers = [Paper(str(document["text"]), id=str(document["id"])) for document in documents]
    if given_entities:
        read = _related(papers, documents, options)
    else:
        read = extract_facts(papers, load(options.pipeline, model=options.model, gazetteer=options.gazetteer), options)
    started = time.perf_counter()
    found = [as_json(facts) for facts in read]
    seconds = time.perf_counter() - started
    scores = [score_document(*pair) for pair in zip(documents, found, strict=True)]
    things, relations = zip(*map(outcomes, documents, found), strict=True)
    whole = total(scores)
    return Report(
        tuple(_figure(name, whole, scores) for name in _NAMES if name in whole.tallies),
        whole.confusion,
        ece([pair for pairs in things for pair in pairs]),
        ece([pair for pairs in relations for pair in pairs]),
        tuple((str(d["id"]), s.tallies["entities+type"].f1) for d, s in zip(documents, scores, strict=True)),
        seconds,
    )


def _related(papers: Iterable[Paper], documents: Iterable[Mapping[str, Any]], options: Options) -> Iterator[Facts]:
    """Yield what the model states of the annotated entities."""
    from paperatlas.extract.learned.components import open_model
    from paperatlas.extract.learned.document import facts_of
    from paperatlas.extract.learned.scores import score

    nlp = load("learned", model=options.model, exclude=("tagger", "entities", "document"))
    model = open_model(options.model)
    # What is annotated as two things is two.
    settings = replace(model.settings, same=inf)
    for paper, document in zip(papers, documents, strict=True):
        doc = nlp(paper.text)
        entities = [*_annotated(document, doc)]
        (scores,) = score([(doc, doc._.reading, entities)], model)
        found = facts_of(doc, entities, scores, settings, judge=False)
        yield facts_from(doc, paper, found.entities, found.relations, found.results)


def _annotated(document: Mapping[str, Any], doc: Doc) -> Iterator[Entity]:
    for entity in document["entities"]:
        aliases = tuple(entity["aliases"])
        places = sorted({place for alias in aliases for place in places_of(doc, document["text"], alias)})
        spans = tuple(Span(doc[start:end].start_char, doc[start:end].end_char) for start, end in places)
        if spans:
            yield Entity(entity["key"], entity["name"], EntityType(entity["type"]), aliases, spans, 1.0)


def _figure(name: str, whole: Score, scores: Sequence[Score]) -> Figure:
    """Return a figure with its percentile bootstrap interval (Efron 1979), documents drawn with a fixed seed."""
    tallies = [score.tallies[name] for score in scores]
    chance = random.Random(0)  # noqa: S311  # reproducible, not secret
    samples = []
    for _ in range(_SAMPLES):
        drawn = Counter(chance.choices(range(len(tallies)), k=len(tallies)))
        hits, alarms, misses = (
            sum(getattr(tallies[n], part) * times for n, times in drawn.items()) for part in Tally.__slots__
        )
        samples.append(Tally(hits, alarms, misses).f1)
    samples.sort()
    return Figure(name, whole.tallies[name], samples[_SAMPLES * 25 // 1000], samples[_SAMPLES * 975 // 1000 - 1])


def ece(outcomes: Sequence[tuple[float, bool]]) -> float:
    """Return the expected calibration error: how far, on average, confidence is from the share that is right.

    Over ten bins of equal width, weighted by their size (Naeini et al. 2015).

    >>> round(ece([(0.9, True), (0.9, False), (0.4, False), (0.4, True)]), 2)
    0.25
    """
    apart = (abs(confidence - right) * count for confidence, right, count in bins(outcomes))
    return sum(apart) / len(outcomes) if outcomes else 0.0


def bins(outcomes: Sequence[tuple[float, bool]]) -> list[tuple[float, float, int]]:
    """Return for each bin that holds something its mean confidence, the share that is right, and how many it holds."""
    held: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in outcomes:
        held.setdefault(min(int(confidence * _BINS), _BINS - 1), []).append((confidence, right))
    return [
        (sum(c for c, _ in inside) / len(inside), sum(right for _, right in inside) / len(inside), len(inside))
        for _, inside in sorted(held.items())
    ]
