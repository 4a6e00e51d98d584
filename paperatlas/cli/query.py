"""``paperatlas query``."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paperatlas.cli.common import AsJson, Quiet, Verbose, Voice, counted, print_table
from paperatlas.errors import UsageError
from paperatlas.files import Direct, stdin

if TYPE_CHECKING:
    from paperatlas.export.sparql import Data, Table

#: The name of a question, rather than a query.
_NAME = re.compile(r"[a-z]+(?:-[a-z]+)*")


def query(
    context: typer.Context,
    data: Annotated[
        Path | None,
        typer.Argument(metavar="DIR|FILE", help="An atlas, or a file of RDF; - for stdin.", show_default=False),
    ] = None,
    sparql: Annotated[
        str | None,
        typer.Argument(
            metavar="QUERY|QUESTION",
            help="A SPARQL query, - to read one from stdin, or a named question with its --NAME VALUE.",
            show_default=False,
        ),
    ] = None,
    format: Annotated[
        str, typer.Option("--format", "-f", metavar="FORMAT", help="table, csv, tsv, json or xml.")
    ] = "table",
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="Of a named question, the first N rows.", show_default=False),
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the named questions and stop.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Print the query, filled in, instead of asking it.")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Ask a SPARQL query, or a named question: paperatlas query DIR datasets-of --model Gato.

    The prefixes pa: (the vocabulary) and id: (the things) are known, as are the usual ones.
    """
    from paperatlas.export import sparql as engine

    if list_:
        _list(as_json=as_json)
        return
    if data is None or sparql is None:
        raise UsageError(
            "what is asked, and of what?", hint="paperatlas query DIR 'SELECT ...', or --list for named questions"
        )
    voice = Voice(quiet=quiet, verbose=verbose)
    if str(data) == "-" and sparql == "-":
        raise UsageError("stdin cannot be both the data and the query")
    # Also the loading: what takes long is ended by Ctrl-C, whatever it is.
    asked, table = engine.with_room(
        lambda: _answered(data, sparql, context.args, limit, None if show else "json" if as_json else format)
    )
    if show:
        typer.echo(asked)
        return
    for note in engine.notes(asked):
        voice.say(f"note: {note}")
    if table:
        print_table(table.header, table.rows)
        voice.detail(counted(len(table.rows), "row"))


def _answered(
    path: Path, sparql: str, extra: Sequence[str], limit: int | None, format: str | None
) -> tuple[str, Table | None]:
    """Return the query that is meant; if there is a ``format``, answer it: print the answer, or return the table."""
    from paperatlas.export.sparql import ask, load

    data = load(path)
    asked = _asked(sparql, extra, data, limit)
    if format is None:
        return asked, None
    answer = ask(data, asked)
    table = answer.table() if format == "table" else None
    if table is None:
        answer.write(Direct(sys.stdout), format)
    return asked, table


def _asked(sparql: str, extra: Sequence[str], data: Data, limit: int | None) -> str:
    """Return the query that is meant: as it was given, read from stdin, or that of a question."""
    from paperatlas.export.sparql.questions import question

    if _NAME.fullmatch(sparql):
        return question(sparql).fill(_options(extra), data.names(), limit=limit)
    if extra:
        raise UsageError(f"no option {extra[0]}", hint="only named questions have options of their own")
    if limit is not None:
        raise UsageError("--limit is for named questions", hint="write LIMIT into the query")
    return stdin().read() if sparql == "-" else sparql


def _options(extra: Sequence[str]) -> dict[str, str]:
    """Read the options of a question: ``--model Gato`` or ``--model=Gato``."""
    options: dict[str, str] = {}
    rest = [*extra]
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        if not re.fullmatch(r"--[a-z]+", name):
            raise UsageError(f"not an option of a question: {name}", hint="--NAME VALUE")
        if not equals:
            if not rest:
                raise UsageError(f"{name} wants a value")
            value = rest.pop(0)
        options[name.removeprefix("--")] = value
    return options


def _list(*, as_json: bool) -> None:
    from paperatlas.export.sparql.questions import questions

    if as_json:
        listed = [
            {
                "name": question.name,
                "asks": question.asks,
                "about": question.about,
                "parameters": [
                    {"name": p.name, "kinds": p.kinds, "meaning": p.meaning, "optional": p.optional}
                    for p in question.parameters
                ],
                "query": question.query,
            }
            for question in questions()
        ]
        typer.echo(json.dumps(listed, ensure_ascii=False, indent=1))
        return
    print_table(["question", "asks"], [[question.usage(), question.asks] for question in questions()])
