"""A file that another process writes: the same bytes, whatever becomes of that process."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import paperatlas.export
from paperatlas import building
from paperatlas.building import build
from paperatlas.export.beside import writing_beside
from paperatlas.extract.pipeline import Options
from paperatlas.graph.atlas import STORE, TURTLE

from .growing import extract, write_papers
from .test_workers import wait_for

#: Begins a process that would go on without end, and waits for its own.
_PARENT = """
import sys, time
from pathlib import Path
from paperatlas.export import beside

beside._PROGRAM = '''
import time
from paperatlas.export import beside
beside.open_atlas = print
beside.write = lambda *_: time.sleep(600)
beside.main()
'''
with beside.writing_beside(Path(sys.argv[1]), "turtle", Path(sys.argv[2])):
    print("begun", flush=True)
    time.sleep(600)
"""


def running(mark: Path) -> list[Path]:
    """Return the processes that were told to write ``mark``."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(mark).encode() in (process / "cmdline").read_bytes().split(b"\0"):
                found.append(process)
        except OSError:
            continue
    return found


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the formats that this process writes, of an atlas that counts as large."""
    formats: list[str] = []
    write = paperatlas.export.write

    def noted(atlas: object, format: str, *rest: object, **how: object) -> object:
        formats.append(format)
        return write(atlas, format, *rest, **how)  # type: ignore[arg-type]  # what it was given

    monkeypatch.setattr(paperatlas.export, "write", noted)
    monkeypatch.setattr(building, "_LARGE", 0)
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
    monkeypatch.setattr(building, "_LARGE", 2**20)
    turtle(tmp_path / "atlas", 2)
    assert here == ["html", "turtle"]


@pytest.mark.parametrize("program", ["none", "false"])
def test_what_the_other_process_does_not_write_is_written_here(
    here: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    alone = turtle(tmp_path / "atlas", 1)
    shutil.rmtree(tmp_path / "atlas")
    monkeypatch.setattr(sys, "executable", shutil.which(program) or str(tmp_path / program))
    assert turtle(tmp_path / "atlas", 2) == alone
    assert here == ["html", "turtle", "html", "turtle"]


def test_nothing_is_left_of_the_other_process_when_this_one_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slow").write_text("#!/bin/sh\nexec sleep 600\n")
    (tmp_path / "slow").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "slow"))
    begun = []
    started = subprocess.Popen

    def noted(*command: object, **how: object) -> object:
        begun.append(started(*command, **how))  # type: ignore[call-overload]  # what it was given
        return begun[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)

    def interrupted() -> None:
        with writing_beside(tmp_path / STORE, "turtle", tmp_path / TURTLE):
            assert begun[0].poll() is None
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert begun[0].poll() is not None


def test_the_other_process_ends_with_this_one(tmp_path: Path) -> None:
    mark = tmp_path / TURTLE
    command = [sys.executable, "-c", _PARENT, str(tmp_path / STORE), str(mark)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == "begun\n"
        wait_for(lambda: len(running(mark)) == 2)
        parent.kill()
        parent.wait()
        wait_for(lambda: not running(mark))
