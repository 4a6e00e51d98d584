"""A text as the trained model has read it: window by window, with what it takes each span for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from paperatlas.extract.learned.model import Floats, Model
from paperatlas.extract.learned.pieces import Window
from paperatlas.extract.places import Tokens

if TYPE_CHECKING:
    from spacy.tokens import Doc

#: The score of what is beyond doubt: a person's word. The model's own are below.
CERTAIN = 1.0


@dataclass(frozen=True, slots=True)
class View:
    """One window, the states (T, D) of its pieces, and the probabilities (W, L, 6) for its spans, "none" first."""

    window: Window
    states: Floats
    spans: Floats


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span that may name something, the probability that it does, and that of each entity type."""

    tokens: Tokens
    probability: float
    types: Floats


@dataclass(frozen=True, slots=True)
class Reading:
    """All views of one text."""

    views: tuple[View, ...]

    def types_of(self, tokens: Tokens) -> Floats | None:
        """Return the probability of each entity type for a span, from the window that shows most around it.

        ``None`` if it is longer than any span that is scored.
        """
        start, end = tokens
        views: Sequence[View] = self.views
        if len(views) > 1:
            views = [v for v in views if v.window.start <= start and end <= v.window.end]
            views = sorted(views, key=lambda v: max(v.window.start - start, end - v.window.end))[:1]
        if not views or end - start > views[0].spans.shape[1]:
            return None
        types: Floats = views[0].spans[start - views[0].window.start, end - start - 1, 1:]
        return types

    def candidates(self, lowest: float) -> list[Candidate]:
        """Return the spans that name something with a probability above ``lowest``, in order, none in another.

        Of overlapping spans the likeliest is taken, then the earliest.
        """
        spans = {span for view in self.views for span in _likely(view, lowest)}
        found = [
            Candidate(span, min(float(types.sum()), 0.999), types)
            for span in spans
            if (types := self.types_of(span)) is not None
        ]
        taken: set[int] = set()
        kept = []
        for candidate in sorted(found, key=lambda c: (-c.probability, c.tokens)):
            places = range(*candidate.tokens)
            if candidate.probability > lowest and taken.isdisjoint(places):
                taken.update(places)
                kept.append(candidate)
        return sorted(kept, key=lambda c: c.tokens)


def read(docs: Iterable[Doc], model: Model) -> list[Reading]:
    """Let ``model`` read ``docs``, which have sentences, each by itself.

    All are brought through one part of it before the next: what that part needs is then at the processor's hand.
    """
    windows = [[*model.pieces.windows(doc)] for doc in docs]
    states = [[model.encode(window) for window in some] for some in windows]
    scores = [[*map(model.spans, *pair)] for pair in zip(windows, states, strict=True)]
    return [
        Reading(tuple(View(*parts) for parts in zip(some, held, map(_probabilities, some, said), strict=True)))
        for some, held, said in zip(windows, states, scores, strict=True)
    ]


def _probabilities(window: Window, scores: Floats) -> Floats:
    """Make ``scores``, which are of the spans of ``window``, probabilities; what runs across sentences is none."""
    spans = np.exp(scores, out=scores)
    outside = ~within_sentence(window, spans.shape[1])
    spans[outside] = 0.0
    spans[outside, 0] = 1.0
    return spans


def within_sentence(window: Window, longest: int) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Tell for each token and length (W, L) whether the span ends in the sentence that it begins in."""
    ends = np.searchsorted(window.sentences, window.sentences, side="right")
    left = ends - np.arange(window.width)
    return left[:, None] > np.arange(longest)


def _likely(view: View, lowest: float) -> Iterator[Tokens]:
    starts, lengths = (view.spans[..., 0] < 1 - lowest).nonzero()
    ends = starts + lengths + 1
    yield from zip((view.window.start + starts).tolist(), (view.window.start + ends).tolist(), strict=True)
