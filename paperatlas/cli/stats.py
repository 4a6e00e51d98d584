"""``paperatlas stats``."""

from __future__ import annotations

import json
from collections import Counter

import typer

from paperatlas.cli.common import AsJson, AtlasFolder, Quiet, Verbose, print_table


def stats(atlas: AtlasFolder, as_json: AsJson = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Print what an atlas holds: counts, and the things that most papers name (-v: more of them)."""
    from paperatlas.building import summarize
    from paperatlas.graph.atlas import open_atlas

    opened = open_atlas(atlas)
    summary = summarize(opened)
    nodes = opened.graph.nodes
    relations = Counter(data["type"] for _, _, data in opened.graph.edges(data=True))
    ranked = sorted(opened.things(), key=lambda node: (-nodes[node]["support"], node))[: 50 if verbose else 10]
    if as_json:
        counts = {
            "papers": summary.papers,
            "things": dict(sorted(summary.things.items())),
            "edges": dict(sorted(relations.items())),
            "results": summary.results,
            "top": [
                {
                    "id": node,
                    "name": nodes[node]["name"],
                    "type": nodes[node]["type"],
                    "support": nodes[node]["support"],
                }
                for node in ranked
            ],
        }
        typer.echo(json.dumps(counts, ensure_ascii=False, indent=1))
        return
    typer.echo(str(summary))
    if quiet:
        return
    typer.echo()
    print_table(["relation", "edges"], [[kind, str(count)] for kind, count in sorted(relations.items())])
    typer.echo()
    print_table(
        ["thing", "type", "papers"],
        [[nodes[node]["name"], nodes[node]["type"], str(nodes[node]["support"])] for node in ranked],
    )
