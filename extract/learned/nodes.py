"""What the pair head scores: the paper, its things and its numbers as nodes, and how each pair of them stands.

The first node is the paper itself; "we", "our" and the like are its mentions. What stands between two nodes is read
off their closest mentions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paperatlas.extract.learned.pieces import Ints, Window
from paperatlas.extract.places import Tokens
from paperatlas.schema import EntityType, RelationType


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
    count = len(mentions)
    flat = [(start, end, node) for node, spans in enumerate(mentions) for start, end in spans]
    between_start, between_end = np.zeros((2, count, count), dtype=np.int64)
    bucket = np.full((count, count), _NOWHERE, dtype=np.int64)
    closest = np.full((count, count, 2), -1, dtype=np.int64)
    starts, ends, nodes = np.array(flat, dtype=np.int64).reshape(-1, 3).T
    if flat:
        sentences = window.sentences[starts]
        same = sentences[:, None] == sentences
        after = starts >= starts[:, None]
        gap = np.maximum(np.where(after, starts - ends[:, None], starts[:, None] - ends), 0)
        a, b = _cheapest(nodes, gap + np.where(same, 0, 1000))
        i, j, forward, near = nodes[a], nodes[b], after[a, b], same[a, b]
        closest[i, j] = np.stack([a, b], axis=-1)
        bucket[i, j] = _bucket(gap[a, b], ~forward, near)
        low, high = np.where(forward, ends[a], ends[b]), np.where(forward, starts[b], starts[a])
        held = near & (high > low)
        between_start[i[held], j[held]] = window.first[low[held]]
        between_end[i[held], j[held]] = window.last[high[held] - 1] + 1
    return Geometry(
        window.first[starts],
        window.last[ends - 1],
        nodes,
        np.asarray(kinds, dtype=np.int64),
        between_start,
        between_end,
        bucket,
        closest,
    )


def _cheapest(nodes: Ints, cost: Ints) -> tuple[Ints, Ints]:
    """Return for each pair of ``nodes``, which are in order, the mentions that cost least, the earliest of equals."""
    # The number of the pair behind its cost: the least of both together is the earliest of the cheapest.
    ranked = cost * cost.size + np.arange(cost.size).reshape(cost.shape)
    starts = np.flatnonzero(np.diff(nodes, prepend=-1))
    best = np.minimum.reduceat(np.minimum.reduceat(ranked, starts, axis=0), starts, axis=1)
    first, second = np.divmod(best.ravel() % cost.size, len(nodes))
    return first, second


def _bucket(gap: Ints, backward: npt.NDArray[np.bool_], same: npt.NDArray[np.bool_]) -> Ints:
    """Put distances in words into buckets, twice as many: for what follows and for what precedes."""
    near = 2 * np.digitize(gap, _STEPS)
    far = _SAME_SENTENCE + 2 * np.minimum(gap // _FAR, 2)
    return np.asarray(np.where(same, near, far) + backward, dtype=np.int64)
