"""Evidence for a name: votes for its type, and marks of its being a name at all."""

from __future__ import annotations

from dataclasses import dataclass, field

from paperatlas.schema import EntityType


@dataclass(slots=True)
class Evidence:
    """Weights in units of which one or so is enough. A second vote or mark of a kind says no more than the strongest.

    >>> evidence = Evidence()
    >>> evidence.vote(EntityType.DATASET, 0.7)
    >>> evidence.vote(EntityType.DATASET, 0.5)
    >>> evidence.marks["title"] = 0.2
    >>> evidence.type.value, round(evidence.score, 1)
    ('Dataset', 0.9)
    """

    votes: dict[EntityType, float] = field(default_factory=dict)
    marks: dict[str, float] = field(default_factory=dict)

    def vote(self, kind: EntityType | None, weight: float) -> None:
        """Take a vote for a type; none is no vote."""
        if kind:
            self.votes[kind] = max(self.votes.get(kind, 0.0), weight)

    def add(self, other: Evidence, *, weight: float = 1.0) -> None:
        """Take over the votes of ``other``, weighted, and its marks if at full weight."""
        for kind, vote in other.votes.items():
            self.vote(kind, weight * vote)
        if weight == 1.0:
            self.marks |= other.marks

    @property
    def type(self) -> EntityType | None:
        """The type with the most votes."""
        return max(sorted(self.votes), key=lambda kind: self.votes[kind], default=None)

    @property
    def score(self) -> float:
        """The votes for that type, and all marks."""
        return max(self.votes.values(), default=0.0) + sum(self.marks.values())
