"""One paper met several times is one paper with several sources."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

from paperatlas.extract.paper import Paper, text_hash, with_id
from paperatlas.extract.surface import words_of

#: How much of their words two texts under one private number must share to be versions of one paper.
_ALIKE = 0.5


def merge(papers: Iterable[Paper], *, known: Iterable[Paper] = ()) -> list[Paper]:
    """Return the distinct papers in order of their keys, whatever order they came in; each has an ``id`` of its own.

    Two records are one paper if they bear one public number (arXiv, DOI), or if their abstracts have the same words,
    or if they bear one private number (``id``) and their texts are alike; but never if their arXiv numbers differ.
    Texts under one private number that are not alike are two papers: each gets a hash of its text behind the number.

    ``known`` are papers of an atlas. What is read now replaces what was known of the same paper.
    """
    earlier = [replace(paper, id="") if paper.id == with_id(replace(paper, id="")).id else paper for paper in known]
    old = {id(paper) for paper in earlier}
    groups = _Groups([*papers, *earlier])
    groups.join_by(lambda paper: paper.arxiv)
    groups.join_by(lambda paper: paper.doi)
    groups.join_by(lambda paper: hashlib.sha256(words_of(paper.abstract).encode()).hexdigest())
    groups.join_by(lambda paper: paper.id, only=_alike)
    merged = [_one(group, [p for p in group if id(p) not in old]) for group in groups.members()]
    shared = {number for number, n in Counter(paper.id for paper in merged).items() if number and n > 1}
    named = (with_id(_renumbered(paper) if paper.id in shared else paper) for paper in merged)
    return sorted(named, key=lambda paper: (paper.key, paper.id))


class _Groups:
    """Disjoint sets of papers (union-find), joined by what they share."""

    def __init__(self, papers: Iterable[Paper]) -> None:
        # Sorted, so that which record joins which does not hang on the order of reading.
        self._papers = sorted(papers, key=lambda p: (p.public_id, p.id, p.text, p.sources))
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

    def members(self) -> list[list[Paper]]:
        groups: dict[int, list[Paper]] = defaultdict(list)
        for index, paper in enumerate(self._papers):
            groups[self._find(index)].append(paper)
        return [*groups.values()]

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


def _one(group: list[Paper], fresh: list[Paper]) -> Paper:
    """Put the records of one paper together: the text of the fullest and newest, what else any of them gives."""
    best = max(fresh or group, key=lambda p: (bool(p.title), p.date, len(p.abstract), p.text, p.id))

    def first(field: str) -> str:
        return getattr(best, field) or min(filter(None, (getattr(paper, field) for paper in group)), default="")

    def longest(field: str) -> tuple[str, ...]:
        return max((getattr(paper, field) for paper in group), key=lambda names: (len(names), names))

    # A source that held another abstract before the update is none of this one.
    abstract = words_of(best.abstract)
    current = [paper for paper in group if not fresh or paper in fresh or words_of(paper.abstract) == abstract]
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
        sources=tuple(sorted({source for paper in current for source in paper.sources})),
    )


def _renumbered(paper: Paper) -> Paper:
    """Tell papers apart that came under one private number."""
    return replace(paper, id=paper.public_id or f"{paper.id}-{text_hash(paper)}")
