"""``paperatlas serve``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from paperatlas.cli.common import Quiet, Verbose, Voice


def serve(
    data: Annotated[Path, typer.Argument(metavar="DIR|FILE", help="An atlas, or a file of RDF.", show_default=False)],
    port: Annotated[int, typer.Option("--port", "-p", metavar="N", help="The port; 0 takes any that is free.")] = 7878,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Where to listen; only this machine, unless you say so.")
    ] = "127.0.0.1",
    cors: Annotated[
        list[str] | None,
        typer.Option(
            "--cors",
            metavar="ORIGIN",
            help="Let pages of this origin ask (repeatable; * for any); none unless given.",
            show_default=False,
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=0.1, max=86_400, help="What one query may take.")
    ] = 30.0,
    rows: Annotated[int, typer.Option("--rows", metavar="N", min=1, help="What one answer may hold.")] = 100_000,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Serve an atlas on this machine: a SPARQL endpoint (/sparql), a page to ask (/query), and the explorer (/)."""
    from paperatlas.export.serve.pool import Limits
    from paperatlas.export.serve.running import serve as run

    voice = Voice(quiet=quiet, verbose=verbose)

    def ready(address: str) -> None:
        voice.say(f"{address}/ explorer, {address}/query page, {address}/sparql endpoint; Ctrl-C ends it")

    run(data, host=host, port=port, limits=Limits(timeout, rows), cors=cors or (), ready=ready)
