"""A file that another process writes: the same bytes, whatever becomes of that process."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import paperatlas.export
from paperatlas import processes
from paperatlas.building import build
from paperatlas.export import beside
from paperatlas.export.beside import writing_beside
from paperatlas.extract.pipeline import Options
from paperatlas.graph.atlas import STORE, TURTLE

from .growing import extract, write_papers
from .test_workers import wait_for

#: Begins a process that would go on without end, and waits for its own.
_PARENT = """
import sys, time
from pathlib import Path
from paperatlas import processes
from paperatlas.export import beside

beside._LARGE = 0
processes._PROGRAM = '''
import time
from paperatlas.export import beside
beside.open_atlas = print
beside.write = lambda *_: time.sleep(600)
beside.main()
'''
Path(sys.argv[1]).touch()
with beside.writing_beside(Path(sys.argv[1]), "turtle", Path(sys.argv[2])):
    print("begun", flush=True)
    time.sleep(600)
"""


def running(mark: Path) -> list[Path]:
    """Return the processes that have to do with ``mark``."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(mark).encode() in (process / "cmdline").read_bytes():
                found.append(process)
        except OSError:
            continue
    return found


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the formats that this process writes, of an atlas that counts as large."""
    formats: list[str] = []
    write = paperatlas.export.write

    def noted(*given: Any, **how: Any) -> list[Path]:
        formats.append(given[1])
        return write(*given, **how)

    monkeypatch.setattr(paperatlas.export, "write", noted)
    monkeypatch.setattr(beside, "_LARGE", 0)
    return formats


def turtle(folder: Path, workers: int) -> bytes:
    """Build an atlas of three papers, and return its Turtle file."""
    source = folder.with_suffix(".jsonl")
    write_papers(source, *({"id": f"p{n}", "abstract": f"We show Thing{n}Net on ImageNet."} for n in range(3)))
    build([str(source)], folder, options=Options("rules"), extract=extract, workers=workers)
    return (folder / TURTLE).read_bytes()


def test_of_a_large_atlas_another_process_writes_the_same_turtle(here: list[str], tmp_path: Path) -> None:
    alone = turtle(tmp_path / "atlas", 1)
    assert here == ["html", "turtle"]
    shutil.rmtree(tmp_path / "atlas")
    assert turtle(tmp_path / "atlas", 2) == alone
    assert here == ["html", "turtle", "html"]


def test_of_a_small_atlas_all_is_written_here(here: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "_LARGE", 2**20)
    turtle(tmp_path / "atlas", 2)
    assert here == ["html", "turtle"]


@pytest.mark.parametrize(("name", "value"), [("executable", None), ("frozen", True)])
def test_without_an_interpreter_to_start_all_is_written_here(
    here: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    monkeypatch.setattr(sys, name, value, raising=False)
    turtle(tmp_path / "atlas", 2)
    assert here == ["html", "turtle"]


def test_where_memory_is_short_all_is_written_here(
    here: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert beside._spare_memory() > 0
    monkeypatch.setattr(beside, "_spare_memory", lambda: 0.0)
    turtle(tmp_path / "atlas", 2)
    assert here == ["html", "turtle"]


@pytest.mark.parametrize("program", ["none", "false", "true"])
def test_what_the_other_process_does_not_write_is_written_here(
    here: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    alone = turtle(tmp_path / "atlas", 1)
    shutil.rmtree(tmp_path / "atlas")
    monkeypatch.setattr(sys, "executable", shutil.which(program) or str(tmp_path / program))
    assert turtle(tmp_path / "atlas", 2) == alone
    assert here == ["html", "turtle", "html", "turtle"]


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Return the processes that are started."""
    started: list[subprocess.Popen[bytes]] = []
    start = processes.started

    def noted(*given: Any, **how: Any) -> subprocess.Popen[bytes]:
        started.append(start(*given, **how))
        return started[-1]

    monkeypatch.setattr(beside, "started", noted)
    monkeypatch.setattr(beside, "_LARGE", 0)
    return started


def test_a_process_that_cannot_write_says_so(begun: list[subprocess.Popen[bytes]], tmp_path: Path) -> None:
    (tmp_path / STORE).write_text("no store")
    with writing_beside(tmp_path / STORE, "turtle", tmp_path / TURTLE) as is_written:
        assert not is_written()
    # It is no crash.
    assert [process.returncode for process in begun] == [1]
    assert [*tmp_path.iterdir()] == [tmp_path / STORE]


def test_nothing_is_left_of_the_other_process_when_this_one_fails(
    begun: list[subprocess.Popen[bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "atlas").mkdir()
    slow = tmp_path / "slow"
    # What it is to write is its last word; it is still at the file that takes that one's place.
    slow.write_text('#!/bin/sh\ntouch "$(dirname "$5")/.$(basename "$5").half.part"\nexec sleep 600\n')
    slow.chmod(0o755)
    (tmp_path / STORE).touch()
    monkeypatch.setattr(sys, "executable", str(slow))

    def interrupted() -> None:
        with writing_beside(tmp_path / STORE, "turtle", tmp_path / "atlas" / TURTLE):
            wait_for(lambda: any((tmp_path / "atlas").iterdir()))
            assert begun[0].poll() is None
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert begun[0].poll() is not None
    assert [*(tmp_path / "atlas").iterdir()] == []


def test_the_other_process_ends_with_this_one(tmp_path: Path) -> None:
    mark = tmp_path / TURTLE
    command = [sys.executable, "-c", _PARENT, str(tmp_path / STORE), str(mark)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        try:
            assert parent.stdout
            assert parent.stdout.readline() == "begun\n"
            wait_for(lambda: len(running(mark)) == 2)
        finally:
            parent.kill()
        parent.wait()
        wait_for(lambda: not running(mark))
