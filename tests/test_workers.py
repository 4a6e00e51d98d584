"""Several processes that extract: the same facts as one, and nothing lost when one of them dies."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperatlas.errors import OutputError, WorkerError
from paperatlas.extract import pipeline
from paperatlas.extract.facts import Facts
from paperatlas.extract.paper import Paper, Source
from paperatlas.extract.pipeline import Options
from paperatlas.extract.readers import Skipped, merge
from paperatlas.extract.readers.shelf import Shelf
from paperatlas.extract.workers import extracting, pool
from paperatlas.extract.workers.process import Worker
from paperatlas.graph.atlas import open_atlas
from paperatlas.graph.store.journal import BUILD, Journal
from paperatlas.library import build

from .test_faults import record

#: Enough for two workers.
COUNT = 2 * pool.WORTH


def papers(count: int) -> list[Paper]:
    """Return papers of the examples, each with a name of its own in it."""
    from bench.stages import papers

    return papers(count)


def of(folder: Path) -> list[int]:
    """Return the numbers of the workers that run for a command in ``folder``."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command, environment = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
        except OSError:
            continue
        if b"workers.child" in command and f"THEIRS={folder}\0".encode() in environment:
            found.append(int(process.name))
    return found


def unexpected(record: Skipped) -> None:
    pytest.fail(f"skipped {record}")


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline, "still not after a minute"
        time.sleep(0.02)


#: Put before everything in a worker: at a text with BOOM it does something else than to extract.
SABOTAGE = """
import os, pathlib, resource, sys
if "workers.child" in " ".join(sys.orig_argv):
    from paperatlas.extract import pipeline
    facts_of = pipeline.facts_of
    def fail():
        raise IndexError("no token 7")
    def die_once():
        if not pathlib.Path("died").exists():
            pathlib.Path("died").touch()
            die()
    def die_twice():
        for path in map(pathlib.Path, ("died", "died-again")):
            if not path.exists():
                path.touch()
                die()
    def die():
        os.kill(os.getpid(), 9)
    def hang():
        import time
        pathlib.Path("hangs").touch()
        time.sleep(600)
    def fill_memory():
        resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))
        bytearray(2**33)
    def sabotaged(doc, paper):
        if "BOOM" in paper.text:
            {act}()
        return facts_of(doc, paper)
    pipeline.facts_of = sabotaged
"""


@contextmanager
def begun(folder: Path, act: str, *arguments: str, booms: tuple[int, ...] = (70,)) -> Iterator[subprocess.Popen[str]]:
    """Run a command on many papers with two workers; at the paper (or papers) with BOOM in it they ``act``."""
    path = folder / "sitecustomize.py"
    path.write_text(SABOTAGE.format(act=act))
    lines = [record(n).replace(f"Foo{n}Net", f"Foo{n}Net BOOM") if n in booms else record(n) for n in range(COUNT)]
    # In order of their keys.
    (folder / "in.jsonl").write_text("".join(line.replace('"p', f'"p{n:03}-', 1) for n, line in enumerate(lines)))
    here = os.environ.get("PYTHONPATH", "")
    process = subprocess.Popen(
        [sys.executable, "-m", "paperatlas", *arguments, "--pipeline", "rules", "--workers", "2"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{here}", "THEIRS": str(folder)},
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()
            wait_for(lambda: not of(folder))


def ended(folder: Path, act: str, *arguments: str, booms: tuple[int, ...] = (70,)) -> tuple[int, str, list[str]]:
    """Return the exit code, the output and the messages of such a command."""
    with begun(folder, act, *arguments, booms=booms) as process:
        out, told = process.communicate(timeout=120)
    return process.returncode, out, told.splitlines()


@pytest.mark.parametrize(
    ("options", "workers"), [(Options("rules"), 3), (Options(model="fast"), 2)], ids=["rules", "fast"]
)
def test_facts_are_the_same_for_any_number_of_workers_and_in_any_company(options: Options, workers: int) -> None:
    some = papers(workers * pool.WORTH)
    with extracting(options, workers=workers, skip=unexpected) as extract:
        found = [*extract(iter(some))]
    assert [facts.paper for facts in found] == some
    # One by one in this process, in another order.
    shuffled = random.Random(1).sample(found, 80)
    with extracting(options, workers=1, skip=unexpected) as extract:
        assert [*extract(facts.paper for facts in shuffled)] == shuffled


def test_a_few_papers_are_not_worth_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    started: set[Worker] = set()

    def ask(self: Worker, some: list[Paper]) -> list[Facts]:
        started.add(self)
        return [Facts(paper, (), (), ()) for paper in some]

    monkeypatch.setattr(Worker, "ask", ask)
    for count, workers, expected in ((COUNT - 1, 8, 0), (COUNT, 1, 0), (COUNT, 8, 2)):
        started.clear()
        with extracting(Options("rules"), workers=workers, skip=unexpected) as extract:
            assert len([*extract(papers(count))]) == count
        assert 1 <= len(started) <= 2 if expected else not started


def test_no_more_is_read_ahead_than_keeps_all_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Worker, "ask", lambda _self, some: [Facts(paper, (), (), ()) for paper in some])
    taken = 0

    def counted() -> Iterator[Paper]:
        nonlocal taken
        for paper in papers(2000):
            taken += 1
            yield paper

    with extracting(Options("rules"), workers=2, skip=unexpected) as extract:
        for n, _ in enumerate(extract(counted()), 1):
            assert taken - n <= COUNT
    assert taken == 2000


def test_a_build_is_the_same_for_any_number_of_workers(tmp_path: Path) -> None:
    lines = [record(n).replace("We", f"We {n}") for n in range(COUNT)]
    (tmp_path / "in.jsonl").write_text("".join([*lines, *lines[3:9]]))
    for workers in (1, 2):
        build(str(tmp_path / "in.jsonl"), tmp_path / str(workers), pipeline="rules", workers=workers)
    for path in (tmp_path / "1").iterdir():
        assert path.read_bytes() == (tmp_path / "2" / path.name).read_bytes(), path.name
    whole = build(str(tmp_path / "in.jsonl"), pipeline="rules", workers=2)
    assert whole.facts == open_atlas(tmp_path / "1").facts


def test_a_pipeline_that_cannot_be_loaded_is_told_as_without_workers(tmp_path: Path) -> None:
    (tmp_path / "none.cfg").write_text("[nlp\n")
    said = []
    for workers in (1, 2):
        with (
            extracting(Options(str(tmp_path / "none.cfg")), workers=workers, skip=unexpected) as extract,
            pytest.raises(ValueError, match="no config of a pipeline") as told,
        ):
            next(extract(papers(COUNT)))
        said.append((type(told.value), str(told.value)))
    assert said[0] == said[1]


def test_a_text_that_makes_the_tagger_raise_in_a_worker(tmp_path: Path) -> None:
    code, out, told = ended(tmp_path, "fail", "extract", "in.jsonl")
    keys = [json.loads(line)["id"] for line in out.splitlines()]
    assert code == 0
    assert len(keys) == COUNT - 1
    assert keys == sorted(keys)
    assert told == [
        "skipped in.jsonl:71: p070-70 could not be extracted: IndexError: no token 7",
        f"{COUNT - 1} papers; {COUNT} records read, 1 skipped",
    ]
    code, _, told = ended(tmp_path, "fail", "build", "in.jsonl", "-o", "atlas", "--strict")
    assert code == 1
    assert told == [
        "Error: in.jsonl:71: p070-70 could not be extracted: IndexError: no token 7 (without --strict it is skipped)"
    ]
    # What was finished before it is kept.
    assert (tmp_path / "atlas" / BUILD / "journal.db").exists()


@pytest.mark.parametrize(
    ("act", "how"),
    [("die", "killed (SIGKILL, as the system does for want of memory)"), ("fill_memory", "out of memory")],
)
def test_a_paper_that_kills_its_worker_twice_is_passed_over(tmp_path: Path, act: str, how: str) -> None:
    code, _, told = ended(tmp_path, act, "build", "in.jsonl", "-o", "atlas")
    assert code == 0
    assert told[0] == f"skipped in.jsonl:71: p070-70 could not be extracted: its worker died twice, {how}"
    assert told[1].startswith(f"atlas: {COUNT - 1} papers")
    assert told[1].endswith(f"; {COUNT} records read, 1 skipped")


def test_a_worker_that_is_killed_once_costs_nothing(tmp_path: Path) -> None:
    code, out, told = ended(tmp_path, "die_once", "extract", "in.jsonl")
    assert (code, told) == (0, [f"{COUNT} papers; {COUNT} records read, 0 skipped"])
    assert (tmp_path / "died").exists()
    (tmp_path / "sitecustomize.py").unlink()
    command = [sys.executable, "-m", "paperatlas", "extract", "in.jsonl", "--pipeline", "rules", "--workers", "1", "-q"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout == out


def test_a_paper_is_not_blamed_for_the_death_of_its_list(tmp_path: Path) -> None:
    # The first of a list: with the list, and once more by itself.
    code, _, told = ended(tmp_path, "die_twice", "extract", "in.jsonl", booms=(64,))
    assert (code, told) == (0, [f"{COUNT} papers; {COUNT} records read, 0 skipped"])
    assert (tmp_path / "died-again").exists()


def test_where_workers_die_whatever_the_paper_the_build_stops_with_what_it_has(tmp_path: Path) -> None:
    code, _, told = ended(tmp_path, "die", "build", "in.jsonl", "-o", "atlas", booms=tuple(range(70, 90)))
    assert code == 1
    (line,) = told
    assert line == (
        "Error: workers die at one paper after the other, the last killed (SIGKILL, as the system does for want of "
        "memory) (with fewer --workers there is more memory for each)"
    )
    # What comes before is kept.
    journal = Journal(tmp_path / "atlas", "")
    assert {stored.key for stored in journal.before} >= {f"p{n:03}-{n}" for n in range(64)}
    journal.close()


def test_workers_killed_from_outside_amid_a_build(tmp_path: Path) -> None:
    with begun(tmp_path, "hang", "build", "in.jsonl", "-o", "atlas") as process:
        wait_for(lambda: (tmp_path / "hangs").exists())
        (tmp_path / "sitecustomize.py").write_text("")
        victims = of(tmp_path)
        assert len(victims) == 2
        for victim in victims:
            os.kill(victim, signal.SIGKILL)
        _, told = process.communicate(timeout=120)
    assert process.returncode == 0
    assert told.startswith(f"atlas: {COUNT} papers")


def test_ctrl_c_with_workers(tmp_path: Path) -> None:
    with begun(tmp_path, "hang", "build", "in.jsonl", "-o", "atlas", booms=(100,)) as process:
        wait_for(lambda: (tmp_path / "hangs").exists() and (tmp_path / "atlas" / BUILD / "journal.db").exists())
        # As a terminal does it: to all of its group.
        os.killpg(process.pid, signal.SIGINT)
        out, told = process.communicate(timeout=30)
        wait_for(lambda: not of(tmp_path))
    assert (process.returncode, out) == (130, "")
    assert told == "Interrupted; what was finished is kept, and the same command goes on from there.\n"


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    with begun(tmp_path, "hang", "extract", "in.jsonl", "-o", "facts.jsonl") as process:
        wait_for(lambda: (tmp_path / "hangs").exists())
        assert len(of(tmp_path)) == 2
        process.kill()
        wait_for(lambda: not of(tmp_path))


def test_a_closed_pipe_with_workers(tmp_path: Path) -> None:
    with begun(tmp_path, "hang", "extract", "in.jsonl") as process:
        assert process.stdout
        assert process.stderr
        # Before the first line comes, nobody reads any more; one worker hangs.
        process.stdout.close()
        assert process.wait(60) == 141
        assert process.stderr.read() == ""
        wait_for(lambda: not of(tmp_path))


def test_a_worker_that_cannot_begin(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with extracting(Options("rules"), workers=2, skip=unexpected) as extract:
        monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
        with pytest.raises(WorkerError, match="no worker can be started: No such file"):
            next(extract(papers(COUNT)))
    with extracting(Options("rules"), workers=2, skip=unexpected) as extract:
        monkeypatch.setattr(sys, "executable", "")
        with pytest.raises(WorkerError, match="no worker can be started: there is no interpreter to start"):
            next(extract(papers(COUNT)))
    with extracting(Options("rules"), workers=2, skip=unexpected) as extract:
        monkeypatch.setattr(sys, "executable", shutil.which("false") or "")
        with pytest.raises(
            WorkerError, match=r"a worker died as it began, with exit code 1 \(--workers 1 does without"
        ):
            next(extract(papers(COUNT)))


def some_records() -> st.SearchStrategy[list[Paper]]:
    """Return records that are one paper's now and then."""

    def numbered(ids: list[tuple[str, str, str, int, str]]) -> list[Paper]:
        return [
            Paper(f"We show thing {text}.", id=id, arxiv=arxiv, doi=doi, date=date, sources=(Source("a", n),))
            for n, (id, arxiv, doi, text, date) in enumerate(ids)
        ]

    few = st.sampled_from(("", "", "1", "2"))
    return st.lists(
        st.tuples(few, few, few, st.integers(0, 9), st.sampled_from(("", "2019", "2019-05"))), max_size=12
    ).map(numbered)


@given(some_records())
def test_a_shelf_holds_the_papers_that_merging_gives(records: list[Paper]) -> None:
    with Shelf(records) as shelf:
        assert [*shelf] == merge(records)
        assert len(shelf) == len(merge(records))
        assert shelf.records == len(records)


def test_no_place_for_what_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> Iterator[Paper]:
        yield from merge(papers(2))
        shelf_file.execute("PRAGMA max_page_count = 1")
        yield from papers(5000)

    connect = sqlite3.connect
    shelf_file = connect(":memory:")

    def opened(*_args: object, **_named: object) -> sqlite3.Connection:
        return shelf_file

    shelf_file.isolation_level = None
    monkeypatch.setattr("paperatlas.extract.readers.shelf.sqlite3.connect", opened)
    with pytest.raises(OutputError, match="what was read cannot be kept: database or disk is full"):
        Shelf(full())


def test_the_words_of_a_thousand_papers_are_forgotten_again(monkeypatch: pytest.MonkeyPatch) -> None:
    nlp = pipeline.load("rules")
    monkeypatch.setattr(pipeline, "load", lambda *_args, **_named: nlp)
    monkeypatch.setattr(pipeline, "_REMEMBERED", 1)
    known, most = len(nlp.vocab.strings), 0
    some = [Paper(f"We show Foo{n}Net with bar{n}s, a qux{n} network on baz{n}.", id=f"p{n}") for n in range(100)]
    found = []
    for facts in pipeline.extract_facts(iter(some), options=Options("rules"), skip=unexpected):
        most = max(most, len(nlp.vocab.strings))
        found.append(facts)
    assert known + 10 < most < known + 200
    assert len(nlp.vocab.strings) <= known + 20
    assert found == [*pipeline.extract_facts(some, nlp)]
