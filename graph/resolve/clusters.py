"""Disjoint sets that know what must not meet in one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import product

#: Tells why two members cannot be in one set; empty if they may.
Guard = Callable[[str, str], str]

#: A set with more members is compared with another by this many of them, so that one bad set cannot stall the work.
_COMPARED = 64


class Clusters:
    """Disjoint sets of keys (union-find). A set is led by its first key in order, whatever the order of the unions.

    Two sets are joined only if no member of the one is kept apart from a member of the other: a chain of good pairs
    cannot bring together what the guard, or a person, keeps apart. After Wagstaff et al., "Constrained k-means
    clustering with background knowledge" (ICML 2001), whose cannot-link constraints these are.
    """

    def __init__(self, keys: Iterable[str], guard: Guard) -> None:
        self._parent = {key: key for key in keys}
        self._members: dict[str, list[str]] = {}
        self._guard = guard
        self._forbidden: dict[str, set[str]] = defaultdict(set)

    def __contains__(self, key: str) -> bool:
        return key in self._parent

    def find(self, key: str) -> str:
        """Return the key that leads the set of ``key``."""
        while (parent := self._parent[key]) != key:
            self._parent[key] = key = self._parent[parent]
        return key

    def members(self, key: str) -> list[str]:
        """Return all keys of the set of ``key``."""
        lead = self.find(key)
        return self._members.get(lead, [lead])

    def forbid(self, one: str, other: str) -> None:
        """Keep two keys apart, whatever speaks for their union."""
        self._forbidden[one].add(other)
        self._forbidden[other].add(one)

    def obstacle(self, one: str, other: str, *, guarded: bool = True) -> str:
        """Return why the sets of two keys cannot be one; empty if they can."""
        first, second = self.members(one), self.members(other)
        # What is forbidden is so for all, in sets of any size.
        if self._forbidden and any(
            not self._forbidden[member].isdisjoint(second) for member in first if member in self._forbidden
        ):
            return "kept apart"
        if not guarded:
            return ""
        pairs = product(first[:_COMPARED], second[:_COMPARED])
        return next(filter(None, (self._guard(member, against) for member, against in pairs)), "")

    def join(self, one: str, other: str, *, guarded: bool = True) -> str:
        """Make one set of those of two keys; return why not, if it cannot be."""
        first, second = sorted((self.find(one), self.find(other)))
        if first == second:
            return ""
        if why := self.obstacle(first, second, guarded=guarded):
            return why
        self._members[first] = self.members(first) + self.members(second)
        self._members.pop(second, None)
        self._parent[second] = first
        return ""
