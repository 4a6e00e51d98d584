"""One paper met several times is one paper with several sources."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from paperatlas.extract.paper import Paper, Source, text_hash, with_id
from paperatlas.extract.surface import words_of

#: How much of their words two texts under one private number must share to be versions of one paper.
_ALIKE = 0.5


class Met(NamedTuple):
    """A paper, and the records that it was put together from, in order; a record is a paper with one source."""

    paper: Paper
    records: tuple[Paper, ...]


def merge(papers: Iterable[Paper]) -> list[Paper]:
    """Return the distinct papers in order of their keys; see :func:`gather`."""
    return [met.paper for met in gather(papers)]


def gather(records: Iterable[Paper]) -> list[Met]:
    """Put records of one paper together, in order of the papers' keys, whatever order they came in.

    Two records are one paper if they bear one public number (arXiv, DOI), or if their abstracts have the same words,
    or if they bear one private number (``id``) and their texts are alike; but never if their arXiv numbers differ.
    Texts under one private number that are not alike are two papers: each gets a hash of its text behind the number.
    Each paper has an ``id`` of its own.
    """
    groups = [*_grouped({*records}).values()]
    merged = [_one(group) for group in groups]
    shared = {number for number, n in Counter(paper.id for paper in merged).items() if number and n > 1}
    named = [with_id(_renumbered(paper) if paper.id in shared else paper) for paper in merged]
    met = (Met(paper, tuple(sorted(group, key=_order))) for paper, group in zip(named, groups, strict=True))
    return sorted(met, key=lambda m: (m.paper.key, m.paper.id))


def still_true(known: Iterable[Paper], fresh: Iterable[Paper]) -> list[Paper]:
    """Return those records of an atlas that hold beside what is read now.

    What is read now replaces what was known of the same paper: from another file if the abstract has other words, from
    the same file in any case. There a private number is believed, however much the text has changed, and without one
    what stands on the same line and is alike. A record that merely comes again is no news.
    """
    before, now = {*known}, {*fresh}
    paths = {record.sources[0].path for record in now}
    numbers = {(record.sources[0].path, record.id) for record in now if record.id}
    at: dict[Source, list[Paper]] = defaultdict(list)
    for record in now:
        at[record.sources[0]].append(record)
    gone: set[Paper] = set()
    for group in _grouped(before | now).values():
        news = {words_hash(record.abstract) for record in group if record in now and record not in before}
        again = any(record in now for record in group)
        for record in group:
            replaced = again and record.sources[0].path in paths
            if replaced or (news and words_hash(record.abstract) not in news):
                gone.add(record)
    held = before - now - gone
    return sorted(
        (
            record
            for record in held
            if (record.sources[0].path, record.id) not in numbers
            and not any(_alike(record, other) for other in at.get(record.sources[0], ()))
        ),
        key=_order,
    )


@lru_cache(maxsize=2**16)
def words_hash(abstract: str) -> str:
    """Hash the words of an abstract: under one hash two abstracts are one paper's."""
    return hashlib.sha256(words_of(abstract).encode()).hexdigest()


def marks(*, arxiv: str, doi: str, id: str, words: str) -> list[str]:
    """Return what tells of a record which others may be of its paper; ``words`` is :func:`words_hash` of its abstract.

    Records that share no mark, directly or by others, are different papers.
    """
    named = {"arXiv": arxiv, "DOI": doi, "id": id, "words": words}
    return [f"{kind} {value}" for kind, value in named.items() if value]


def _order(paper: Paper) -> tuple[object, ...]:
    """Put records that differ in anything in an order."""
    rest = (paper.date, paper.doi, paper.authors, paper.categories, paper.url, paper.comment)
    return paper.public_id, paper.id, paper.text, paper.sources, rest


def _grouped(records: Iterable[Paper]) -> dict[int, list[Paper]]:
    groups = _Groups(records)
    groups.join_by(lambda paper: paper.arxiv)
    groups.join_by(lambda paper: paper.doi)
    groups.join_by(lambda paper: words_hash(paper.abstract))
    groups.join_by(lambda paper: paper.id, only=_alike)
    return groups.members()


class _Groups:
    """Disjoint sets of papers (union-find), joined by what they share."""

    def __init__(self, papers: Iterable[Paper]) -> None:
        # Sorted, so that which record joins which does not hang on the order of reading.
        self._papers = sorted(papers, key=_order)
        self._parent = [*range(len(self._papers))]
        self._arxiv = [{paper.arxiv} - {""} for paper in self._papers]

    def join_by(
        self, key: Callable[[Paper], str], *, only: Callable[[Paper, Paper], bool] = lambda _a, _b: True
    ) -> None:
        """Join the papers for which ``key`` gives one non-empty value and of which ``only`` approves."""
        leaders: dict[str, list[int]] = defaultdict(list)
        for index, paper in enumerate(self._papers):
            value = key(paper)
            if not value:
                continue
            for leader in leaders[value]:
                if only(self._papers[leader], paper) and self._join(leader, index):
                    break
            else:
                leaders[value].append(index)

    def members(self) -> dict[int, list[Paper]]:
        groups: dict[int, list[Paper]] = defaultdict(list)
        for index, paper in enumerate(self._papers):
            groups[self._find(index)].append(paper)
        return groups

    def _join(self, a: int, b: int) -> bool:
        a, b = self._find(a), self._find(b)
        numbers = self._arxiv[a] | self._arxiv[b]
        if a != b and len(numbers) <= 1:
            self._parent[b] = a
            self._arxiv[a] = numbers
        return len(numbers) <= 1

    def _find(self, index: int) -> int:
        while self._parent[index] != index:
            self._parent[index] = index = self._parent[self._parent[index]]
        return index


def _alike(a: Paper, b: Paper) -> bool:
    words, others = set(words_of(a.text).split()), set(words_of(b.text).split())
    return len(words & others) >= _ALIKE * len(words | others)


def _one(group: list[Paper]) -> Paper:
    """Put the records of one paper together: the text of the fullest and newest, what else any of them gives."""
    best = max(group, key=lambda p: (bool(p.title), p.date, len(p.abstract), p.text, p.id))

    def first(field: str) -> str:
        return getattr(best, field) or min(filter(None, (getattr(paper, field) for paper in group)), default="")

    def longest(field: str) -> tuple[str, ...]:
        return max((getattr(paper, field) for paper in group), key=lambda names: (len(names), names))

    numbers = sorted({paper.id for paper in group if paper.id})
    return replace(
        best,
        id=next((n for n in numbers if n.startswith("arXiv:")), numbers[0] if numbers else ""),
        # The earliest date; where one is a part of the other ("2017", "2017-06-12"), the more precise.
        date=min((paper.date for paper in group if paper.date), key=lambda date: date.ljust(10, "~"), default=""),
        arxiv=first("arxiv"),
        doi=first("doi"),
        url=first("url"),
        comment=first("comment"),
        authors=longest("authors"),
        categories=longest("categories"),
        sources=tuple(sorted({source for paper in group for source in paper.sources})),
    )


def _renumbered(paper: Paper) -> Paper:
    """Tell papers apart that came under one private number."""
    return replace(paper, id=paper.public_id or f"{paper.id}-{text_hash(paper)}")
