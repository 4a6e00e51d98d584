"""``paperatlas build``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from paperatlas.cli.common import (
    From,
    GazetteerFile,
    Inputs,
    MinConfidence,
    Model,
    Pipeline,
    Quiet,
    Strict,
    Verbose,
    Voice,
    WithSparql,
    read_and_skipped,
)
from paperatlas.extract.pipeline import MODEL, PIPELINE


def build(
    inputs: Inputs,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="The folder of the atlas.")],
    from_: From = None,
    strict: Strict = False,
    pipeline: Pipeline = PIPELINE,
    model: Model = MODEL,
    gazetteer: GazetteerFile = "",
    min_confidence: MinConfidence = 0.0,
    with_sparql: WithSparql = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Build an atlas: read papers, extract what they name, link it, write atlas.db, atlas.ttl and atlas.html.

    An atlas that is already in DIR is added to; papers that it has are read anew only if their text, or the way to
    extract, has changed.
    """
    from paperatlas import building
    from paperatlas.extract.pipeline import Options
    from paperatlas.graph.atlas import PAGE

    voice = Voice(quiet=quiet, verbose=verbose)
    options = Options(pipeline, model, gazetteer, min_confidence)
    atlas, reading = building.build(
        inputs,
        output,
        format=from_,
        strict=strict,
        options=options,
        progress=voice.progress,
        with_sparql=with_sparql,
    )
    voice.report_reading(reading)
    voice.detail(f"wrote {output}/atlas.db, atlas.ttl, atlas.html")
    voice.say(f"{output}: {building.summarize(atlas)}; {read_and_skipped(reading)}")
    voice.detail(f"open {(output / PAGE).resolve().as_uri()}")
