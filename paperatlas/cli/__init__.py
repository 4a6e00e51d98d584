"""The command line. A command is a thin wrapper around a library function; heavy imports wait until it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from paperatlas.cli import (
    build,
    decide,
    diff,
    evaluate,
    export,
    extract,
    fetch,
    leaderboard,
    paths,
    query,
    remove,
    review,
    serve,
    show,
    stats,
    timeline,
    top,
    train,
    validate,
    verify,
)

app = typer.Typer(
    name="paperatlas",
    help="Build a knowledge graph of what paper abstracts name: models, datasets, methods, tasks, metrics, and the "
    "scores they report. Offline; every node and edge points at the sentence it came from.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from paperatlas import __version__

        typer.echo(f"paperatlas {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_version, is_eager=True)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")] = False,
) -> None:
    pass


# In the order in which a person meets them.
app.command()(build.build)
app.command()(remove.remove)
app.command()(diff.diff)
app.command()(verify.verify)
app.command()(extract.extract)
app.command()(export.export)
# A named question brings options of its own.
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(query.query)
app.command()(serve.serve)
app.command()(validate.validate)
app.command()(show.show)
app.command()(stats.stats)
app.command()(decide.merge)
app.command()(decide.split)
app.command()(decide.rename)
app.command()(review.review)
app.command()(top.top)
app.command()(paths.paths)
app.command()(timeline.timeline)
app.command()(leaderboard.leaderboard)
app.command()(evaluate.evaluate)
app.command()(train.train)
app.add_typer(fetch.app, name="fetch")
