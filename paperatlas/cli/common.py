"""What the commands share: their common options, and how they speak to a person."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from paperatlas.errors import harmless, one_line
from paperatlas.extract.paper import Paper
from paperatlas.extract.readers.records import Skipped

Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT...", help="Files of papers, folders, globs; .gz is fine; - for stdin.", show_default=False
    ),
]
InputsIfAny = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="INPUT...", help="Files of papers, folders, globs; .gz is fine; - for stdin.", show_default=False
    ),
]
AtlasFolder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of an atlas.", show_default=False)]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="FORMAT",
        help="What the inputs are, where the content does not tell: atom, anthology, jsonl, json, bibtex, ris, "
        "abstracts, tsv, csv or blocks.",
        show_default=False,
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="Stop at the first record that cannot be read.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say more: each skipped record, what was written.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]

Limit = Annotated[int, typer.Option("--limit", metavar="N", min=0, help="At most N of them, the first; 0 for all.")]

Pipeline = Annotated[
    str,
    typer.Option(
        "--pipeline",
        metavar="NAME|PATH",
        help="What extracts: learned, rules (faster, finds less), a config file, or a spaCy pipeline (installed or a "
        "folder) that takes the tagger's place.",
    ),
]
Model = Annotated[
    str, typer.Option("--model", metavar="NAME|DIR", help="The trained model: one of the package's, or a folder.")
]
GazetteerFile = Annotated[
    str,
    typer.Option(
        "--gazetteer",
        metavar="FILE",
        help="Names to be found wherever they stand: CSV, TSV or JSON Lines with name, type and aliases.",
        show_default=False,
    ),
]
MinConfidence = Annotated[
    float, typer.Option("--min-confidence", metavar="P", min=0.0, max=1.0, help="Leave out what is less sure than P.")
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        metavar="N",
        min=1,
        help="Extract in up to N processes, as many as cores if not given (one for a pipeline of your own); the "
        "outcome is the same.",
        show_default=False,
    ),
]
Wait = Annotated[
    float | None,
    typer.Option(
        "--wait",
        metavar="SECONDS",
        min=0.0,
        help="How long to wait while another build is at work in DIR (0: not at all); without end if not given.",
        show_default=False,
    ),
]

RdfData = Annotated[
    Path, typer.Argument(metavar="DIR|FILE", help="An atlas, or a file of RDF; - for stdin.", show_default=False)
]
WithSparql = Annotated[
    bool, typer.Option("--with-sparql", help="Let the page answer SPARQL, too, offline; it grows by 2 MB and more.")
]
Base = Annotated[
    str | None,
    typer.Option(
        "--base",
        metavar="IRI",
        help="What the IRIs of papers and things begin with; https://w3id.org/paperatlas/id/ unless set.",
        show_default=False,
    ),
]

#: How many skipped records are listed without --verbose.
_LISTED = 10

Item = TypeVar("Item")


class Voice:
    """Speaks to a person on stderr, so that stdout is the data's alone."""

    def __init__(self, *, quiet: bool, verbose: bool) -> None:
        self.quiet = quiet
        self.verbose = verbose

    def say(self, text: str) -> None:
        """Say something unless asked to be quiet."""
        if not self.quiet:
            typer.echo(one_line(text), err=True)

    def detail(self, text: str) -> None:
        """Say something only when asked for more."""
        if self.verbose and not self.quiet:
            typer.echo(one_line(text), err=True)

    def progress(self, papers: Iterable[Paper], total: int) -> Iterable[Paper]:
        """Show how far the papers have come, where stderr is a terminal."""
        return self.track(papers, total, "Extracting")

    def track(self, items: Iterable[Item], total: int, doing: str) -> Iterable[Item]:
        """Show how far some work has come, where stderr is a terminal."""
        if self.quiet or not sys.stderr.isatty():
            return items
        from rich.console import Console
        from rich.progress import track

        return track(items, description=doing, total=total, console=Console(stderr=True), transient=True)

    def report_skipped(self, records: Sequence[Skipped]) -> None:
        """List records that are no papers: the first ones, or all of them."""
        shown = records if self.verbose else records[:_LISTED]
        for skipped in shown:
            self.say(f"skipped {skipped}")
        if len(shown) < len(records):
            self.say(f"skipped {len(records) - len(shown)} more (-v lists them)")


def counted(number: int, noun: str) -> str:
    """Put a number before a noun.

    >>> counted(1, "record"), counted(2, "record")
    ('1 record', '2 records')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


def shown(items: Sequence[Item], limit: int, voice: Voice, noun: str) -> Sequence[Item]:
    """Return the first ``limit`` items, all if it is 0, and say how many are left out."""
    if limit and len(items) > limit:
        voice.say(f"the first {limit} of {counted(len(items), noun)} (--limit 0 for all)")
        return items[:limit]
    return items


def read_and_skipped(records: int, skipped: int) -> str:
    """Say how many records were read and how many could not be: the end of a summary."""
    return f"{counted(records, 'record')} read, {skipped} skipped"


def print_line(line: str) -> None:
    """Print a line of what an atlas says, which may be anybody's; there may be an empty one before it."""
    typer.echo("\n".join(map(harmless, line.split("\n"))))


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; on a terminal long cells fold, elsewhere every row is one line."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in header:
        table.add_column(Text(one_line(name)), overflow="fold")
    for row in rows:
        table.add_row(*(Text(one_line(cell)) for cell in row))
    console = Console()
    if not console.is_terminal:
        console = Console(width=max(80, console.measure(table, options=console.options.update(width=10**6)).maximum))
    console.print(table)
