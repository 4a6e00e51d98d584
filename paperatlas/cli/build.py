"""``paperatlas build``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from paperatlas.cli.common import (
    From,
    GazetteerFile,
    InputsIfAny,
    MinConfidence,
    Model,
    Pipeline,
    Quiet,
    Strict,
    Verbose,
    Voice,
    Wait,
    Workers,
    read_and_skipped,
)
from paperatlas.extract.pipeline import MODEL, PIPELINE


def build(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="The folder of the atlas.")],
    inputs: InputsIfAny = None,
    from_: From = None,
    strict: Strict = False,
    pipeline: Pipeline = PIPELINE,
    model: Model = MODEL,
    gazetteer: GazetteerFile = "",
    min_confidence: MinConfidence = 0.0,
    workers: Workers = None,
    wait: Wait = None,
    with_sparql: Annotated[
        bool | None,
        typer.Option(
            "--with-sparql/--without-sparql",
            help="Let the page answer SPARQL, too, offline; it grows by 2 MB and more. As it was, if not given.",
            show_default=False,
        ),
    ] = None,
    link: Annotated[
        list[str] | None,
        typer.Option(
            "--link",
            metavar="FILE",
            help="An outside list to tie things to by name: SKOS, CSV or JSON Lines with id, name, aliases, type.",
            show_default=False,
        ),
    ] = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Build an atlas: read papers, extract what they name, link it, write atlas.db, atlas.ttl and atlas.html.

    An atlas that is already in DIR is added to; papers that it has are read anew only if their text, or the way to
    extract, has changed. A build that was stopped goes on where it was. Without INPUT, what is there is linked anew.
    """
    from paperatlas import building, deciding
    from paperatlas.errors import Interrupted, UsageError
    from paperatlas.extract.pipeline import Options, leave_out_large_packages
    from paperatlas.graph.atlas import PAGE
    from paperatlas.graph.store.journal import BUILD

    voice = Voice(quiet=quiet, verbose=verbose)
    options = Options(pipeline, model, gazetteer, min_confidence)
    leave_out_large_packages(options)
    if not inputs:
        if options != Options() or from_ or strict or workers:
            raise UsageError("nothing is extracted without INPUT", hint="--link, --with-sparql and --wait may be given")
        atlas = building.relink(output, anew=True, wait=wait, say=voice.say, with_sparql=with_sparql, link=link or ())
        voice.say(f"{output}: {building.summarize(atlas)}; linked anew")
        return
    try:
        atlas, reading = building.build(
            inputs,
            output,
            format=from_,
            strict=strict,
            options=options,
            workers=workers,
            progress=voice.progress,
            wait=wait,
            say=voice.say,
            with_sparql=with_sparql,
            link=link or (),
        )
    except Interrupted:
        if (output / BUILD).is_dir():
            raise Interrupted("what was finished is kept, and the same command goes on from there") from None
        raise
    voice.report_skipped(reading.skipped)
    deciding.report(output, atlas, voice.say, voice.detail)
    voice.detail(f"wrote {output}/atlas.db, atlas.ttl, atlas.html")
    voice.say(f"{output}: {building.summarize(atlas)}; {read_and_skipped(reading.records, len(reading.skipped))}")
    voice.detail(f"open {(output / PAGE).resolve().as_uri()}")
