"""``paperatlas remove``."""

from __future__ import annotations

from typing import Annotated

import typer

from paperatlas.cli.common import AtlasFolder, Quiet, Verbose, Voice, Wait, counted


def remove(
    atlas: AtlasFolder,
    papers: Annotated[
        list[str],
        typer.Argument(metavar="PAPER...", help="Keys, identifiers, arXiv numbers or DOIs.", show_default=False),
    ],
    wait: Wait = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Take papers out of an atlas: it becomes what it would be if they had never been read."""
    from paperatlas import building

    voice = Voice(quiet=quiet, verbose=verbose)
    left, removed = building.remove(atlas, papers, wait=wait, say=voice.say)
    for key in removed:
        voice.detail(f"removed {key}")
    voice.say(f"{atlas}: {counted(len(removed), 'paper')} removed; {building.summarize(left)}")
