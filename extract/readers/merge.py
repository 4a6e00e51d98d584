"""One paper met several times is one paper with several sources."""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Set
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

    Two records are one paper if they bear one public number (arXiv, DOI), or if their abstracts have the same words, or
    their texts (one of which may have its title apart and the other not), or if they bear one private number (``id``)
    and their texts are alike; but never if their arXiv numbers differ. Texts under one private number that are not
    alike are two papers: each gets a hash of its text behind the number. Each paper has an ``id`` of its own.
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
    if not before:
        return []
    # Of what is no file, nobody can say that it is the same as before.
    files = [record for record in now if record.sources[0].is_file]
    paths = {record.sources[0].path for record in files}
    numbers = {(record.sources[0].path, record.id) for record in files if record.id}
    at: dict[Source, list[Paper]] = defaultdict(list)
    for record in files:
        at[record.sources[0]].append(record)
    gone: set[Paper] = set()
    for group in _grouped(before | now).values():
        news = {words for record in group if record in now and record not in before for words in hashes_of(record)}
        again = any(record in now for record in group)
        for record in group:
            replaced = again and record.sources[0].path in paths
            if replaced or (news and news.isdisjoint(hashes_of(record))):
                gone.add(record)
    held = before - now - gone
    # Mostly none is held at a place that is read now.
    like = {place: _Likeness(at[place]) for place in at.keys() & {record.sources[0] for record in held}}
    for place, likeness in like.items():
        likeness.add(*range(len(at[place])))
    return sorted(
        (
            record
            for record in held
            if (record.sources[0].path, record.id) not in numbers
            and not (record.sources[0] in like and any(True for _ in like[record.sources[0]].to(record)))
        ),
        key=_order,
    )


def hashes_of(record: Paper) -> tuple[str, ...]:
    """Return :func:`words_hashes` of a record."""
    return words_hashes(record.title, record.abstract)


# Each record is asked about some five times: were fewer remembered than there are, each time would make them all anew.
# Who is done with many records clears it: it keeps their texts.
@lru_cache(maxsize=2**21)
def words_hashes(title: str, abstract: str) -> tuple[str, ...]:
    """Hash the words of an abstract, and those of title and abstract: two records that share a hash are one paper's."""
    words = words_of(abstract)
    texts = dict.fromkeys((words, f"{words_of(title)} {words}".strip()))
    return tuple(hashlib.sha256(text.encode()).hexdigest() for text in texts)


def marks(*, arxiv: str, doi: str, id: str, words: Iterable[str]) -> list[str]:
    """Return what tells of a record which others may be of its paper; ``words`` are its :func:`words_hashes`.

    Records that share no mark, directly or by others, are different papers.
    """
    named = {"arXiv": arxiv, "DOI": doi, "id": id}
    return [*(f"{kind} {value}" for kind, value in named.items() if value), *(f"words {value}" for value in words)]


def _order(paper: Paper) -> tuple[object, ...]:
    """Put records that differ in anything in an order."""
    rest = (paper.date, paper.doi, paper.authors, paper.categories, paper.url, paper.comment)
    return paper.public_id, paper.id, paper.text, paper.sources, rest


def _grouped(records: Iterable[Paper]) -> dict[int, list[Paper]]:
    groups = _Groups(records)
    groups.join_by(lambda paper: paper.arxiv)
    groups.join_by(lambda paper: paper.doi)
    groups.join_by(lambda paper: hashes_of(paper)[0])
    groups.join_by(lambda paper: hashes_of(paper)[-1])
    groups.join_alike(lambda paper: paper.id)
    return groups.members()


class _Groups:
    """Disjoint sets of papers (union-find), joined by what they share."""

    def __init__(self, papers: Iterable[Paper]) -> None:
        # Sorted, so that which record joins which does not hang on the order of reading.
        self._papers = sorted(papers, key=_order)
        self._parent = [*range(len(self._papers))]
        self._arxiv = [{paper.arxiv} - {""} for paper in self._papers]

    def join_by(self, key: Callable[[Paper], str]) -> None:
        """Join the papers for which ``key`` gives one non-empty value."""
        for same in self._by(key):
            leaders: list[int] = []
            for index in same:
                if not any(self._join(leader, index) for leader in leaders):
                    leaders.append(index)

    def join_alike(self, key: Callable[[Paper], str]) -> None:
        """Join the papers for which ``key`` gives one non-empty value, and whose texts are alike."""
        for same in self._by(key):
            likeness = _Likeness(self._papers[index] for index in same)
            for place, index in enumerate(same):
                if not any(self._join(same[other], index) for other in likeness.to(self._papers[index])):
                    likeness.add(place)

    def _by(self, key: Callable[[Paper], str]) -> list[list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for index, paper in enumerate(self._papers):
            if value := key(paper):
                found[value].append(index)
        return [same for same in found.values() if len(same) > 1]

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


class _Likeness:
    """Finds which papers have at least half of their words in common with another.

    Of two such sets of words, put in any one order, the first halves share a word; in that of how seldom words are,
    few other sets do. This is the prefix filter of AllPairs (Bayardo, Ma & Srikant, WWW 2007). How often words are is
    counted in the papers that it is made with; those that are to be found are added, by their place among these.
    """

    def __init__(self, papers: Iterable[Paper]) -> None:
        self._texts = [_words(paper) for paper in papers]
        self._often = Counter(word for words in self._texts for word in words)
        self._with: dict[str, list[int]] = defaultdict(list)

    def add(self, *places: int) -> None:
        """Let the papers at these places be found."""
        for place in places:
            for word in self._seldom(self._texts[place]):
                self._with[word].append(place)

    def to(self, paper: Paper) -> Iterator[int]:
        """Yield the places of the papers that ``paper`` is like."""
        words, seen = _words(paper), set[int]()
        for word in self._seldom(words):
            for place in self._with.get(word, ()):
                others = self._texts[place]
                if place not in seen and len(words & others) >= _ALIKE * len(words | others):
                    yield place
                seen.add(place)

    def _seldom(self, words: Set[str]) -> list[str]:
        """Return the seldomest of ``words``: all but fewer than half."""
        left_out = math.ceil(_ALIKE * len(words)) - 1
        return sorted(words, key=lambda word: (self._often[word], word))[: len(words) - left_out]


def _words(paper: Paper) -> frozenset[str]:
    return frozenset(words_of(paper.text).split())


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
