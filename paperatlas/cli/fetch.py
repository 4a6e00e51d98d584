"""``paperatlas fetch``: the only command that uses the network."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paperatlas.cli.common import Quiet, Verbose, Voice, counted
from paperatlas.errors import Interrupted, UsageError
from paperatlas.files import stdin

if TYPE_CHECKING:
    from paperatlas.extract.fetch import Request

app = typer.Typer(
    help="Fetch papers from arXiv, OpenAlex, the ACL Anthology or by DOI, as JSON Lines for build. Nothing else here "
    "uses the network.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Ids = Annotated[
    list[str] | None, typer.Option("--id", metavar="NUMBER", help="A paper; may be given again.", show_default=False)
]
IdsFrom = Annotated[
    str, typer.Option("--ids", metavar="FILE", help="Papers, one a line; - for stdin.", show_default=False)
]
Query = Annotated[
    str,
    typer.Option(
        "--query", metavar="QUERY", help="What the papers are about, as the service wants it told.", show_default=False
    ),
]
Since = Annotated[
    str, typer.Option("--since", metavar="DATE", help="Nothing older: 2024, 2024-05 or 2024-05-12.", show_default=False)
]
Limit = Annotated[
    int | None, typer.Option("--limit", "-n", metavar="N", min=1, help="The first N papers only.", show_default=False)
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="JSON Lines to write to, or to go on with; stdout if not given.",
        show_default=False,
    ),
]
Url = Annotated[
    str, typer.Option("--url", metavar="URL", help="The address of a mirror of the service.", show_default=False)
]
Pause = Annotated[
    float | None,
    typer.Option(
        "--pause",
        metavar="SECONDS",
        min=0.0,
        help="Between two questions; less than usual for a mirror only.",
        show_default=False,
    ),
]
MailTo = Annotated[
    str,
    typer.Option(
        "--mailto",
        metavar="ADDRESS",
        envvar="PAPERATLAS_MAILTO",
        help="Your e-mail address, for the service to write to.",
        show_default=False,
        show_envvar=False,
    ),
]


@app.command()
def arxiv(
    ids: Ids = None,
    ids_from: IdsFrom = "",
    query: Query = "",
    since: Since = "",
    limit: Limit = None,
    output: Output = None,
    url: Url = "",
    pause: Pause = None,
    mailto: MailTo = "",
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Fetch papers from arXiv, by number or by a query such as 'cat:cs.CL AND abs:"knowledge graph"', newest first."""
    from paperatlas.extract.fetch import Request
    from paperatlas.extract.identifiers import arxiv_id

    numbers = _numbers(ids, ids_from, query)
    for number in numbers:
        if not arxiv_id(number):
            raise UsageError(f"{number!r} is no arXiv number", hint="such as 2205.06175 or hep-th/9901001")
    request = Request(ids=tuple(map(arxiv_id, numbers)), query=query, since=_day(since), limit=limit)
    _run("arxiv", request, output, url, pause, mailto, Voice(quiet=quiet, verbose=verbose))


@app.command()
def openalex(
    ids: Ids = None,
    ids_from: IdsFrom = "",
    query: Query = "",
    since: Since = "",
    limit: Limit = None,
    output: Output = None,
    url: Url = "",
    pause: Pause = None,
    mailto: MailTo = "",
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Fetch works from OpenAlex, by number (W2741809807 or a DOI) or by words, best match first.

    A key in the environment's OPENALEX_API_KEY lets you have more.
    """
    from paperatlas.extract.fetch import Request
    from paperatlas.extract.identifiers import doi

    numbers = _numbers(ids, ids_from, query)
    for number in numbers:
        if not doi(number) and not re.fullmatch(r"(?:https://openalex\.org/)?[Ww]\d+", number):
            raise UsageError(f"{number!r} is no work of OpenAlex", hint="such as W2741809807, or a DOI")
    request = Request(
        ids=tuple(doi(number) or number.rpartition("/")[2].upper() for number in numbers),
        query=query,
        since=_day(since),
        limit=limit,
    )
    _run("openalex", request, output, url, pause, mailto, Voice(quiet=quiet, verbose=verbose))


@app.command()
def acl(
    volume: Annotated[
        str, typer.Option("--volume", metavar="VOLUME", help="Such as 2024.acl-long or P18-1.", show_default=False)
    ],
    limit: Limit = None,
    output: Output = None,
    url: Url = "",
    pause: Pause = None,
    mailto: MailTo = "",
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Fetch the papers of a volume of the ACL Anthology."""
    from paperatlas.extract.fetch import Request

    _run("acl", Request(volume=volume, limit=limit), output, url, pause, mailto, Voice(quiet=quiet, verbose=verbose))


@app.command()
def doi(
    ids: Ids = None,
    ids_from: IdsFrom = "",
    output: Output = None,
    url: Url = "",
    pause: Pause = None,
    mailto: MailTo = "",
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Fetch what the agencies that register DOIs (Crossref, DataCite) know of papers; many come without an abstract."""
    from paperatlas.extract import identifiers
    from paperatlas.extract.fetch import Request

    numbers = _numbers(ids, ids_from, "")
    for number in numbers:
        if not identifiers.doi(number):
            raise UsageError(f"{number!r} is no DOI", hint="such as 10.18653/v1/2024.acl-long.1")
    request = Request(ids=tuple(map(identifiers.doi, numbers)))
    _run("doi", request, output, url, pause, mailto, Voice(quiet=quiet, verbose=verbose))


def _numbers(given: list[str] | None, file: str, query: str) -> list[str]:
    """Return the numbers of the options and of the file, each once."""
    numbers = [*given] if given else []
    if file:
        try:
            text = stdin().read() if file == "-" else Path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"cannot be read: {getattr(error, 'strerror', 'not UTF-8')}", where=file) from error
        numbers += (line.strip() for line in text.splitlines())
    found = [*dict.fromkeys(filter(None, numbers))]
    if bool(found) == bool(query):
        raise UsageError("which papers?", hint="give --id or --ids, or else --query")
    return found


def _day(date: str) -> str:
    """Return the first day of a year, a month or a day."""
    import datetime

    if not date:
        return ""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", date)
    year, month, day = (int(part or 1) for part in match.groups()) if match else (0, 0, 0)
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        raise UsageError(f"{date!r} is no date", hint="such as 2024, 2024-05 or 2024-05-12") from None


def _run(
    name: str, request: Request, output: Path | None, url: str, pause: float | None, mailto: str, voice: Voice
) -> None:
    """Fetch, and tell what came."""
    from paperatlas import __version__
    from paperatlas.extract.fetch import SERVICES, Client, File, Stream, harvest

    service = SERVICES[name]
    if pause is not None and pause < service.pause and not url:
        raise UsageError(f"{service.name} asks for {service.pause:g} s between two questions")
    to_file = output is not None and str(output) != "-"

    def write(lines: bytes) -> None:
        sys.stdout.buffer.write(lines)
        sys.stdout.buffer.flush()

    client = Client(service, url, pause, mailto, agent=f"paperatlas/{__version__}", say=voice.say)
    try:
        done = harvest(
            client,
            request,
            File(output) if to_file and output else Stream(write),
            progress=lambda seen, total: voice.detail(f"{seen:,}" + (f" of {total:,}" if total is not None else "")),
        )
    except Interrupted as stop:
        kept = f"{output} has what came; the same command goes on from there" if to_file else "what came was written"
        raise Interrupted(kept) from stop
    voice.report_skipped(done.skipped)
    there = f", {done.known:,} already there" if done.known else ""
    voice.say(f"{counted(done.new, 'new paper')}{there}; {len(done.skipped)} skipped")
