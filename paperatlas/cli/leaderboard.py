"""``paperatlas leaderboard``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from paperatlas.cli.common import (
    AsJson,
    AtlasFolder,
    Limit,
    Quiet,
    Verbose,
    Voice,
    counted,
    print_line,
    print_table,
    shown,
)

if TYPE_CHECKING:
    from paperatlas.graph.analysis.leaderboard import Board


def leaderboard(
    atlas: AtlasFolder,
    dataset: Annotated[
        str | None, typer.Argument(metavar="[DATASET]", help="A dataset by any of its names.", show_default=False)
    ] = None,
    metric: Annotated[
        str | None, typer.Argument(metavar="[METRIC]", help="A metric by any of its names.", show_default=False)
    ] = None,
    limit: Limit = 20,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Print the reported scores on a dataset, the best first, with the sentences that report them (-q: without).

    Each metric, split and unit has a board of its own. Without DATASET, which boards there are, the largest first.
    """
    from paperatlas.errors import NotFoundError
    from paperatlas.graph.atlas import open_atlas

    voice = Voice(quiet=quiet, verbose=verbose)
    boards = open_atlas(atlas).leaderboard(dataset, metric)
    if dataset and not boards:
        what = f"{metric} on {dataset}" if metric else dataset
        raise NotFoundError(f"no score is reported of {what}", hint="'paperatlas leaderboard DIR' lists the boards")
    if not dataset:
        _list(shown(boards, limit, voice, "board"), as_json=as_json)
    elif as_json:
        typer.echo(json.dumps([asdict(board) for board in boards], ensure_ascii=False, indent=1))
    else:
        for board in boards:
            _print(board, limit, voice)


def _list(boards: Sequence[Board], *, as_json: bool) -> None:
    columns = ("dataset", "split", "metric", "unit", "better", "scores")
    rows = [(b.dataset_name, b.split, b.metric_name, b.unit, str(b.direction), len(b.rows)) for b in boards]
    if as_json:
        typer.echo(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], ensure_ascii=False, indent=1))
    else:
        print_table(columns, [[str(cell) for cell in row] for row in rows])


def _print(board: Board, limit: int, voice: Voice) -> None:
    order = f"{board.direction} is better"
    if not board.is_ranked:
        unknown = "which way is better" if board.direction == "unknown" else "which split"
        order = f"{unknown} is not known: in the order of dates, without ranks"
    print_line(f"{board.title}: {counted(len(board.rows), 'score')}, {order}")
    header = ["", "system", "value", "date", "paper", *["evidence"] * (not voice.quiet)]
    rows = [
        [
            str(row.rank or ""),
            row.name,
            row.value + ("" if row.unit == "%" else " ") + row.unit,
            row.date,
            row.paper.removeprefix("paper/"),
            *[f"“{row.evidence['quote']}”"] * (not voice.quiet),
        ]
        for row in shown(board.rows, limit, voice, "score")
    ]
    print_table(header, rows)
    typer.echo()
    if board.gains:
        voice.say(f"{counted(board.gains, 'gain')} by {board.metric_name} left out: a difference is no score")
