"""Builds that are killed (kill -9) at random moments, and builds that meet."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from paperatlas.building import build
from paperatlas.errors import AtlasError
from paperatlas.extract.facts import Facts
from paperatlas.extract.paper import Paper
from paperatlas.extract.pipeline import Options
from paperatlas.graph.store.journal import BUILD
from paperatlas.graph.store.lock import LOCK, locked
from paperatlas.graph.verify import verify

from .conftest import EXAMPLES, ROOT
from .growing import contents, extract, write_papers

RULES = Options("rules")
#: Holds the lock on a folder until its end, and says when it has it.
_HOLDER = """
import sys, time
from pathlib import Path
from paperatlas.graph.store.lock import locked
with locked(Path(sys.argv[1]), wait=None, waiting=print):
    (Path(sys.argv[1]) / "kept").touch()
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
    (Path(sys.argv[1]) / "kept").unlink()
"""


def hold(folder: Path, seconds: float) -> subprocess.Popen[str]:
    """Let another process hold the lock on a folder."""
    command = [sys.executable, "-c", _HOLDER, str(folder), str(seconds)]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    return holder


def test_kills_at_random_moments_lose_nothing() -> None:
    """Fifty take ``python -m bench.kills examples``; these few are for each run of the tests."""
    command = [sys.executable, "-m", "bench.kills", str(EXAMPLES / "generative.txt"), "--kills", "6"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    seen = json.loads(done.stdout)
    assert (done.returncode, seen["faults"]) == (0, []), done.stderr
    assert seen["kills"] == 6
    assert seen["papers"] == 14


def test_a_build_that_was_killed_leaves_the_old_atlas_and_goes_on(tmp_path: Path) -> None:
    source = write_papers(
        tmp_path / "a.jsonl", *({"id": f"p{n}", "abstract": f"We show Thing{n}Net. {n}"} for n in range(9))
    )
    build([source], tmp_path / "whole", options=RULES, extract=extract)
    child = os.fork()
    if not child:

        def dying(papers: Iterable[Paper]) -> Iterator[Facts]:
            for number, facts in enumerate(extract(papers)):
                if number == 4:
                    os.kill(os.getpid(), signal.SIGKILL)
                yield facts

        build([source], tmp_path / "atlas", options=RULES, extract=dying)
    os.waitpid(child, 0)
    assert sorted(path.name for path in (tmp_path / "atlas").iterdir()) == [LOCK, BUILD]
    read: list[str] = []

    def watched(papers: Iterable[Paper]) -> Iterator[Facts]:
        for paper in papers:
            read.append(paper.id)
            yield from extract([paper])

    build([source], tmp_path / "atlas", options=RULES, extract=watched)
    assert read == ["p4", "p5", "p6", "p7", "p8"]
    assert contents(tmp_path / "atlas") == contents(tmp_path / "whole")


def test_the_second_build_waits_and_says_so(tmp_path: Path) -> None:
    said: list[str] = []
    with hold(tmp_path, 1.0):
        with locked(tmp_path, wait=None, waiting=said.append):
            assert not (tmp_path / "kept").exists()
        assert said == [f"{tmp_path}: another build is at work here; waiting for it"]
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("wait", [0, 0.3])
def test_the_second_build_fails_if_it_may_not_wait(wait: float, tmp_path: Path) -> None:
    said: list[str] = []
    with hold(tmp_path, 60) as holder:
        started = time.monotonic()
        with (
            pytest.raises(AtlasError, match="another build is at work here"),
            locked(tmp_path, wait=wait, waiting=said.append),
        ):
            pytest.fail("two hold the lock")
        assert time.monotonic() - started < 10
        assert len(said) == (wait > 0)
        holder.kill()


def test_the_lock_of_a_killed_build_is_free(tmp_path: Path) -> None:
    with hold(tmp_path, 60) as holder:
        holder.kill()
        holder.wait()
    assert (tmp_path / LOCK).exists()
    with locked(tmp_path, wait=0, waiting=pytest.fail):
        pass
    assert not (tmp_path / LOCK).exists()


def test_two_builds_at_once_are_two_builds_one_after_the_other(tmp_path: Path) -> None:
    files = [
        write_papers(tmp_path / f"{n}.jsonl", {"id": f"p{n}", "abstract": f"We show Thing{n}Net."}) for n in range(2)
    ]
    build(files, tmp_path / "whole", options=RULES)
    command = [sys.executable, "-m", "paperatlas", "build", "-o", str(tmp_path / "atlas"), "--pipeline", "rules"]
    both = [subprocess.Popen([*command, file], stderr=subprocess.PIPE) for file in files]
    assert [process.wait() for process in both] == [0, 0]
    for process in both:
        assert process.stderr
        process.stderr.close()
    assert contents(tmp_path / "atlas") == contents(tmp_path / "whole")
    assert [*verify(tmp_path / "atlas" / "atlas.db")] == []


def test_an_interrupted_build_says_that_it_can_go_on(tmp_path: Path) -> None:
    records = [
        {"id": f"p{n}", "abstract": f"We show Thing{n}Net, a transformer, on ImageNet. {n}"} for n in range(4000)
    ]
    source = write_papers(tmp_path / "a.jsonl", *records)
    command = [
        sys.executable,
        "-m",
        "paperatlas",
        "build",
        source,
        "-o",
        str(tmp_path / "atlas"),
        "--pipeline",
        "rules",
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not (tmp_path / "atlas" / BUILD / "journal.db").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said == "Interrupted; what was finished is kept, and the same command goes on from there.\n"
    assert [path.name for path in (tmp_path / "atlas").iterdir()] == [BUILD]
