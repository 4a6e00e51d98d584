"""``paperatlas validate``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TypeVar

import typer

from paperatlas.cli.common import AsJson, Quiet, RdfData, Verbose, Voice, counted
from paperatlas.errors import one_line

Item = TypeVar("Item")


def validate(data: RdfData, as_json: AsJson = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Check RDF against the shapes (SHACL): print what fails, one line each, and exit with 1 if anything does."""
    from paperatlas.export import sparql
    from paperatlas.export.rdf.validation import violations

    voice = Voice(quiet=quiet, verbose=verbose)
    store = sparql.load(data).store

    def progress(batches: Iterable[Item], total: int) -> Iterable[Item]:
        return voice.track(batches, total, "Checking")

    found = 0
    for violation in violations(store, progress):
        found += 1
        typer.echo(json.dumps(asdict(violation), ensure_ascii=False) if as_json else one_line(str(violation)))
    voice.say(
        f"{data}: {counted(len(store), 'triple')}; " + (f"{counted(found, 'violation')}" if found else "conforms")
    )
    if found:
        raise typer.Exit(1)
