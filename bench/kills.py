"""``python -m bench.kills INPUT... [--kills 50] [--pipeline rules]``: a build killed at random moments loses nothing.

A build is first left alone, then begun anew and killed (SIGKILL) again and again, each time going on from where it was,
until it ends. After each kill the atlas that readers see must be whole, the old one or the new one; what was finished
must be there, and must not be extracted again; the files must end up as those of the build that was left alone, byte
for byte. Prints what it saw as one line of JSON; exits with 1 if any of that does not hold.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from paperatlas.building import build
from paperatlas.extract.facts import Facts
from paperatlas.extract.paper import Paper
from paperatlas.extract.pipeline import Options, extract_facts, load
from paperatlas.graph.atlas import STORE, open_atlas
from paperatlas.graph.store.journal import Journal
from paperatlas.graph.store.revision import base_of
from paperatlas.graph.verify import verify


class Builder:
    """Builds the same atlas again and again, in processes that can be killed."""

    def __init__(self, inputs: list[str], pipeline: str) -> None:
        self._inputs = inputs
        self._options = Options(pipeline)
        self._nlp = load(pipeline)

    def build(self, folder: Path, log: Path) -> None:
        """Build, and note in ``log`` which papers are extracted."""

        def extract(papers: Iterable[Paper]) -> Iterator[Facts]:
            with log.open("a") as file:
                for facts in extract_facts(papers, self._nlp, self._options):
                    print(facts.paper.key, file=file, flush=True)
                    yield facts

        build(self._inputs, folder, options=self._options, extract=extract)

    def begin(self, folder: Path, log: Path) -> int:
        """Begin to build in a process of its own; return its number."""
        child = os.fork()
        if child:
            return child
        try:
            self.build(folder, log)
            os._exit(0)
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            os._exit(1)


def finished(folder: Path) -> dict[str, Facts]:
    """Return the facts of the papers that are finished, in the atlas or in the journal of a build, by key."""
    store = folder / STORE
    facts = {of.paper.key: of for of in open_atlas(folder).facts} if store.exists() else {}
    if folder.exists():
        journal = Journal(folder, base_of(store))
        facts |= {stored.key: stored.facts for stored in journal.before}
        journal.close()
    return facts


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def main() -> None:
    """Kill, look, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", nargs="+")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--pipeline", default="rules")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    builder = Builder(options.inputs, options.pipeline)
    seen: Counter[str] = Counter(kills=0, ends=0)
    faults: list[str] = []
    with TemporaryDirectory() as place:
        whole = Path(place) / "whole"
        # Here, so that no child has libraries to load; what counts is what a build does.
        builder.build(whole, Path(place) / "log")
        shutil.rmtree(whole)
        started = time.monotonic()
        os.waitpid(builder.begin(whole, Path(place) / "log"), 0)
        seconds = time.monotonic() - started
        expected, facts = contents(whole), finished(whole)
        atlas, log = Path(place) / "atlas", Path(place) / "killed"
        had: dict[str, Facts] = {}
        while seen["kills"] < options.kills:
            log.unlink(missing_ok=True)
            child = builder.begin(atlas, log)
            time.sleep(chance.uniform(0, seconds))
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            if os.WIFSIGNALED(status):
                seen["kills"] += 1
                faults += [f"kill {seen['kills']}: {fault}" for fault in _faults(atlas, log, had, facts)]
                had = finished(atlas)
                seen["in all" if had.keys() == facts.keys() else "amid papers" if had else "before the first"] += 1
            if os.WIFEXITED(status) or (had.keys() == facts.keys() and chance.random() < 0.5):
                faults += _end(builder, atlas, log, had, expected)
                had = {}
                seen["ends"] += 1
        faults += _end(builder, atlas, log, had, expected)
        seen["ends"] += 1
    print(json.dumps({"papers": len(facts), "seconds": round(seconds, 2), **seen, "faults": faults}))
    sys.exit(bool(faults))


def _faults(atlas: Path, log: Path, had: dict[str, Facts], facts: dict[str, Facts]) -> Iterator[str]:
    """Yield what a kill has broken: ``had`` was finished before, ``facts`` is what all papers say."""
    have = finished(atlas)
    if had.keys() - have.keys() or any(of != facts[key] for key, of in have.items()):
        yield "facts of a finished paper are lost or another's"
    if again := _extracted(log) & had.keys():
        yield f"extracted again: {', '.join(sorted(again))}"
    if (atlas / STORE).exists():
        yield from map(str, verify(atlas / STORE))


def _end(builder: Builder, atlas: Path, log: Path, had: dict[str, Facts], expected: dict[str, bytes]) -> Iterator[str]:
    """Let a build come to its end and clear the place for the next; yield what is wrong with what it made."""
    log.unlink(missing_ok=True)
    _, status = os.waitpid(builder.begin(atlas, log), 0)
    if status:
        yield "a build that was not killed failed"
    if _extracted(log) & had.keys():
        yield "a finished paper was extracted again"
    if contents(atlas) != expected:
        yield "the files are not those of a build that was left alone"
    shutil.rmtree(atlas)


def _extracted(log: Path) -> set[str]:
    return {*log.read_text().splitlines()} if log.exists() else set()


if __name__ == "__main__":
    main()
