"""``paperatlas extract``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
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
    counted,
    read_and_skipped,
)
from paperatlas.extract.pipeline import MODEL, PIPELINE
from paperatlas.extract.readers.records import Skipped


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
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Extract what papers name and state; write one JSON object a paper."""
    from paperatlas import building
    from paperatlas.extract.facts import as_json
    from paperatlas.extract.pipeline import Options, extract_facts
    from paperatlas.files import atomic_writer

    voice = Voice(quiet=quiet, verbose=verbose)
    reading = building.read(inputs, format=from_, strict=strict)
    failed: list[Skipped] = []
    skip = building.skipping(failed, strict=strict)
    options = Options(pipeline, model, gazetteer, min_confidence)

    def lines() -> Iterator[bytes]:
        for facts in extract_facts(voice.progress(reading.papers, len(reading.papers)), options=options, skip=skip):
            yield json.dumps(as_json(facts), ensure_ascii=False).encode() + b"\n"

    if output is None or str(output) == "-":
        for line in lines():
            sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
    else:
        with atomic_writer(output) as file:
            file.writelines(lines())
    reading = reading.without(failed)
    voice.report_reading(reading)
    voice.say(f"{counted(len(reading.papers) - len(failed), 'paper')}; {read_and_skipped(reading)}")
