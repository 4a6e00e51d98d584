"""When things were named: who was first, and how many followed, by year or month.

A date is as precise as its source was ("2022", "2022-05" or "2022-05-12"), and nothing is made of it that it does not
say: a paper of "2022" stands in no month, and does not come before one of May 2022.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paperatlas.errors import UsageError
from paperatlas.graph.build import PAPER_TYPE, nodes

if TYPE_CHECKING:
    import networkx as nx

#: How fine a timeline may be, and how many characters of a date that takes.
STEPS = {"year": 4, "month": 7}
#: How many things a period of the whole atlas tells of.
_LEADING = 3

_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")


@dataclass(frozen=True, slots=True)
class Period:
    """A year or a month, and the papers of it that name a thing (or, of the whole atlas, all papers of it).

    ``period`` is "2022" or "2022-05"; on a timeline of months, "2022" holds the papers of which no more is known.
    ``total`` counts the papers up to and including it, ``of`` all papers of the atlas in it. ``new`` is the number of
    things that are first named in it, and ``leading`` are those that most papers of it name; both are told of the whole
    atlas alone.
    """

    period: str
    papers: tuple[str, ...]
    total: int
    of: int
    new: int = 0
    leading: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """The periods in which something was named, in order; those in which nothing was are left out.

    ``node`` is empty for the whole atlas. ``first`` are the papers than which none is certainly earlier, as far as
    their dates tell, by date; ``undated`` those that have no date.
    """

    node: str
    name: str
    by: str
    first: tuple[str, ...]
    periods: tuple[Period, ...]
    undated: tuple[str, ...]


def timeline(graph: nx.MultiDiGraph[str], node: str | None = None, *, by: str = "year") -> Timeline:
    """Return when ``node`` was named, or when all the papers appeared; ``by`` "year" or "month".

    Raises:
        UsageError: ``by`` is neither.
    """
    if by not in STEPS:
        raise UsageError(f"no timeline by {by!r}", hint=f"one of {', '.join(STEPS)}")
    dates = {paper: data["date"] for paper, data in nodes(graph) if data["type"] == PAPER_TYPE}
    of = Counter(_period(date, by) for date in dates.values())
    if node is None:
        naming: Sequence[str] = [*dates]
    else:
        naming = graph.nodes[node]["papers"] if graph.nodes[node]["type"] != PAPER_TYPE else [node]
    papers: dict[str, list[str]] = defaultdict(list)
    for paper in sorted(naming, key=lambda paper: (dates[paper], paper)):
        papers[_period(dates[paper], by)].append(paper)
    new, leading = _things_by_period(graph, dates, by) if node is None else ({}, {})
    periods: list[Period] = []
    for period in sorted(papers.keys() - {""}):
        total = len(papers[period]) + (periods[-1].total if periods else 0)
        told = new.get(period, 0), leading.get(period, ())
        periods.append(Period(period, tuple(papers[period]), total, of[period], *told))
    return Timeline(
        node=node or "",
        name=graph.nodes[node]["name"] if node else "",
        by=by,
        first=_earliest(naming, dates),
        periods=tuple(periods),
        undated=tuple(papers.get("", ())),
    )


def _period(date: str, by: str) -> str:
    return date[: STEPS[by]] if _DATE.fullmatch(date) else ""


def _earliest(papers: Iterable[str], dates: Mapping[str, str]) -> tuple[str, ...]:
    """Return the papers of which no other is certainly earlier.

    "2022" may be any day of that year: "2022-05-12" is not certainly later, "2023" is.
    """
    dated = sorted((dates[paper], paper) for paper in papers if _DATE.fullmatch(dates[paper]))
    # "~" comes after every digit: the last day that a date may mean.
    earliest_end = min((date.ljust(10, "~") for date, _ in dated), default="")
    return tuple(paper for date, paper in dated if date <= earliest_end)


def _things_by_period(
    graph: nx.MultiDiGraph[str], dates: Mapping[str, str], by: str
) -> tuple[dict[str, int], dict[str, tuple[str, ...]]]:
    """Return how many things are first named in each period, and which are named most in it."""
    new: Counter[str] = Counter()
    named: dict[str, Counter[str]] = defaultdict(Counter)
    for node, data in nodes(graph):
        if data["type"] != PAPER_TYPE:
            new[_period(data["date"], by)] += 1
            for paper in data["papers"]:
                named[_period(dates[paper], by)][node] += 1
    leading = {
        period: tuple(sorted(counts, key=lambda n: (-counts[n], -graph.nodes[n]["support"], n))[:_LEADING])
        for period, counts in named.items()
    }
    return new, leading
