"""From files of papers to an atlas in a folder: read, extract, link, export."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from paperatlas.errors import InputError, OutputError
from paperatlas.extract.facts import Facts
from paperatlas.extract.paper import Paper
from paperatlas.extract.readers import Skipped, merge, read_records
from paperatlas.graph.atlas import PAGE, STORE, TURTLE, Atlas
from paperatlas.graph.build import edges
from paperatlas.graph.store import Content, read_store, write_store

if TYPE_CHECKING:
    from paperatlas.extract.pipeline import Options

#: Wraps an iterable of papers to show how far it has come: (papers, how many) -> papers.
Progress = Callable[[Iterable[Paper], int], Iterable[Paper]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the distinct papers, how many records they came from, and the records that could not be read."""

    papers: tuple[Paper, ...]
    records: int
    skipped: tuple[Skipped, ...]


def read(
    inputs: Sequence[str], *, format: str | None = None, strict: bool = False, known: Iterable[Paper] = ()
) -> Reading:
    """Read all papers of ``inputs``, and those already ``known``.

    Raises:
        InputError: an input cannot be read, or holds no paper at all; with ``strict`` also for a bad record.
    """
    skipped: list[Skipped] = []

    def skip(record: Skipped) -> None:
        if strict:
            raise InputError(record.reason, where=str(record.source), hint="without --strict it is skipped")
        skipped.append(record)

    records = [*read_records(inputs, format=format, skip=skip)]
    if not records:
        if len(skipped) == 1:
            raise InputError(skipped[0].reason, where=str(skipped[0].source), hint="no other paper was read")
        first = f", the first is {skipped[0]}" if skipped else ""
        raise InputError(f"no paper could be read: {len(skipped)} records skipped{first}", where=", ".join(inputs))
    return Reading(tuple(merge(records, known=known)), len(records), tuple(skipped))


def extract_new(
    papers: Sequence[Paper], known: Iterable[Facts], progress: Progress, options: Options
) -> tuple[Facts, ...]:
    """Return the facts of each paper; those that are known for the same text are taken over."""
    from paperatlas.extract.pipeline import extract_facts

    have = {facts.paper.fingerprint(): facts for facts in known}
    new = [paper for paper in papers if paper.fingerprint() not in have]
    found = extract_facts(progress(new, len(new)), options=options) if new else ()
    have |= {facts.paper.fingerprint(): facts for facts in found}
    return tuple(replace(have[paper.fingerprint()], paper=paper) for paper in papers)


@dataclass(frozen=True, slots=True)
class Summary:
    """What an atlas holds, for a person."""

    papers: int
    things: Counter[str]
    edges: int
    results: int

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.things.items()))
        return (
            f"{self.papers} papers, {self.things.total()} things ({kinds}), {self.edges} edges, {self.results} results"
        )


def summarize(atlas: Atlas) -> Summary:
    """Count what ``atlas`` holds."""
    nodes = atlas.graph.nodes
    return Summary(
        papers=len(atlas.papers),
        things=Counter(nodes[thing]["type"] for thing in atlas.things()),
        edges=atlas.graph.number_of_edges(),
        results=sum(len(data["results"]) for _, _, data in edges(atlas.graph)),
    )


def build(
    inputs: Sequence[str],
    folder: Path,
    *,
    format: str | None = None,
    strict: bool = False,
    options: Options | None = None,
    progress: Progress = lambda papers, _total: papers,
    with_sparql: bool = False,
) -> tuple[Atlas, Reading]:
    """Build the atlas of ``inputs`` in ``folder``, on top of the one that is there, if any.

    The store, the Turtle file and the page each take the place of the old one at once, and only when all that can go
    wrong with the input has gone right.

    Raises:
        InputError: as :func:`read`.
        AtlasError: ``folder`` holds a store that cannot be added to.
        ModelError: the pipeline or the model that ``options`` name cannot be used.
        OutputError: ``folder`` cannot be written to.
    """
    from paperatlas.export import write
    from paperatlas.extract.pipeline import Options, fingerprint

    options = options or Options()
    store = folder / STORE
    pipeline = fingerprint(options)
    before = read_store(store) if store.exists() else Content((), pipeline)
    _ensure_writable(folder)
    reading = read(inputs, format=format, strict=strict, known=[facts.paper for facts in before.facts])
    reusable = before.facts if before.pipeline == pipeline else ()
    atlas = Atlas(extract_new(reading.papers, reusable, progress, options))
    write_store(store, Content(atlas.facts, pipeline))
    write(atlas, "turtle", folder / TURTLE)
    write(atlas, "html", folder / PAGE, with_sparql=with_sparql)
    return atlas, reading


def _ensure_writable(folder: Path) -> None:
    """Find out before the work whether its outcome can be written.

    Raises:
        OutputError: it cannot.
    """
    existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not existing.is_dir():
        raise OutputError("is no folder", where=str(existing))
    try:
        # Asking the system is not enough: a read-only file system and a full quota say yes.
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        raise OutputError(f"cannot be written to: {error.strerror}", where=str(existing)) from error
