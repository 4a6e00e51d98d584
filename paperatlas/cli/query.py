"""``paperatlas query``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from paperatlas.cli.common import Quiet, Verbose, Voice, counted, print_table


def query(
    data: Annotated[Path, typer.Argument(metavar="DIR|FILE", help="An atlas, or a file of RDF.", show_default=False)],
    sparql: Annotated[
        str, typer.Argument(metavar="QUERY", help="A SPARQL query; - reads it from stdin.", show_default=False)
    ],
    format: Annotated[
        str, typer.Option("--format", "-f", metavar="FORMAT", help="table, csv, tsv, json or xml.")
    ] = "table",
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Ask a SPARQL query. The prefixes pa: (the vocabulary) and id: (the things) are known, as are the usual ones."""
    from paperatlas.export import sparql as engine

    voice = Voice(quiet=quiet, verbose=verbose)
    answer = engine.ask(engine.load(data), sys.stdin.read() if sparql == "-" else sparql)
    if format == "table" and (table := answer.table()):
        print_table(table.header, table.rows)
        voice.detail(counted(len(table.rows), "row"))
    else:
        sys.stdout.buffer.write(answer.serialize(format))
        sys.stdout.buffer.flush()
