"""Boards of reported scores: one for each metric, dataset, part of the dataset and unit, the best score first.

A board never mixes what cannot be compared. What a paper only gains on another is no score. Where nothing tells which
way a metric is better, the board stands in the order in which papers state it, and claims no ranks.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from paperatlas.graph.analysis.metrics import Direction, direction_of, is_share
from paperatlas.graph.analysis.splits import parts_beside
from paperatlas.graph.build import PAPER_TYPE, Evidence, Score, edges
from paperatlas.schema import EntityType, RelationType

if TYPE_CHECKING:
    import networkx as nx

#: What can be ranked: a system, or a paper that gives its own no name. (A task has a metric, but no rank.)
_SYSTEMS = frozenset((EntityType.MODEL.value, EntityType.METHOD.value, PAPER_TYPE))
#: What stands between a number and how far it varies.
_VARYING = r"±|\+/?[-−–]|\\pm"
#: Units by the many ways to write them.
_UNITS = {
    "percent": "%", "per cent": "%", "percentage": "%",
    "point": "points", "pp": "points", "p.p.": "points", "%p": "points",
    "percentage point": "points", "percentage points": "points",
    "x": "×", "times": "×", "sec": "s", "second": "s", "seconds": "s", "milliseconds": "ms", "msec": "ms",
}  # fmt: skip
#: A bare number of a share that is at most this is a fraction, and else a percentage.
_WHOLE = 1.0
#: Numbers that differ by more than this factor do not share a unit that only one of them states.
_ALIKE = 10.0
#: The unit of a share that is told as a number up to 1.
FRACTION = "fraction"
#: Between the parts of a dataset when a sentence names several and does not tell which a number belongs to.
_EITHER = " or "


@dataclass(frozen=True, slots=True)
class Row:
    """A score as a paper reports it. ``system`` is a node: a model, a method, or the paper for one that has no name.

    ``value`` and ``unit`` are as stated, ``number`` is the value to reckon with. ``rank`` counts from 1, those that tie
    share it (1, 2, 2, 4), and is None where no order is claimed. ``date`` is the paper's, as precise as it is known.
    """

    rank: int | None
    system: str
    name: str
    value: str
    unit: str
    number: float
    paper: str
    date: str
    confidence: float
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Board:
    """Scores that can be compared: of one metric, on one part of one dataset, in one unit.

    ``dataset`` and ``metric`` are nodes. ``split`` is the part of the dataset that the sentences name, or empty; where
    a sentence names several and does not tell which, all of them, joined by " or ", and nothing is ranked. ``unit`` is
    "%", "fraction" for a share that is told as a number up to 1, another unit as stated, or empty. The rows stand from
    the best to the worst; those that tie, and all if ``direction`` is unknown, in the order of their papers' dates.
    ``gains`` counts the differences that papers report on this dataset by this metric; they are on no board.
    """

    dataset: str
    dataset_name: str
    metric: str
    metric_name: str
    split: str
    unit: str
    direction: Direction
    rows: tuple[Row, ...]
    gains: int

    @property
    def title(self) -> str:
        """What the board is of, for a person: "FID on ImageNet 64×64"."""
        unit = f" ({self.unit})" if self.unit else ""
        return f"{self.metric_name} on {' '.join(filter(None, (self.dataset_name, self.split)))}{unit}"

    @property
    def is_ranked(self) -> bool:
        """Whether the rows are in an order from best to worst."""
        return self.direction is not Direction.UNKNOWN and _EITHER not in self.split


class _Stated(NamedTuple):
    """A score where it stands: the system it is of, the metric by which, and the number that it reads as."""

    #: Tells the statements of a graph apart.
    n: int
    system: str
    metric: str
    score: Score
    number: float

    @property
    def dataset(self) -> str:
        return self.score["dataset"]

    @property
    def paper(self) -> str:
        return self.score["evidence"]["paper"]


def leaderboards(
    graph: nx.MultiDiGraph[str], *, dataset: str | None = None, metric: str | None = None
) -> tuple[Board, ...]:
    """Return the boards of a graph, those of one ``dataset`` and of one ``metric`` (nodes) if they are given.

    The larger boards come first, equally large ones by dataset, metric, split and unit. A number that is no number
    ("n/a") is on no board.
    """
    stated = [s for s in _stated(graph) if metric in (None, s.metric)]
    shares = {node: is_share(_names(graph, node)) for node in {s.metric for s in stated}}
    wanted = [s for s in stated if dataset in (None, s.dataset) and _is_dataset(graph, s.dataset)]
    gains = Counter((s.dataset, s.metric) for s in wanted if s.score["kind"] == "gain")
    scores = [s for s in wanted if s.score["kind"] == "score"]
    # The unit may be told by a score of the paper that is on another dataset.
    units = _units([s for s in stated if s.score["kind"] == "score"], shares)
    boards: dict[tuple[str, str, str, str], list[_Stated]] = defaultdict(list)
    for one, split in _splits(graph, scores):
        boards[one.dataset, one.metric, split, units[one.n]].append(one)
    made = [_board(graph, *key, rows, gains[key[:2]]) for key, rows in boards.items()]
    return tuple(sorted(made, key=lambda b: (-len(b.rows), b.dataset, b.metric, b.split, b.unit)))


def _stated(graph: nx.MultiDiGraph[str]) -> Iterator[_Stated]:
    """Yield what systems are measured to be, each number of a paper once."""
    told = set()
    for head, tail, edge in edges(graph):
        measured = edge["type"] == RelationType.MEASURED_BY and graph.nodes[head]["type"] in _SYSTEMS
        for score in edge["results"] if measured else ():
            number = number_of(score["value"])
            key = (head, tail, score["dataset"], score["kind"], score["unit"], number, score["evidence"]["paper"])
            if number is not None and key not in told and not _is_deviation(score):
                told.add(key)
                yield _Stated(len(told), head, tail, score, number)


def _is_deviation(score: Score) -> bool:
    """Tell whether a number only says how far another one varies: the 0.02 of "0.94 ± 0.02"."""
    quote = score["evidence"]["quote"]
    # Hardly any sentence has one, and to look for each value takes an expression of its own.
    if not re.search(_VARYING, quote):
        return False
    value = re.escape(score["value"])
    told = re.findall(rf"({_VARYING})?\s?(?<![\d.]){value}(?![\d]|\.\d)", quote)
    return bool(told) and all(told)


def _is_dataset(graph: nx.MultiDiGraph[str], node: str) -> bool:
    return node in graph and graph.nodes[node]["type"] == EntityType.DATASET


def number_of(value: str) -> float | None:
    """Return what a value reads as, if it is a number.

    >>> number_of("1,081.50"), number_of("−3"), number_of("n/a")
    (1081.5, -3.0, None)
    """
    found = re.fullmatch(
        r"([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:e([+-]?\d+))?", value.replace(",", "").replace("−", "-"), re.I
    )
    return float(found[0]) if found else None


def _units(stated: Sequence[_Stated], shares: Mapping[str, bool]) -> dict[int, str]:
    """Return by their numbers the units that scores count in: their own, what their paper tells, or what must be."""
    told: dict[tuple[str, str], list[_Stated]] = defaultdict(list)
    for one in stated:
        if one.score["unit"]:
            told[one.paper, one.metric].append(one)
    return {one.n: _unit(one, told[one.paper, one.metric], share=shares[one.metric]) for one in stated}


def _unit(one: _Stated, told: Iterable[_Stated], *, share: bool) -> str:
    if one.score["unit"]:
        return _plain_unit(one.score["unit"])
    alike = {_plain_unit(o.score["unit"]) for o in told if _of_one_size(one.number, o.number)}
    if len(alike) == 1:
        return alike.pop()
    if not share:
        return ""
    if abs(one.number) <= _WHOLE:
        return FRACTION
    return "%" if one.number <= _WHOLE * 100 else ""


def _plain_unit(unit: str) -> str:
    unit = unit.strip()
    return _UNITS.get(unit.casefold(), unit)


def _of_one_size(number: float, other: float) -> bool:
    return abs(number) <= _ALIKE * abs(other) and abs(other) <= _ALIKE * abs(number)


def _splits(graph: nx.MultiDiGraph[str], scores: Iterable[_Stated]) -> Iterator[tuple[_Stated, str]]:
    """Yield each score with the part of its dataset that its sentence says it is on.

    Of several parts in a sentence each goes with one number, in order, if there are as many.
    """
    sentences: dict[tuple[str, str, str, int], list[_Stated]] = defaultdict(list)
    for one in scores:
        sentences[one.metric, one.dataset, one.paper, one.score["evidence"]["start"]].append(one)
    for (_, dataset, *_), together in sentences.items():
        data = graph.nodes[dataset]
        parts = parts_beside([data["name"], *data["aliases"]], together[0].score["evidence"]["quote"])
        systems: dict[str, list[_Stated]] = defaultdict(list)
        for one in together:
            systems[one.system].append(one)
        for group in [together] if len(together) == len(parts) else systems.values():
            yield from zip(sorted(group, key=_position), _dealt(parts, len(group)), strict=True)


def _dealt(parts: Sequence[str], count: int) -> Sequence[str]:
    different = [*dict.fromkeys(parts)]
    if len(different) < 2:
        return [*different, ""][:1] * count
    return parts if len(parts) == count else [_EITHER.join(different)] * count


def _position(stated: _Stated) -> int:
    """Return where a number stands in its sentence."""
    quote = re.sub(r"(?<=\d),(?=\d{3})", "", stated.score["evidence"]["quote"])
    value = re.escape(stated.score["value"].lstrip("+-"))
    found = re.search(rf"(?<![\d.]){value}(?!\d|\.\d)", quote)
    return found.start() if found else len(quote)


def _board(
    graph: nx.MultiDiGraph[str], dataset: str, metric: str, split: str, unit: str, stated: Sequence[_Stated], gains: int
) -> Board:
    direction = direction_of(_names(graph, metric))
    ranked = direction is not Direction.UNKNOWN and _EITHER not in split
    sign = 0 if not ranked else -1 if direction is Direction.HIGHER else 1
    dates = {one.paper: graph.nodes[one.paper]["date"] for one in stated}
    ordered = sorted(
        stated,
        # "9999": what has no date comes last.
        key=lambda s: (
            sign * s.number,
            dates[s.paper] or "9999",
            s.paper,
            s.score["evidence"]["start"],
            _position(s),
            s.system,
        ),
    )
    numbers = [one.number for one in ordered]
    rows = tuple(
        Row(
            rank=numbers.index(one.number) + 1 if ranked else None,
            system=one.system,
            name=graph.nodes[one.system]["name"],
            value=one.score["value"],
            unit=one.score["unit"],
            number=one.number,
            paper=one.paper,
            date=dates[one.paper],
            confidence=one.score["confidence"],
            evidence=one.score["evidence"],
        )
        for one in ordered
    )
    names = graph.nodes[dataset]["name"], graph.nodes[metric]["name"]
    return Board(dataset, names[0], metric, names[1], split, unit, direction, rows, gains)


def _names(graph: nx.MultiDiGraph[str], node: str) -> list[str]:
    data = graph.nodes[node]
    return [data["name"], *data["aliases"]]
