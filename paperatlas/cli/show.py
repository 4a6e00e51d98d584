"""``paperatlas show``."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from paperatlas.cli.common import AsJson, AtlasFolder, Quiet, Verbose, print_line


def show(
    atlas: AtlasFolder,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name, an alias or an identifier.", show_default=False)],
    why: Annotated[bool, typer.Option("--why", help="Print why what it is called is one thing.")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Print what is known of one thing or paper, with the sentences that say so. -q leaves the sentences out."""
    from paperatlas.graph.atlas import open_atlas
    from paperatlas.graph.portrait import portray, tell
    from paperatlas.graph.why import explain, tell_why

    if why:
        explanation = explain(open_atlas(atlas), name)
        if as_json:
            typer.echo(json.dumps(explanation, ensure_ascii=False, indent=1))
        else:
            for line in tell_why(explanation, everything=verbose):
                print_line(line)
        return
    portrait = portray(open_atlas(atlas), name)
    if as_json:
        typer.echo(json.dumps(portrait, ensure_ascii=False, indent=1))
    else:
        # At once: each line by itself takes its time, and some things have thousands.
        print_line("\n".join(tell(portrait, evidence=not quiet, all_evidence=verbose)))
