"""Numbers with a named metric: "an IS of 148 and an FID of 3.4", "67.5% top-1 accuracy on ImageNet", "by 2.1 BLEU".

A number belongs to the metric that it stands beside, in one of the few ways that English has for it; numbers that are
left go to the metrics of their sentence in order ("an improvement of 17% and 32%"). Counts, sizes and years are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from paperatlas.extract.assertion import is_supposed
from paperatlas.extract.facts import Entity, Result, Span
from paperatlas.extract.lexicon import alternatives
from paperatlas.extract.numbers import NUMBER, starting_values
from paperatlas.extract.rules.roles import Roles, Sentence
from paperatlas.schema import PAPER, EntityType

#: What makes a number something else than a result: a count of things, a year, a size, one half of a dimension.
_COUNTED = re.compile(
    r"\s*(?:×|x)\s?\d|\s*(?:[-–]\s*)?(?:%|percent)? of (?:the|all|our|these|total|training|labell?ed|its)\b"
    r"|\s+(?:of \d|(?:out of|times|fold|CI|confidence)\b"
    r"|(?:(?:fewer|less|more|smaller|larger|faster|different|distinct|diverse|new|real|public|large|human|expert) )*"
    rf"(?:{alternatives('counted')})\b)",
    re.I,
)
_GAIN_BEFORE = re.compile(rf"\b(?:{alternatives('gain_before')})\b[^.;]{{0,45}}$", re.I)
_GAIN_AFTER = re.compile(rf"\s*(?:\w+\s+){{0,2}}?(?:{alternatives('gain_after')})\b", re.I)
#: Between a metric and the number behind it: "F1 score of about 90", "FID (", "accuracy on the test set of".
_METRIC_THEN = re.compile(
    r"(?:\s*\))?(?:\s+(?:scores?|rates?|values?|metrics?|performance|results?|points?|gains?|improvements?|reductions?|"
    r"increases?|drops?)){0,2}(?:\s*\([^()\d]{1,40}\))?\s*+"
    r"(?:of|is|was|:|=|at|by|to|reach(?:es|ing)|\(|,|as (?:high|low) as|(?:up|down) to|from|above|below|over|under|"
    r"exceed(?:s|ing)|≈|~|(?:on|for|in)\s(?:[\w-]+\s){1,4}(?:of|is|by|to|at|from))?\s*"
    r"(?:(?:of|to|by|at|approximately|about|around|nearly|almost|over|up to|only|just|roughly|an? \w+ of|more than|"
    r"less than|at least)\s+){0,2}[(+~≈]?",
    re.I,
)
#: The same, beyond doubt, whatever follows: "an IS of 148 and FID of 3.4".
_METRIC_OF = re.compile(r"(?:\s+scores?)?\s*(?:\bof|:|=)\s*", re.I)
#: Between a number and the metric behind it: "% absolute improvement in", "% and higher top-1".
_THEN_METRIC = re.compile(
    r"(?:\s*(?:%|percent|points?))?\s*+\)?\s*+(?:(?:absolute|relative|average|mean|overall|higher|lower|better|"
    r"improvements?|gains?|increase|reduction|decrease|drop|boost|point|of|in|on|the|terms|test|top|percent|zero-shot|and|"
    r"classification|validation|its|error)\s+){0,5}",
    re.I,
)
#: Numbers behind these are names of settings: "top 5", "Recall@10", "Section 3".
_NUMBERED = re.compile(
    r"(?:\b(?:top|rank|hits?|recall|precision|ndcg|map|pass|section|table|figure|level|version|stage|phase|task)\s?@?"
    r"|[@×x=]\s?)$",
    re.I,
)
#: "69.3% for SimCLR": whose a number is stands behind it; "DALL-E 2 has 10.39": right in front of it.
_FOR = re.compile(r"\s*(?:(?:%|percent|points?)\s*)?(?:for|by)\s+(?:the\s+|an?\s+)?")
_HAS = re.compile(r"\s+(?:has|had|gets|got)\s+(?:only\s+|an?\s+)?")
#: What a system is compared with stands behind these.
_RIVAL = re.compile(
    r"\b(?:compared (?:to|with)|in (?:comparison|contrast) (?:to|with)|versus|vs\.?|as opposed to|rather than"
    r"|instead of)"
    r"\s(?:(?:an?|the|about|only|just|around|roughly|its|their|previous|prior|original|baseline|best)\s){0,3}[+~−-]?$",
    re.I,
)
#: No such phrase is longer; more of the text need not be looked at for each number.
_REACH = 80
#: A statistic of a test, or a setting: "p < 0.001", "r=0.7", "95% CI [".
_STATISTIC = re.compile(
    r"(?:^|[\s(,;])(?:[A-Za-zα-ω]{1,2}|CI|IoU|SD|df)\s*[=<>≤≥]\s*[-−]?$|\bCI[:,]?\s*[\[(]?$|\d\s*[-–±]\s*$|±\s*$"
)
#: What is compared with is a threshold, and these have values that somebody has set.
_SETTING = re.compile(r"(?:\b(?:[A-Za-zα-ω]{1,2}|CI|IoU|SD|df)\s?[<>≤≥]|\b(?:[a-zα-ω]|CI|IoU|SD|df)\s?=|@)\s?$")
_YEAR = re.compile(r"(?:19|20)\d\d")
_TO = re.compile(r"\bto\s*$")
#: Between numbers that are of one metric: "94% and 96% accuracy", "from 36.8 to 99.3".
_JOINT = re.compile(r"\s*(?:,|and|,? and|/|to|or|vs\.?|versus)\s*(?:an?\s)?")

_CONFIDENCE = 0.6


@dataclass(frozen=True, slots=True)
class _Number:
    span: Span
    value: str
    unit: str
    gain: bool
    rival: bool


def report(roles: Roles, entities: Sequence[Entity]) -> tuple[Result, ...]:
    """Return the results that a document reports, in order, by the roles that its entities play."""
    found: dict[tuple[str, str, str], Result] = {}
    for sentence in roles.sentences:
        if sentence.is_title:
            continue
        metrics = _metrics(sentence)
        numbers = _numbers(sentence) if metrics else []
        for number, metric in _assigned(sentence, numbers, metrics):
            owner = _owner(sentence, number)
            if not owner and number.rival:
                continue
            result = Result(
                subject=owner.key if owner else _subject(sentence, number, roles),
                metric=metric[1],
                value=number.value,
                unit=number.unit,
                dataset=_dataset(sentence, number, numbers, entities),
                kind="gain" if number.gain else "score",
                evidence=sentence.span,
                confidence=_CONFIDENCE,
            )
            found.setdefault((result.metric, result.value, result.dataset), result)
    return tuple(found.values())


def _metrics(sentence: Sentence) -> list[tuple[Span, str]]:
    """Return the metrics that a sentence names: where, and the entity's key."""
    return [(span, e.key) for span, e in sentence.mentions if e.type is EntityType.METRIC]


def _numbers(sentence: Sentence) -> list[_Number]:
    """Return the numbers of a sentence that may be results."""
    named = [(m.start - sentence.span.start, m.end - sentence.span.start) for m, _ in sentence.mentions]
    found = []
    for match in NUMBER.finditer(sentence.text):
        before, after = sentence.text[: match.start()], sentence.text[match.end() :]
        is_named = any(a <= match.start("value") < b for a, b in named)
        if (
            is_named
            or is_supposed(before)
            or _COUNTED.match(after)
            or _STATISTIC.search(sentence.text[: match.start("value")])
            or _is_label(match, before)
        ):
            continue
        unit = "%" if match["unit"] == "percent" else match["unit"] or ""
        gain = match["sign"] == "+" or bool(_GAIN_AFTER.match(after))
        gain = gain or bool(_GAIN_BEFORE.search(before) and not _TO.search(before))
        span = Span(sentence.span.start + match.start(), sentence.span.start + match.end())
        minus = "-" if match["sign"] in ("-", "−") else ""
        rival = is_rivals(sentence.text, match.start("value"))
        found.append(_Number(span, minus + match["value"].replace(",", ""), unit, gain, rival))
    return found


def _is_label(match: re.Match[str], before: str) -> bool:
    """Tell a number that only labels something: a year, the 5 of "top 5"."""
    if match["unit"] or "." in match["value"] or before.rstrip().endswith("="):
        return False
    return bool(_YEAR.fullmatch(match["value"]) or _NUMBERED.search(before))


def _assigned(
    sentence: Sentence, numbers: Sequence[_Number], metrics: Sequence[tuple[Span, str]]
) -> list[tuple[_Number, tuple[Span, str]]]:
    """Give each number the metric that it belongs to."""
    if not numbers:
        return []
    pairs: dict[_Number, tuple[Span, str]] = {}

    def between(a: int, b: int) -> str:
        return sentence.text[a - sentence.span.start : b - sentence.span.start]

    for number in numbers:
        following = next((m for m in metrics if m[0].start >= number.span.end), None)
        preceding = next((m for m in reversed(metrics) if m[0].end <= number.span.start), None)
        if preceding and _METRIC_OF.fullmatch(between(preceding[0].end, number.span.start)):
            pairs[number] = preceding
        elif following and _THEN_METRIC.fullmatch(between(number.span.end, following[0].start)):
            pairs[number] = following
        elif preceding and _METRIC_THEN.fullmatch(between(preceding[0].end, number.span.start)):
            pairs[number] = preceding
    if re.search(r"\brespectively\b", sentence.text):
        pairs |= _respectively(numbers, metrics, pairs)
    # A number joined to one that has a metric shares it.
    for first, second in pairwise(numbers):
        if _JOINT.fullmatch(between(first.span.end, second.span.start)):
            if second in pairs and first not in pairs:
                pairs[first] = pairs[second]
            elif first in pairs and second not in pairs:
                pairs[second] = pairs[first]
    left = [n for n in numbers if n not in pairs and (n.unit or "." in n.value)]
    if left and len(left) == len(metrics):
        pairs |= dict(zip(left, metrics, strict=True))
    elif len({m[1] for m in metrics}) == 1:
        pairs |= {n: metrics[0] for n in left if n.unit == "%"}
    starting = {sentence.span.start + place for place in starting_values(sentence.text)}
    return [(n, pairs[n]) for n in numbers if n in pairs and starting.isdisjoint(range(*n.span))]


def _respectively(
    numbers: Sequence[_Number], metrics: Sequence[tuple[Span, str]], pairs: dict[_Number, tuple[Span, str]]
) -> dict[_Number, tuple[Span, str]]:
    """Read "17% and 32% better in IS and FID, respectively": as many numbers as metrics, all on one side of them."""
    run = [n for n in numbers if n.unit or "." in n.value]
    distinct = list({key: (span, key) for span, key in reversed(metrics)}.values())[::-1]
    if len(run) != len(distinct) or len(run) < 2:
        return {}
    apart = run[-1].span.end <= distinct[0][0].start or distinct[-1][0].end <= run[0].span.start
    return dict(zip(run, distinct, strict=True)) if apart else {}


def _dataset(sentence: Sentence, number: _Number, numbers: Sequence[_Number], entities: Sequence[Entity]) -> str:
    """Return the dataset that a number was measured on: in its clause, else the nearest, else the paper's only one."""
    mentions = [(span, e) for span, e in sentence.mentions if e.type is EntityType.DATASET]
    if not mentions:
        datasets = [e for e in entities if e.type is EntityType.DATASET]
        return datasets[0].key if len(datasets) == 1 else ""

    distinct = list(dict.fromkeys(e.key for _, e in mentions))
    apart = all(span.start >= numbers[-1].span.end for span, _ in mentions) or all(
        span.end <= numbers[0].span.start for span, _ in mentions
    )
    if "respectively" in sentence.text and apart and len(distinct) == len(numbers):
        return distinct[numbers.index(number)]

    def distance(mention: tuple[Span, Entity]) -> int:
        span = mention[0]
        gap = (
            sentence.text[number.span.end - sentence.span.start : span.start - sentence.span.start]
            if span.start >= number.span.end
            else sentence.text[span.end - sentence.span.start : number.span.start - sentence.span.start]
        )
        # A comma or another number in between weighs as much as a few words.
        return len(gap) + 40 * len(re.findall(r"[,;]|\d", gap))

    return min(mentions, key=distance)[1].key


def owner_of(text: str, number: Span, mentions: Iterable[tuple[Span, Entity]]) -> Entity | None:
    """Return the system that a number of ``text`` is said to be of in so many words, if there is one."""
    behind = _FOR.match(text, number.end)
    for span, entity in mentions:
        if entity.type in (EntityType.MODEL, EntityType.METHOD):
            if behind and span.start == behind.end():
                return entity
            if span.end < number.start and _HAS.fullmatch(text, span.end, number.start):
                return entity
    return None


def _owner(sentence: Sentence, number: _Number) -> Entity | None:
    within = Span(number.span.start - sentence.span.start, number.span.end - sentence.span.start)
    moved = ((Span(s.start - sentence.span.start, s.end - sentence.span.start), e) for s, e in sentence.mentions)
    return owner_of(sentence.text, within, moved)


def is_setting(text: str, value: int) -> bool:
    """Tell whether the number at ``value`` is no result but a threshold or a setting.

    >>> text = "at IoU > 0.5, with r=0.7, an mAP@0.5 of 0.61"
    >>> [is_setting(text, text.index(value)) for value in ("0.5,", "0.7", "0.5 ", "0.61")]
    [True, True, True, False]
    """
    return bool(_SETTING.search(text[max(0, value - _REACH) : value]))


def is_rivals(text: str, value: int) -> bool:
    """Tell whether the number at ``value`` is what another is compared with; nameless rivals have no results.

    >>> text = "an accuracy of 75.1%, compared with only 73.2% for humans"
    >>> is_rivals(text, text.index("75.1")), is_rivals(text, text.index("73.2"))
    (False, True)
    """
    return bool(_RIVAL.search(text[max(0, value - _REACH) : value]))


def _subject(sentence: Sentence, number: _Number, roles: Roles) -> str:
    """Return whose number it is if the text does not say: the system's that is named before it, or the paper's own."""
    own = roles.main.key if roles.main and roles.main.type in (EntityType.MODEL, EntityType.METHOD) else PAPER
    if re.search(r"\b(?:we|our|ours)\b", sentence.text, re.I):
        return own
    for span, entity in sentence.mentions:
        if span.end <= number.span.start and entity.type in (EntityType.MODEL, EntityType.METHOD):
            return entity.key
    return own
