"""What the pair head scores: the paper, its things and its numbers as nodes, and how each pair of them stands.

The first node is the paper itself; "we", "our" and the like are its mentions. What stands between two nodes is read
off their closest mentions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from paperatlas.extract.learned.pieces import Ints, Window
from paperatlas.schema import EntityType, RelationType

if TYPE_CHECKING:
    from paperatlas.extract.places import Tokens


@dataclass(frozen=True, slots=True)
class Scheme:
    """How many types of things and of relations a network knows, and so which number stands for what."""

    types: int
    relations: int

    @property
    def classes(self) -> int:
        """What a span may be: nothing, or of one of the types."""
        return 1 + self.types

    @property
    def nodes(self) -> tuple[int, int, int]:
        """What a node may be beside a type's number: the paper, a number, absent (which fills up batches)."""
        return self.types, self.types + 1, self.types + 2

    @property
    def links(self) -> tuple[int, int, int, int]:
        """What a pair may be in beside a relation: a number's metric, dataset and subject; one thing's two names."""
        return self.relations, self.relations + 1, self.relations + 2, self.relations + 3

    @property
    def labels(self) -> int:
        """How many labels a pair may have."""
        return self.relations + len(self.links)


#: The order of the entity types and of the relations in the heads' outputs; before the types stands "none".
TYPES = tuple(EntityType)
RELATIONS = tuple(RelationType)
SCHEME = Scheme(len(TYPES), len(RELATIONS))
PAPER_NODE, NUMBER_NODE, _ = SCHEME.nodes
HAS_METRIC, HAS_DATASET, HAS_SUBJECT, SAME_AS = SCHEME.links

#: The words that a paper speaks of itself with.
SELF = frozenset(("we", "our", "ours", "us", "paper", "work"))

#: Words between two mentions, at which the next bucket of distances begins.
_STEPS = (1, 2, 3, 5, 8, 12, 20, 35)
_SAME_SENTENCE = 2 * (len(_STEPS) + 1)
#: The bucket of two nodes without mentions, and the number of buckets.
_NOWHERE = _SAME_SENTENCE + 5
BUCKETS = _SAME_SENTENCE + 6
#: How many words apart mentions of different sentences fall into the next bucket.
_FAR = 60
_GAPS = np.arange(2 * _FAR + 1)
#: The buckets by the words between, up to where there is no further one: within a sentence, and beyond.
_BUCKETS_BY_GAP = 2 * np.searchsorted(_STEPS, _GAPS, side="right"), _SAME_SENTENCE + 2 * (_GAPS // _FAR)
#: What it costs mentions to be of different sentences, in words: more than any sentence has.
_ELSEWHERE = 1000


@dataclass(frozen=True, slots=True)
class Geometry:
    """How the nodes of one window stand to each other, for N nodes with M mentions in all.

    ``mention_first``, ``mention_last`` (M): the first and the last piece of each mention; ``mention_node`` (M): whose
    it is. ``kinds`` (N): what each node is. ``between_start``, ``between_end`` (N, N): the pieces between the closest
    mentions of two nodes if one sentence holds both, else an empty range. ``bucket`` (N, N): how far apart they are,
    in which order, and whether in one sentence. ``closest`` (N, N, 2): the numbers of these mentions, -1 if there are
    none.
    """

    mention_first: Ints
    mention_last: Ints
    mention_node: Ints
    kinds: Ints
    between_start: Ints
    between_end: Ints
    bucket: Ints
    closest: Ints


def geometry(window: Window, mentions: Sequence[Sequence[Tokens]], kinds: Sequence[int]) -> Geometry:
    """Work out how nodes stand to each other; ``mentions`` and ``kinds`` have an element a node."""
    flat = [(start, end, node) for node, spans in enumerate(mentions) for start, end in spans]
    starts, ends, nodes = np.array(flat, dtype=np.int64).reshape(-1, 3).T
    present = [node for node, spans in enumerate(mentions) if spans]
    pairs = _Pairs.empty() if not flat else _pairs(window, starts, ends, [len(mentions[node]) for node in present])

    def of_all(values: Ints, otherwise: int) -> Ints:
        """Return what is known of the nodes that have mentions (K, K) for all nodes (N, N)."""
        if len(present) == len(mentions):
            return values
        found = np.full((len(mentions), len(mentions), *values.shape[2:]), otherwise, dtype=np.int64)
        found[np.ix_(present, present)] = values
        return found

    return Geometry(
        window.first[starts],
        window.last[ends - 1],
        nodes,
        np.asarray(kinds, dtype=np.int64),
        of_all(pairs.between_start, 0),
        of_all(pairs.between_end, 0),
        of_all(pairs.bucket, _NOWHERE),
        of_all(pairs.closest, -1),
    )


class _Pairs(NamedTuple):
    """The part of a :class:`Geometry` that is of pairs, for the K nodes that have mentions."""

    between_start: Ints
    between_end: Ints
    bucket: Ints
    closest: Ints

    @classmethod
    def empty(cls) -> _Pairs:
        none = np.zeros((0, 0), dtype=np.int64)
        return cls(none, none, none, np.zeros((0, 0, 2), dtype=np.int64))


def _pairs(window: Window, starts: Ints, ends: Ints, counts: Sequence[int]) -> _Pairs:
    """Work out how K nodes stand to each other that have so many mentions each, the M of them in order.

    There are few mentions, so that the number of steps is what takes the time.
    """
    sentences = window.sentences[starts]
    same = sentences[:, None] == sentences
    ahead = starts - ends[:, None]
    # Of the two directions that in which one follows the other is the larger.
    gap = np.maximum(np.maximum(ahead, ahead.T), 0)
    cost = np.where(same, gap, gap + _ELSEWHERE)
    # The number of the pair behind its cost: the least of both together is the earliest of the cheapest.
    ranked = cost * cost.size + np.arange(cost.size).reshape(cost.shape)
    first = [0, *accumulate(counts[:-1])]
    best = np.minimum.reduceat(np.minimum.reduceat(ranked, first, axis=0), first, axis=1)
    a, b = np.divmod(best % cost.size, len(starts))
    near, forward = same[a, b], starts[b] >= starts[a]
    earlier, later = np.where(forward, a, b), np.where(forward, b, a)
    low, high = ends[earlier], starts[later]
    held = near & (high > low)
    # Behind the last token there is nothing to be read, and nothing is.
    return _Pairs(
        np.where(held, window.first.take(low, mode="clip"), 0),
        np.where(held, window.last.take(high - 1, mode="clip") + 1, 0),
        _bucket(gap[a, b], ~forward, near),
        np.stack([a, b], axis=-1),
    )


def _bucket(gap: Ints, backward: npt.NDArray[np.bool_], same: npt.NDArray[np.bool_]) -> Ints:
    """Put distances in words into buckets, twice as many: for what follows and for what precedes."""
    near, far = _BUCKETS_BY_GAP
    known = np.minimum(gap, len(near) - 1)
    return np.asarray(np.where(same, near[known], far[known]) + backward, dtype=np.int64)
