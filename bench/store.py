"""``python -m bench.store FACTS [--count N] [--add 100]``: what the store costs, extraction and exports aside.

FACTS is what ``paperatlas extract`` wrote. The facts of all papers but the last are built into an atlas, the last are
added, taken out again, and one thing is looked up; each in a process of its own, for its peak of memory. Seconds are of
the wall clock and, behind them, of the processor; ratios are of the processor's, to a build from scratch. Adding and
removing also tell whether the file has the bytes that a build from scratch gives.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from bench.facts import read_facts
from paperatlas.extract.facts import Facts
from paperatlas.extract.paper import Paper
from paperatlas.files import put_in_place
from paperatlas.graph.atlas import STORE, open_atlas
from paperatlas.graph.runs import Run
from paperatlas.graph.store.revision import Revision
from paperatlas.graph.store.seal import seal
from paperatlas.graph.verify import verify

_RUN = Run("paperatlas", "", "bench", "")


class Cost(NamedTuple):
    """What a step took: seconds, of them the processor's, megabytes at most; and a hash of the store that it left."""

    seconds: float
    busy: float
    memory: float
    digest: str


def facts_in(path: Path, first: int, last: int) -> list[Facts]:
    """Read the facts of some papers."""
    return [*islice(read_facts(path), first, last)]


def grow(folder: Path, facts: Sequence[Facts], removed: Sequence[str] = ()) -> None:
    """Build facts that were found into the atlas in ``folder``, or take papers out of it, as ``paperatlas`` does."""
    folder.mkdir(exist_ok=True)
    by_text = {of.paper.fingerprint(): of for of in facts}
    with closing(Revision(folder / STORE)) as revision:
        plan = revision.plan([of.paper for of in facts], removed=removed, run=_RUN)
        found = [revision.add(met, facts_for(by_text, met.paper), _RUN) for met in plan.todo]
        store = revision.write(plan, found)
        seal(store)
        put_in_place([(store, folder / STORE)])
        revision.journal.discard()


def facts_for(by_text: dict[str, Facts], paper: Paper) -> Facts:
    """Return the facts of a paper, by its text."""
    known = by_text[paper.fingerprint()]
    return Facts(paper, known.entities, known.relations, known.results)


def step(name: str, folder: Path, path: Path, first: int, last: int) -> Cost:
    """Take one step, and measure it."""
    facts = facts_in(path, first, last)
    work: dict[str, Callable[[], Any]] = {
        "grow": lambda: grow(folder, facts),
        "remove": lambda: grow(folder, (), [of.paper.key for of in facts]),
        "load": lambda: open_atlas(folder).graph,
        "verify": lambda: [*verify(folder / STORE)],
    }
    if name != "grow":
        facts = facts if name == "remove" else []
    started, before = time.perf_counter(), time.process_time()
    outcome = work[name]()
    seconds, busy = time.perf_counter() - started, time.process_time() - before
    if name == "verify" and outcome:
        raise SystemExit(f"verify: {outcome[0]}")
    digest = hashlib.sha256((folder / STORE).read_bytes()).hexdigest()
    return Cost(seconds, busy, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, digest)


def measure(*arguments: Any) -> Cost:
    """Take one step in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(step, *arguments).result()


def command(*arguments: str) -> Cost:
    """Run ``paperatlas``, the best of three times."""
    costs = []
    for _ in range(3):
        started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "paperatlas", *arguments], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        costs.append(Cost(time.perf_counter() - started, busy, 0.0, ""))
    return min(costs)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("facts", type=Path)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--add", type=int, default=100)
    options = parser.parse_args()
    with TemporaryDirectory() as place:
        whole, atlas = Path(place) / "whole", Path(place) / "atlas"
        many, all_of_them = options.count - options.add, options.count
        scratch = measure("grow", whole, options.facts, 0, all_of_them)
        base = measure("grow", atlas, options.facts, 0, many)
        added = measure("grow", atlas, options.facts, many, all_of_them)
        checked = measure("verify", atlas, options.facts, 0, 0)
        loaded = measure("load", atlas, options.facts, 0, 0)
        shown = command("show", str(atlas), "ImageNet", "--quiet")
        missed = command("show", str(atlas), "ImagNett", "--quiet")
        size = (atlas / STORE).stat().st_size / 1e6
        removed = measure("remove", atlas, options.facts, many, all_of_them)
    same = {True: "the bytes of a build from scratch", False: "OTHER BYTES than a build from scratch"}
    rows = [
        (f"build {all_of_them} papers", scratch, f"{size:.0f} MB on disk"),
        (f"add {options.add} papers", added, same[added.digest == scratch.digest]),
        (f"remove {options.add} papers", removed, same[removed.digest == base.digest]),
        ("verify", checked, ""),
        ("load the graph", loaded, ""),
        ("`paperatlas show`", shown, "the whole command"),
        ("`paperatlas show`, not there", missed, "the whole command"),
    ]
    print("| | seconds | processor | of a build from scratch | peak memory, MB | |\n|---|---|---|---|---|---|")
    for name, cost, note in rows:
        memory = f"{cost.memory:.0f}" if cost.memory else ""
        share = cost.busy / scratch.busy
        print(f"| {name} | {cost.seconds:.2f} | {cost.busy:.2f} | {share:.3f} | {memory} | {note} |")


if __name__ == "__main__":
    main()
