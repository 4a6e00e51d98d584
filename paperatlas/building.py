"""From files of papers to an atlas in a folder: read, extract, link, export."""

from __future__ import annotations

import hashlib
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from paperatlas import __version__
from paperatlas.errors import Interrupted, NotFoundError, OutputError
from paperatlas.extract.facts import Facts
from paperatlas.extract.identifiers import arxiv_id, doi
from paperatlas.extract.paper import Paper
from paperatlas.extract.readers import Skipped
from paperatlas.extracting import Progress, ensure_some, read, skipping
from paperatlas.files import WRITTEN, put_in_place
from paperatlas.graph.atlas import PAGE, STORE, TURTLE, Atlas, open_atlas
from paperatlas.graph.authority import AUTHORITY, as_kept, read_authority
from paperatlas.graph.build import edges
from paperatlas.graph.memory import uncollected
from paperatlas.graph.overrides import OVERRIDES, overrides_text, read_overrides
from paperatlas.graph.runs import Run
from paperatlas.graph.store.journal import BUILD
from paperatlas.graph.store.lock import locked
from paperatlas.graph.store.revision import Known, Plan, Revision
from paperatlas.graph.store.rows import Stored
from paperatlas.graph.store.seal import seal
from paperatlas.graph.store.view import View
from paperatlas.graph.store.writing import note_exports

if TYPE_CHECKING:
    from paperatlas.extract.pipeline import Options

#: Finds the facts of papers, one after the other.
Extract = Callable[[Iterable[Paper]], Iterable[Facts]]
#: Tells a person something.
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the distinct papers, how many records they came from, and the records that could not be read."""

    papers: tuple[Paper, ...]
    records: int
    skipped: tuple[Skipped, ...]


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
    extract: Extract | None = None,
    workers: int | None = None,
    progress: Progress = lambda papers, _total: papers,
    wait: float | None = None,
    say: Say = lambda _text: None,
    with_sparql: bool | None = None,
    link: Sequence[str | Path] = (),
) -> tuple[Atlas, Reading]:
    """Build the atlas of ``inputs`` in ``folder``, on top of the one that is there, if any.

    Only papers that are new or have changed are extracted. They are put down as they are done, so that a build that is
    stopped, however it is, goes on where it was. The store, the Turtle file and the page take the place of the old ones
    when all is done. Two builds do not get in each other's way: ``wait`` is for how many seconds to wait for another
    (without end, if it is not given), and ``say`` is told so.

    The pipeline that ``options`` describe runs in up to ``workers`` processes, which changes nothing of the outcome
    (see :func:`~paperatlas.extract.workers.extracting`); ``extract`` takes its place. ``with_sparql`` makes a page that
    answers SPARQL; if nobody says, it does if the one before did. ``link`` names outside lists whose identifiers things
    are tied to; without it the list stays that the atlas was tied to before.

    Raises:
        InputError: as :func:`read`; or an outside list cannot be used.
        OverridesError: the overrides in ``folder`` cannot be meant.
        AtlasError: ``folder`` holds a store that cannot be added to, or another build does not end.
        ModelError: the pipeline or the model that ``options`` name cannot be used.
        OutputError: ``folder`` cannot be written to.
        WorkerError: workers cannot be started, or die whatever the paper; what is finished is kept.
    """
    from paperatlas.extract.pipeline import Options
    from paperatlas.extract.workers import extracting

    options = options or Options()
    run = run_of(options)
    # What a person has said, and what things are tied to, is read before the work that it could make vain.
    entries = [entry for path in link for entry in read_authority(Path(path))]
    read_overrides(folder)
    with _revising(folder, wait, say) as revision:
        if entries:
            revision.put_beside(AUTHORITY, as_kept(entries))
        skipped: list[Skipped] = []
        records = [*read(inputs, skipped, format=format, strict=strict)]
        plan = revision.plan(records, run=run)
        failed: list[Skipped] = []
        skip = skipping(failed, strict=strict)
        done: set[str] = set()
        if plan.todo:
            met_as = {met.paper.key: met for met in plan.todo}
            papers = progress([met.paper for met in plan.todo], len(plan.todo))
            with nullcontext(extract) if extract else extracting(options, workers=workers, skip=skip) as facts_in:
                # A paper that cannot be extracted is left out.
                for facts in facts_in(papers):
                    revision.add(met_as[facts.paper.key], facts, run)
                    done.add(facts.paper.key)
        ensure_some(len(done) + len(plan.ready), failed)
        atlas = _publish(revision, plan, revision.added(done), folder, workers=workers, with_sparql=with_sparql)
    return atlas, Reading(tuple(atlas.papers.values()), len(records), (*skipped, *failed))


def remove(
    folder: Path, papers: Sequence[str], *, wait: float | None = None, say: Say = lambda _text: None
) -> tuple[Atlas, tuple[str, ...]]:
    """Take papers out of the atlas in ``folder``: it becomes what it would be if they had never been read.

    ``papers`` are keys, identifiers, arXiv numbers or DOIs. Return the atlas and the keys of the papers that went.

    Raises:
        NotFoundError: one of them is not there; nothing is removed.
        AtlasError: as :func:`build`.
        OutputError: as :func:`build`.
    """
    _ensure_begun(folder)
    with _revising(folder, wait, say) as revision:
        known = revision.papers()
        removed = tuple(dict.fromkeys(_meant(name, known, folder) for name in papers))
        atlas = _publish(revision, revision.plan(removed=removed), [], folder)
    return atlas, removed


def relink(
    folder: Path,
    *,
    anew: bool = False,
    wait: float | None = None,
    say: Say = lambda _text: None,
    with_sparql: bool | None = None,
    link: Sequence[str | Path] = (),
    said: Callable[[str], str] | None = None,
) -> Atlas:
    """Bring the graph of the atlas in ``folder`` up to date, and write its files; nothing is read or extracted.

    What a person has said since is heard. ``said`` makes of the text of the overrides the one that is to take its place
    with the new atlas; it is asked once nobody else can change either. With ``anew`` nothing of the graph that stands
    is used, right or wrong. ``with_sparql`` and ``link`` are those of :func:`build`.

    Raises:
        InputError: an outside list cannot be used.
        OverridesError: the overrides cannot be meant.
        AtlasError: as :func:`build`.
        OutputError: as :func:`build`.
    """
    _ensure_begun(folder)
    entries = [entry for path in link for entry in read_authority(Path(path))]
    with _revising(folder, wait, say) as revision:
        if said:
            revision.put_beside(OVERRIDES, said(overrides_text(folder)).encode())
        if entries:
            revision.put_beside(AUTHORITY, as_kept(entries))
        return _publish(revision, revision.plan(), [], folder, with_sparql=with_sparql, anew=anew)


def run_of(options: Options) -> Run:
    """Return the run that extraction with ``options`` is.

    Raises:
        ModelError: the model's files are not what they were.
    """
    from paperatlas.extract.pipeline import fingerprint, models_of

    model, checksum = "", ""
    if models := models_of(options):
        from paperatlas.extract.learned.model import folder_of, verify

        model = " ".join(Path(name).name for name in models)
        checksum = " ".join(verify(folder_of(name))[0] for name in models)
    settings = {"min_confidence": str(options.min_confidence)}
    if options.gazetteer and Path(options.gazetteer).is_file():
        settings["gazetteer"] = hashlib.sha256(Path(options.gazetteer).read_bytes()).hexdigest()
    return Run(
        "paperatlas",
        __version__,
        Path(options.pipeline).name,
        fingerprint(options),
        model,
        checksum,
        tuple(sorted(settings.items())),
    )


@contextmanager
def _revising(folder: Path, wait: float | None, say: Say) -> Iterator[Revision]:
    """Hold the atlas in ``folder`` for a change."""
    _ensure_writable(folder)
    try:
        with locked(folder, wait=wait, waiting=say), closing(Revision(folder / STORE)) as revision:
            yield revision
    except sqlite3.OperationalError as error:
        # A disk that is full or broken: SQLite tells it in its own way.
        raise OutputError(f"cannot be written: {error}", where=str(folder)) from error


def _publish(
    revision: Revision,
    plan: Plan,
    found: Iterable[Stored],
    folder: Path,
    *,
    workers: int | None = None,
    with_sparql: bool | None = None,
    anew: bool = False,
) -> Atlas:
    """Write the store and what is made of it beside the old ones, and put all in their place.

    Of a large atlas the Turtle file is written by another process, if more than one of ``workers``, or of the cores,
    may be used. The page answers SPARQL if it is told to, and if it is not told, if the old one does.
    """
    from paperatlas.export import write
    from paperatlas.export.beside import writing_beside
    from paperatlas.export.html import answers_sparql
    from paperatlas.extract.workers import usable_cores

    page = folder / PAGE
    if with_sparql is None:
        with_sparql = page.exists() and answers_sparql(page)

    with uncollected():
        store = revision.write(plan, found, anew=anew)
        exports = [store.with_name(TURTLE), store.with_name(PAGE)]
        view = View(store)
        atlas = Atlas.of(view)
        two = (workers or usable_cores()) > 1
        with writing_beside(store, "turtle", exports[0]) if two else nullcontext(lambda: False) as is_written:
            write(atlas, "html", exports[1], with_sparql=with_sparql)
            if not is_written():
                write(atlas, "turtle", exports[0])
    view.close()
    note_exports(store, {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in exports})
    seal(store)
    # The store last: as long as it is the old one, the journal counts.
    put_in_place([(path, folder / path.name) for path in (*revision.beside, *exports, store)])
    try:
        revision.journal.discard()
        view.reopen(folder / STORE)
    except Interrupted:
        raise Interrupted(WRITTEN) from None
    return atlas


def _meant(name: str, known: Sequence[Known], folder: Path) -> str:
    """Return the key of the paper that ``name`` means."""
    wanted = {name, name.removeprefix("paper/")}
    for number in (arxiv_id(name), doi(name)):
        wanted |= {number} - {""}
    for paper in known:
        if wanted & {paper.key, paper.id, paper.arxiv, paper.doi} - {""}:
            return paper.key
    names = sorted({name for paper in known for name in paper if name})
    near = get_close_matches(name, names, n=3)
    hint = f"did you mean {', '.join(near)}?" if near else f"{folder} holds {len(known)} papers"
    raise NotFoundError(f"no paper {name!r} here", where=str(folder), hint=hint)


def _ensure_begun(folder: Path) -> None:
    """Find out whether there is an atlas, or at least what a stopped build has finished of one.

    Raises:
        AtlasError: there is neither.
    """
    if not (folder / BUILD).is_dir():
        open_atlas(folder)


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
