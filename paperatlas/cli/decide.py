"""``paperatlas merge``, ``split`` and ``rename``: a person's word on what is one thing."""

from __future__ import annotations

from typing import Annotated

import typer

from paperatlas.cli.common import AtlasFolder, Quiet, Verbose, Voice

Thing = Annotated[str, typer.Argument(metavar="NAME", help="A name, an alias or an identifier.", show_default=False)]


def merge(
    atlas: AtlasFolder,
    name: Thing,
    others: Annotated[
        list[str], typer.Argument(metavar="OTHER...", help="What else it is called.", show_default=False)
    ],
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Make one thing of several, known as NAME: written to DIR/overrides.toml, and the atlas linked anew."""
    from paperatlas import deciding

    voice = Voice(quiet=quiet, verbose=verbose)
    linked = deciding.merge(atlas, [name, *others])
    voice.say(f"{linked.find(name)} is what {', '.join(others)} {'is' if len(others) == 1 else 'are'}")


def split(
    atlas: AtlasFolder,
    name: Thing,
    forms: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FORM...]", help="What it is also called and is another thing.", show_default=False),
    ] = None,
    paper: Annotated[
        list[str] | None,
        typer.Option("--paper", metavar="KEY", help="A paper in which it is another thing.", show_default=False),
    ] = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Split a thing: its FORMs, or what it is in some papers, become things of their own.

    Written to DIR/overrides.toml, and the atlas linked anew.
    """
    from paperatlas import deciding

    voice = Voice(quiet=quiet, verbose=verbose)
    linked = deciding.split(atlas, name, forms or (), paper or ())
    voice.say(f"{linked.find(name)} keeps apart: {', '.join([*(forms or ()), *(paper or ())])}")


def rename(
    atlas: AtlasFolder,
    name: Thing,
    to: Annotated[str, typer.Argument(metavar="NEW", help="Its new name.", show_default=False)],
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Rename a thing: written to DIR/overrides.toml, and the atlas linked anew."""
    from paperatlas import deciding

    voice = Voice(quiet=quiet, verbose=verbose)
    linked = deciding.rename(atlas, name, to)
    voice.say(f"{linked.find(to)} is called {to}")
