"""``paperatlas paths``."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from paperatlas.cli.common import AsJson, AtlasFolder, Quiet, Verbose, Voice, counted, print_line


def paths(
    atlas: AtlasFolder,
    start: Annotated[str, typer.Argument(metavar="A", help="A name, an alias or an identifier.", show_default=False)],
    end: Annotated[str, typer.Argument(metavar="B", help="Another.", show_default=False)],
    limit: Annotated[int, typer.Option("--limit", metavar="N", help="At most N paths.")] = 5,
    max_length: Annotated[int, typer.Option("--max-length", metavar="N", help="Of at most N steps.")] = 4,
    through_papers: Annotated[
        bool, typer.Option("--through-papers", help="Let paths lead through papers, not through things alone.")
    ] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Print how two things hang together: the shortest paths, with the sentences behind each step.

    -q leaves the sentences out, -v shows all of them.
    """
    from paperatlas.graph.analysis.paths import tell
    from paperatlas.graph.atlas import open_atlas

    voice = Voice(quiet=quiet, verbose=verbose)
    found = open_atlas(atlas).paths(start, end, limit=limit, max_length=max_length, through_papers=through_papers)
    if as_json:
        typer.echo(json.dumps([asdict(route) for route in found], ensure_ascii=False, indent=1))
        return
    for line in tell(found, evidence=not quiet, all_evidence=verbose):
        print_line(line)
    if not found:
        voice.say(f"no path of at most {counted(max_length, 'step')} between {start} and {end}")
