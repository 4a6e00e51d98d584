"""``paperatlas fetch``: the only command that uses the network."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paperatlas.cli.common import Quiet, Verbose, Voice, counted
from paperatlas.errors import FetchError, Interrupted, UsageError
from paperatlas.files import stdin

if TYPE_CHECKING:
    from paperatlas.extract.fetch import Request
    from paperatlas.extract.fetch.place import Place

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
    str,
    typer.Option(
        "--since",
        metavar="DATE",
        help="With --query: nothing older than 2024, 2024-05 or 2024-05-12.",
        show_default=False,
    ),
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
    from paperatlas.extract.fetch.numbers import arxiv_number

    numbers = _numbers(ids, ids_from, query, since)
    for number in numbers:
        if not arxiv_number(number):
            raise UsageError(f"{number!r} is no arXiv number", hint="such as 2205.06175 or hep-th/9901001")
    request = Request(ids=_distinct(map(arxiv_number, numbers)), query=query, since=_day(since), limit=limit)
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
    from paperatlas.extract.fetch.numbers import doi_number

    numbers = _numbers(ids, ids_from, query, since)
    for number in numbers:
        if not doi_number(number) and not re.fullmatch(r"(?:https://openalex\.org/)?[Ww][0-9]{1,20}", number):
            raise UsageError(f"{number!r} is no work of OpenAlex", hint="such as W2741809807, or a DOI")
    request = Request(
        ids=_distinct(doi_number(number) or number.rpartition("/")[2].upper() for number in numbers),
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
    from paperatlas.extract.fetch import Request
    from paperatlas.extract.fetch.numbers import doi_number

    numbers = _numbers(ids, ids_from)
    for number in numbers:
        if not doi_number(number):
            raise UsageError(f"{number!r} is no DOI", hint="such as 10.18653/v1/2024.acl-long.1")
    request = Request(ids=_distinct(map(doi_number, numbers)))
    _run("doi", request, output, url, pause, mailto, Voice(quiet=quiet, verbose=verbose))


def _numbers(given: list[str] | None, file: str, query: str = "", since: str = "") -> list[str]:
    """Return the numbers of the options and of the file; there are none where there is a query."""
    from paperatlas.extract.fetch.checks import check_text

    numbers = [*given] if given else []
    if file:
        try:
            text = stdin().read() if file == "-" else Path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"cannot be read: {getattr(error, 'strerror', 'not UTF-8')}", where=file) from error
        numbers += (line.strip() for line in text.splitlines())
    found = [*filter(None, numbers)]
    if bool(found) == bool(query):
        raise UsageError("which papers?", hint="give --id or --ids, or else --query")
    if found and since:
        raise UsageError("--since is for --query: a paper that is asked for by number is wanted whenever it came out")
    for option, value in (("--query", query), *(("a number", number) for number in found)):
        check_text(option, value)
    return found


def _distinct(numbers: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(numbers))


def _day(date: str) -> str:
    """Return the first day of a year, a month or a day."""
    import datetime

    if not date:
        return ""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", date, re.ASCII)
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
    from paperatlas.extract.fetch import SERVICES, Client, harvest
    from paperatlas.extract.fetch.checks import check_address, check_mailbox, check_pause

    service = SERVICES[name]
    if url:
        check_address(url)
    if pause is not None:
        check_pause(pause, service, mirror=bool(url))
    if mailto:
        check_mailbox(mailto)
    file = output if output and str(output) not in ("-", "/dev/stdout") else None
    client = Client(service, url, pause, mailto, agent=f"paperatlas/{__version__}", say=voice.say)
    try:
        done = harvest(
            client,
            request,
            _place(file),
            progress=lambda seen, total: voice.detail(f"{seen:,}" + (f" of {total:,}" if total is not None else "")),
        )
    except Interrupted as stop:
        kept = f"{file} has what came; the same command goes on from there" if file else "what came was written"
        raise Interrupted(kept) from stop
    voice.report_skipped((*done.skipped, *done.failed))
    there = f", {done.known:,} already there" if done.known else ""
    nothing = f"; {file} was not made" if file and not file.exists() else ""
    voice.say(f"{counted(done.new, 'new paper')}{there}; {len(done.skipped)} skipped{nothing}")
    if done.failed:
        raise FetchError(
            f"no answer for {counted(len(done.failed), 'number')}",
            where=client.where,
            hint="the same command asks again",
        )


def _place(file: Path | None) -> Place:
    from paperatlas.extract.fetch import File, Stream

    if file:
        return File(file)
    stdout = sys.stdout.buffer

    def write(lines: bytes) -> None:
        stdout.write(lines)
        stdout.flush()

    return Stream(write)
