"""The leaderboards as the page needs them."""

from __future__ import annotations

from typing import TypedDict

from paperatlas.export.html.excerpt import Excerpt
from paperatlas.export.html.texts import Place, Texts
from paperatlas.graph.atlas import Atlas


class RowView(TypedDict):
    """A score; ``rank`` is null where no order is claimed."""

    rank: int | None
    system: str
    value: str
    unit: str
    number: float
    confidence: float
    place: Place


class BoardView(TypedDict):
    """Scores that can be compared, from the best to the worst if they are ``ranked``."""

    dataset: str
    metric: str
    split: str
    unit: str
    direction: str
    ranked: bool
    gains: int
    rows: list[RowView]


def boards(atlas: Atlas, chosen: Excerpt, texts: Texts) -> list[BoardView]:
    """Return the boards of ``atlas`` whose data set, metric and scores the page holds, the larger ones first."""
    kept = {*chosen.things, *chosen.papers}
    views = []
    for board in atlas.leaderboard():
        rows = [row for row in board.rows if {row.system, row.paper} <= kept]
        if rows and {board.dataset, board.metric} <= kept:
            views.append(
                BoardView(
                    dataset=board.dataset,
                    metric=board.metric,
                    split=board.split,
                    unit=board.unit,
                    direction=board.direction.value,
                    ranked=board.is_ranked,
                    gains=board.gains,
                    rows=[
                        RowView(
                            rank=row.rank,
                            system=row.system,
                            value=row.value,
                            unit=row.unit,
                            number=row.number,
                            confidence=row.confidence,
                            place=texts.place(row.evidence),
                        )
                        for row in rows
                    ],
                )
            )
    return views
