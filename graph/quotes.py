"""Evidence as a person reads it: the sentence and its paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from paperatlas.graph.build import Evidence

#: How many sentences are told for one statement, unless all are asked for.
_QUOTED = 2


def quoted(evidence: Sequence[Evidence], *, all_evidence: bool = False) -> Iterator[str]:
    """Yield the sentences behind a statement, a line each, and how many are left out."""
    told = evidence if all_evidence else evidence[:_QUOTED]
    for place in told:
        yield f"    “{place['quote']}” ({place['paper'].removeprefix('paper/')})"
    if len(told) < len(evidence):
        yield f"    and {len(evidence) - len(told)} more (-v shows them)"
