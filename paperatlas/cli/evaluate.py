"""``paperatlas evaluate``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from paperatlas.cli.common import (
    AsJson,
    GazetteerFile,
    MinConfidence,
    Model,
    Pipeline,
    Quiet,
    Verbose,
    Voice,
    print_table,
)
from paperatlas.extract.pipeline import MODEL, PIPELINE


def evaluate(
    gold: Annotated[
        Path, typer.Argument(metavar="GOLD", help="Annotated documents, one JSON object a line.", show_default=False)
    ],
    pipeline: Pipeline = PIPELINE,
    model: Model = MODEL,
    gazetteer: GazetteerFile = "",
    min_confidence: MinConfidence = 0.0,
    given_entities: Annotated[
        bool, typer.Option("--given-entities", help="Give the trained model the annotated entities; it relates them.")
    ] = False,
    worst: Annotated[int, typer.Option("--worst", metavar="N", help="List the N documents that come out worst.")] = 5,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Measure extraction on annotated documents: precision, recall and F1 with 95 % intervals, by type and relation.

    Calibration error and confusion follow. A document is an object with text, entities, relations and results.
    """
    from paperatlas.extract.pipeline import Options, leave_out_large_packages

    options = Options(pipeline, model, gazetteer, min_confidence)
    leave_out_large_packages(options)
    from paperatlas.evaluation import evaluate as measure

    voice = Voice(quiet=quiet, verbose=verbose)
    report = measure(gold, options, given_entities=given_entities)
    voice.say(f"{report.documents} documents, {report.documents / report.seconds:.0f} a second")
    if as_json:
        typer.echo(json.dumps(report.as_json(worst), indent=2, ensure_ascii=False))
        return
    rows = [
        (
            figure.name,
            *(f"{100 * value:.1f}" for value in (figure.tally.precision, figure.tally.recall, figure.tally.f1)),
            f"{100 * figure.low:.1f}–{100 * figure.high:.1f}",
            *(str(count) for count in (figure.tally.hits, figure.tally.alarms, figure.tally.misses)),
        )
        for figure in report.figures
    ]
    print_table(("", "P", "R", "F1", "95 %", "hits", "alarms", "misses"), rows)
    typer.echo(f"\nCalibration error: things {report.thing_error:.3f}, relations {report.relation_error:.3f}")
    if report.confusion:
        typer.echo("\nTaken for another type, missed (-> -) and false (- ->), most often:")
        pairs = sorted(report.confusion.items(), key=lambda item: (-item[1], item[0]))
        print_table(("annotated", "found", ""), [(a, b, str(n)) for (a, b), n in pairs if a != b][:12])
    if worst:
        typer.echo("\nThe worst documents, by F1 of things with their types:")
        print_table(("document", "F1"), [(name, f"{100 * f1:.1f}") for name, f1 in report.worst(worst)])
