"""From files of papers to facts, one paper after the other, in memory that does not grow with their number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from paperatlas.errors import InputError
from paperatlas.extract.facts import Facts
from paperatlas.extract.paper import Paper
from paperatlas.extract.readers import Skipped, read_records

if TYPE_CHECKING:
    from paperatlas.extract.pipeline import Options

#: Wraps an iterable of papers to show how far it has come: (papers, how many) -> papers.
Progress = Callable[[Iterable[Paper], int], Iterable[Paper]]


@dataclass(slots=True)
class Extraction:
    """What is extracted: ``facts``, to be gone through once, and what has been counted so far.

    ``records`` were read; ``skipped`` are those that could not be, and those of papers that could not be extracted;
    ``papers`` have been.
    """

    records: int
    skipped: list[Skipped]
    facts: Iterator[Facts] = field(default_factory=lambda: iter(()))
    papers: int = 0


@contextmanager
def extraction(
    inputs: Sequence[str],
    options: Options,
    *,
    format: str | None = None,
    strict: bool = False,
    workers: int | None = None,
    progress: Progress = lambda papers, _total: papers,
) -> Iterator[Extraction]:
    """Extract the facts of all papers of ``inputs``, in order of their keys, with up to ``workers`` processes.

    What is read waits on disk, as one paper may be met in the first file and in the last. The facts are the same for
    any number of workers; see :func:`~paperatlas.extract.workers.extracting`.

    Raises:
        InputError: as :func:`read`; or no paper could be extracted.
        ModelError: the pipeline or the model that ``options`` name cannot be used.
        OutputError: there is no place on disk for what is read.
        WorkerError: workers cannot be started, or die whatever the paper.
    """
    from paperatlas.extract.readers.shelf import Shelf
    from paperatlas.extract.workers import extracting

    skipped: list[Skipped] = []
    with (
        Shelf(read(inputs, skipped, format=format, strict=strict)) as papers,
        extracting(options, workers=workers, skip=skipping(skipped, strict=strict)) as extract,
    ):
        extracted = Extraction(papers.records, skipped)
        unread = len(skipped)

        def facts() -> Iterator[Facts]:
            for found in extract(progress(papers, len(papers))):
                extracted.papers += 1
                yield found
            ensure_some(extracted.papers, skipped[unread:])

        extracted.facts = facts()
        yield extracted


def read(
    inputs: Sequence[str], skipped: list[Skipped], *, format: str | None = None, strict: bool = False
) -> Iterator[Paper]:
    """Yield the records of ``inputs``; those that cannot be read are put on the list ``skipped``.

    Raises:
        InputError: an input cannot be read, or holds no paper at all; with ``strict`` also for a bad record.
    """
    some = False
    for record in read_records(inputs, format=format, skip=skipping(skipped, strict=strict)):
        some = True
        yield record
    if some:
        return
    if len(skipped) == 1:
        raise InputError(skipped[0].reason, where=str(skipped[0].source), hint="no other paper was read")
    first = f", the first is {skipped[0]}" if skipped else ""
    raise InputError(f"no paper could be read: {len(skipped)} records skipped{first}", where=", ".join(inputs))


def skipping(records: list[Skipped], *, strict: bool) -> Callable[[Skipped], None]:
    """Return what puts a record on a list; or, if nothing may be skipped, stops at it with an :class:`InputError`."""

    def skip(record: Skipped) -> None:
        if strict:
            raise InputError(record.reason, where=str(record.source), hint="without --strict it is skipped")
        records.append(record)

    return skip


def ensure_some(papers: int, failed: Sequence[Skipped]) -> None:
    """Stop where no paper of all could be extracted.

    Raises:
        InputError: with the first that could not.
    """
    if failed and not papers:
        raise InputError(failed[0].reason, where=str(failed[0].source), hint="and no other paper could be")
