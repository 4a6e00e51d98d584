"""Which numbers are results, and of what: metric, dataset and subject, by the pair head and by turns of phrase."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from paperatlas.extract.assertion import is_supposed
from paperatlas.extract.facts import Entity, Result, Span
from paperatlas.extract.learned.model import Settings
from paperatlas.extract.learned.nodes import HAS_DATASET, HAS_METRIC, HAS_SUBJECT
from paperatlas.extract.learned.scores import Number, Scores, Statement, key_of
from paperatlas.extract.names import is_mixed
from paperatlas.extract.numbers import starting_values
from paperatlas.extract.rules.results import is_rivals, is_setting, owner_of
from paperatlas.extract.surface import slug
from paperatlas.schema import PAPER, EntityType

#: "An IS of 148", "FID: 3.4": the name of the metric stands right in front of the number.
_METRIC_OF = re.compile(r"(?<![\w-])([A-Z][\w@-]*)(?:\s+of|\s?[=:])\s?(?:about |up to |over )?[+−-]?$")
#: "+2.0% BLEU2 and +6.1 mAP50": right behind a number with its sign.
_METRIC_BEHIND = re.compile(r"\s(?:in\s)?([A-Za-z][\w@-]*\w)")
_SIGNS = ("+", "-", "−")
#: No name and what joins it to its number are longer; more of the text need not be looked at for each number.
_REACH = 60
#: How sure it must be that a number belongs to a metric which its sentence does not name.
_ELSEWHERE = 0.8
#: From which probability on a number is taken for a result whatever is known of its metric.
_SURE = 0.5


def named_metrics(text: str, scores: Scores, entities: Mapping[int, Entity], node: int) -> dict[int, Entity]:
    """Return the metrics that only their place beside numbers makes such, by their nodes; new ones from ``node`` on.

    "An IS of 148", "+6.1 mAP50": to an encoder without case words like any other, to a reader metrics.
    """
    if not scores.numbers:
        return {}
    found = {
        n: replace(entity, type=EntityType.METRIC) for n, entity in entities.items() if _is_gained(entity, text, scores)
    }
    keys = {entity.key for entity in entities.values()}
    new: dict[str, Entity] = {}
    for number in scores.numbers:
        span = _name_beside(text, number)
        if not span or any(m.start <= span.start < m.end for entity in entities.values() for m in entity.mentions):
            continue
        name, key = span.of(text), slug(span.of(text))
        if len(name) > 1 and _is_written_as_name(name) and key not in keys:
            known = new.get(key) or Entity(key, name, EntityType.METRIC, (name,), (), round(_likelihood(number) / 2, 3))
            new[key] = replace(known, mentions=(*known.mentions, span))
    return found | dict(enumerate(new.values(), node))


def _is_gained(entity: Entity, text: str, scores: Scores) -> bool:
    """Tell whether all mentions of what was taken for something else stand right behind gains."""
    if entity.type is EntityType.METRIC or not _is_written_as_name(entity.name):
        return False
    places = {span.start for number in scores.numbers if (span := _name_behind(text, number))}
    return all(span.start in places for span in entity.mentions)


def results(
    text: str,
    sentences: Sequence[Span],
    scores: Scores,
    statements: Iterable[Statement],
    entities: Mapping[int, Entity],
    settings: Settings,
) -> Iterator[Result]:
    """Yield the numbers that are results, each with its metric, and the dataset and subject that go with it."""
    if not scores.numbers:
        return
    links: dict[int, dict[int, list[Statement]]] = defaultdict(lambda: defaultdict(list))
    for statement in statements:
        links[statement.head][statement.label].append(statement)
    told = set()
    #: By sentences: whose the last number was.
    subjects: dict[Span, str] = {}
    mentions = [(span, e) for e in entities.values() for span in e.mentions]
    starting = starting_values(text)
    for n, number in enumerate(scores.numbers, scores.first_number):
        place = number.match.start("value")
        metric, probability = _metric_of(text, number, links[n][HAS_METRIC], entities)
        if not metric or place in starting or is_setting(text, place):
            continue
        evidence = next(s for s in sentences if s.start <= place < max(s.end, s.start + 1))
        beside = any(evidence.start <= span.start < evidence.end for span in metric.mentions)
        least = settings.result if beside else max(settings.result, _ELSEWHERE)
        if probability < least or is_supposed(text[evidence.start : place]):
            continue
        dataset = _likeliest(links[n][HAS_DATASET], entities, {EntityType.DATASET})
        subject = _likeliest(links[n][HAS_SUBJECT], entities, {EntityType.MODEL, EntityType.METHOD, EntityType.TASK})
        owner = owner_of(text, Span(*number.match.span()), mentions)
        whose = owner.key if owner else key_of(entities, subject.tail) if subject else PAPER
        # What a system's number is compared with is a nameless rival's, unless another system can be told.
        before, subjects[evidence] = subjects.get(evidence, whose), whose
        if not owner and whose == before and is_rivals(text, place):
            continue
        sign = "-" if number.match["sign"] in ("-", "−") else ""
        unit = number.match["unit"] or ""
        result = Result(
            subject=whose,
            metric=metric.key,
            value=sign + number.match["value"].replace(",", ""),
            unit="%" if unit == "percent" else unit,
            dataset=entities[dataset.tail].key if dataset and dataset.probability >= settings.dataset else "",
            kind="gain" if number.is_gain > 0.5 else "score",
            evidence=evidence,
            confidence=round(probability, 3),
        )
        if (said := (result.metric, result.value, result.dataset)) not in told:
            told.add(said)
            yield result


def _name_beside(text: str, number: Number) -> Span | None:
    """Return where the name stands that a number, if it is likely a result, is of by its place.

    The IS in "an IS of 148", the BLEU2 in "+1.2% BLEU2".
    """
    place = number.match.start("value")
    start = max(0, place - _REACH)
    if number.is_result >= _SURE and (found := _METRIC_OF.search(text[start:place])):
        return Span(start + found.start(1), start + found.end(1))
    return _name_behind(text, number)


def _name_behind(text: str, number: Number) -> Span | None:
    if _likelihood(number) < _SURE or number.match["sign"] not in _SIGNS:
        return None
    found = _METRIC_BEHIND.match(text, number.match.end())
    return Span(*found.span(1)) if found and _is_written_as_name(found[1]) else None


def _likelihood(number: Number) -> float:
    """Return how likely a number is a result: "+2.0" and "+2%" are, whatever the pair head takes what follows for."""
    is_gain = number.match["sign"] == "+" and ("." in number.match["value"] or number.match["unit"] == "%")
    return max(number.is_result, _SURE) if is_gain else number.is_result


def _is_written_as_name(word: str) -> bool:
    return is_mixed(word) or word.isupper()


def _metric_of(
    text: str, number: Number, links: Iterable[Statement], entities: Mapping[int, Entity]
) -> tuple[Entity | None, float]:
    """Return the metric of a number, with a probability: the one named right beside it, else the likeliest."""
    if span := _name_beside(text, number):
        for entity in entities.values():
            if entity.type is EntityType.METRIC and any(m.start <= span.start < m.end for m in entity.mentions):
                return entity, _likelihood(number)
    likeliest = _likeliest(links, entities, {EntityType.METRIC})
    if not likeliest:
        return None, 0.0
    return entities[likeliest.tail], float(np.sqrt(likeliest.probability * number.is_result))


def together(patterned: Iterable[Result], linked: Iterable[Result]) -> tuple[Result, ...]:
    """Return what turns of phrase say of the numbers, and of those that they say nothing of, what the pair head says.

    Where a number stands beside its metric, or in a list that goes with a list of metrics, a pattern is the surer
    reader; where both say the same the surer confidence stands.
    """
    linked = [*linked]
    agreed = {(result.value, result.metric): result.confidence for result in linked}
    found = [
        replace(result, confidence=max(result.confidence, agreed.get((result.value, result.metric), 0.0)))
        for result in patterned
    ]
    # A number of a sentence is one result, and what is told again is no other.
    said = {(result.value, result.evidence) for result in found}
    told = {(result.value, result.metric, result.dataset) for result in found}
    found += [
        result
        for result in linked
        if (result.value, result.evidence) not in said and (result.value, result.metric, result.dataset) not in told
    ]
    return tuple(sorted(found, key=lambda result: result.evidence))


def _likeliest(links: Iterable[Statement], entities: Mapping[int, Entity], types: set[EntityType]) -> Statement | None:
    """Return the likeliest link to a thing of one of ``types``, or to the paper, which stands for its system."""
    fitting = [s for s in links if s.tail in entities and entities[s.tail].type in types]
    if EntityType.MODEL in types:
        fitting += [s for s in links if s.tail == 0]
    return max(fitting, key=lambda s: (s.probability, -s.tail), default=None)
