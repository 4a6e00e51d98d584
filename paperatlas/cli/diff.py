"""``paperatlas diff``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from paperatlas.cli.common import AsJson, Quiet, Verbose, Voice, print_line

#: How many of each kind are listed without --verbose.
_LISTED = 20


def diff(
    first: Annotated[Path, typer.Argument(metavar="A", help="The folder of an atlas.", show_default=False)],
    second: Annotated[Path, typer.Argument(metavar="B", help="The folder of another.", show_default=False)],
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Print what two atlases differ in: papers, nodes (renamed and retyped ones among them), edges and scores."""
    from paperatlas.graph.atlas import open_atlas
    from paperatlas.graph.diff import compare, tell

    voice = Voice(quiet=quiet, verbose=verbose)
    difference = compare(open_atlas(first), open_atlas(second))
    if as_json:
        typer.echo(json.dumps(difference, ensure_ascii=False, indent=1))
        return
    lines = [*tell(difference, limit=None if verbose else _LISTED)]
    for line in lines:
        print_line(line)
    if not lines:
        voice.say(f"{first} and {second} say the same")
