"""Which of the formats that there are a client wants most (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence

#: For solutions and for a yes or no, the first being what is sent if the client does not care.
RESULTS = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
#: For triples.
GRAPHS = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")

#: Other names that clients know them by.
_ALSO = {
    "application/json": RESULTS[0],
    "application/xml": RESULTS[1],
    "text/xml": RESULTS[1],
    "application/x-turtle": GRAPHS[0],
    "text/plain": GRAPHS[1],
}


def best(accept: str, offered: Sequence[str]) -> str | None:
    """Return the offered media type that ``accept`` prefers, or ``None`` if it takes none of them.

    >>> best("text/html, text/csv;q=0.5, */*;q=0.1", RESULTS)
    'text/csv'
    >>> best("application/json", RESULTS), best("image/png", RESULTS), best("", GRAPHS)
    ('application/sparql-results+json', None, 'text/turtle')
    """
    ranges = [_range(part) for part in accept.split(",") if part.strip()] or [("*/*", 1.0)]
    ranked = [(_quality(kind, ranges), -place, kind) for place, kind in enumerate(offered)]
    quality, _, kind = max(ranked)
    return kind if quality > 0 else None


def _range(part: str) -> tuple[str, float]:
    kind, *parameters = (piece.strip() for piece in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                quality = float(value)
            except ValueError:
                quality = 0.0
    return kind.lower(), quality


def _quality(kind: str, ranges: Sequence[tuple[str, float]]) -> float:
    """Return how much a media type is wanted: the most specific range that it is in says it."""
    names = {kind, *(also for also, meant in _ALSO.items() if meant == kind)}
    levels: tuple[set[str], ...] = (names, {f"{kind.partition('/')[0]}/*"}, {"*/*"})
    for level in levels:
        found = [quality for name, quality in ranges if name in level]
        if found:
            return max(found)
    return 0.0
