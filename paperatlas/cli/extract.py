"""``paperatlas extract``."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
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
    Workers,
    counted,
    read_and_skipped,
)
from paperatlas.extract.pipeline import MODEL, PIPELINE


def extract(
    inputs: Inputs,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where to write; stdout if not given.", show_default=False),
    ] = None,
    from_: From = None,
    strict: Strict = False,
    pipeline: Pipeline = PIPELINE,
    model: Model = MODEL,
    gazetteer: GazetteerFile = "",
    min_confidence: MinConfidence = 0.0,
    workers: Workers = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Extract what papers name and state; write one JSON object a paper."""
    from paperatlas.extract.facts import as_json
    from paperatlas.extract.pipeline import Options, leave_out_large_packages
    from paperatlas.extracting import extraction
    from paperatlas.files import atomic_writer

    voice = Voice(quiet=quiet, verbose=verbose)
    written = atomic_writer(output) if output and str(output) != "-" else nullcontext(sys.stdout.buffer)
    options = Options(pipeline, model, gazetteer, min_confidence)
    leave_out_large_packages(options)
    with extraction(
        inputs, options, format=from_, strict=strict, workers=workers, progress=voice.progress
    ) as extracted:
        lines = (json.dumps(as_json(facts), ensure_ascii=False).encode() + b"\n" for facts in extracted.facts)
        with written as file:
            file.writelines(lines)
            file.flush()
    voice.report_skipped(extracted.skipped)
    voice.say(f"{counted(extracted.papers, 'paper')}; {read_and_skipped(extracted.records, len(extracted.skipped))}")
