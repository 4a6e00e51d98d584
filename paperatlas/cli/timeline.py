"""``paperatlas timeline``."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from paperatlas.cli.common import AsJson, AtlasFolder, Quiet, Verbose, Voice, counted, print_line, print_table


def timeline(
    atlas: AtlasFolder,
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="A name, an alias or an identifier.", show_default=False),
    ] = None,
    by: Annotated[str, typer.Option("--by", metavar="STEP", help="year or month.")] = "year",
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Print when something was named: who was first, and how many papers followed (-v: which).

    Without NAME, how many papers the atlas has of each year, how much they name for the first time, and what most.
    """
    from paperatlas.graph.atlas import open_atlas

    voice = Voice(quiet=quiet, verbose=verbose)
    opened = open_atlas(atlas)
    line = opened.timeline(name, by=by)
    if as_json:
        typer.echo(json.dumps(asdict(line), ensure_ascii=False, indent=1))
        return
    nodes = opened.graph.nodes
    if line.node:
        for paper in line.first:
            print_line(f"{line.name}: first named {nodes[paper]['date']} by {nodes[paper]['name']} ({_key(paper)})")
        header = ["period", "papers", "total", "of all papers", *["which"] * verbose]
        rows = [
            [p.period, str(len(p.papers)), str(p.total), str(p.of), *[", ".join(map(_key, p.papers))] * verbose]
            for p in line.periods
        ]
    else:
        header = ["period", "papers", "total", "new things", "named most", *["which"] * verbose]
        rows = [
            [
                p.period,
                str(len(p.papers)),
                str(p.total),
                str(p.new),
                ", ".join(nodes[thing]["name"] for thing in p.leading),
                *[", ".join(map(_key, p.papers))] * verbose,
            ]
            for p in line.periods
        ]
    print_table(header, rows)
    if line.undated:
        typer.echo(f"{counted(len(line.undated), 'paper')} without a date")
        voice.detail(", ".join(map(_key, line.undated)))


def _key(paper: str) -> str:
    return paper.removeprefix("paper/")
