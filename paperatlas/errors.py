"""Errors that a person can act on: what is wrong, where, and what to do.

Anything of this kind ends a command with one line and the exit code of its class; everything else is a bug.
"""

from __future__ import annotations

import re

#: What makes a terminal do something, or a reader see something else than is there.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def one_line(text: str) -> str:
    """Return a message in one line that does nothing to the terminal that it is printed on.

    >>> one_line("no column in a\\n b \\x1b[2J")
    'no column in a b \ufffd[2J'
    """
    return harmless(" ".join(text.split()))


def harmless(line: str) -> str:
    """Return a line that does nothing to the terminal that it is printed on."""
    return _CONTROL.sub("\ufffd", line)


def shortened(text: str, most: int = 60) -> str:
    """Return a piece of input as a message quotes it: what comes from a file may be as long as the file.

    >>> shortened("a table"), shortened("a table", 3)
    ('a table', 'a t…')
    """
    return text if len(text) <= most else f"{text[:most].rstrip()}…"


class PaperatlasError(ValueError):
    """Something that stops the work and that the user can mend.

    >>> str(PaperatlasError("not JSON", where="papers.jsonl:3", hint="use --from csv for CSV"))
    'papers.jsonl:3: not JSON (use --from csv for CSV)'
    """

    #: Exit code of the command line: 1 for a failure, 2 for a call that cannot be meant.
    exit_code = 1

    def __init__(self, problem: str, *, where: str = "", hint: str = "") -> None:
        self.problem = problem
        self.where = where
        self.hint = hint
        super().__init__(problem)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" ({self.hint})" if self.hint else ""
        return one_line(f"{place}{self.problem}{advice}")


class InputError(PaperatlasError):
    """A file or stream that cannot be read as papers."""


class OutputError(PaperatlasError):
    """A place that cannot be written to."""


class ModelError(PaperatlasError):
    """A trained model that is incomplete or not what it was, or a pipeline that cannot be used."""


class WorkerError(PaperatlasError):
    """Processes that extract and cannot be started, or do not live."""


class AtlasError(PaperatlasError):
    """A folder or file that is no atlas, or one that this version cannot use."""


class OverridesError(PaperatlasError):
    """A person's overrides that cannot be read or cannot be meant."""


class QueryError(PaperatlasError):
    """A SPARQL query that cannot be answered."""


class NotFoundError(PaperatlasError):
    """A name that the atlas does not know."""


class UsageError(PaperatlasError):
    """A call whose options do not fit together."""

    exit_code = 2


class FetchError(PaperatlasError):
    """A service on the network that does not answer, or not as it should."""


class Interrupted(BaseException):
    """Somebody pressed Ctrl-C; no error, so that nothing takes it for one. ``kept`` says what there is all the same."""

    def __init__(self, kept: str = "nothing was changed") -> None:
        self.kept = kept
        super().__init__(kept)
