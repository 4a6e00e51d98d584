"""``paperatlas top``."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from paperatlas.cli.common import AsJson, AtlasFolder, Limit, Quiet, Verbose, Voice, print_table, shown


def top(
    atlas: AtlasFolder,
    by: Annotated[
        str, typer.Option("--by", metavar="KIND", help="pagerank, support, degree, betweenness or core.")
    ] = "pagerank",
    type: Annotated[
        str | None,
        typer.Option(
            "--type", metavar="TYPE", help="Model, Method, Dataset, Task or Metric: of this alone.", show_default=False
        ),
    ] = None,
    limit: Limit = 20,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Print what is central, most first: what many use, extend and are measured on, or what many papers name."""
    from paperatlas.graph.atlas import open_atlas

    voice = Voice(quiet=quiet, verbose=verbose)
    opened = open_atlas(atlas)
    ranked = shown(opened.centrality(by, type=type), limit, voice, "thing")
    if as_json:
        typer.echo(json.dumps([asdict(central) for central in ranked], ensure_ascii=False, indent=1))
        return
    nodes = opened.graph.nodes
    # The number of papers is told in any case.
    scored = by != "support"
    rows = [
        [str(n), c.name, c.type, *[f"{c.score:.6g}"] * scored, str(nodes[c.node]["support"]), nodes[c.node]["date"]]
        for n, c in enumerate(ranked, 1)
    ]
    print_table(["", "thing", "type", *[by] * scored, "papers", "first"], rows)
