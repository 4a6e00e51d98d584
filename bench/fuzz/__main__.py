"""``python -m bench.fuzz [TARGET...] [--runs N] [--corpus DIR] [--json FILE]``: fuzz what reads with atheris.

Every target has a process of its own, with 2 GB of memory at most and ten seconds for one input. What breaks it is kept
in the corpus' folder, and the command ends with 1. Needs the group ``fuzz``: ``pip install --group fuzz``.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from bench.fuzz.targets import TARGETS, seeds


class Outcome(NamedTuple):
    """How a target fared: how often it ran, for how long, its memory, how many ways through it were met."""

    target: str
    executions: int
    seconds: float
    memory: int
    ways: int
    broken: str


def fuzz(name: str, runs: int, corpus: Path) -> Outcome:
    """Run one target ``runs`` times."""
    folder = corpus / name
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (folder / f"seed-{number}").write_bytes(seed)
    limits = [f"-runs={runs}", "-max_len=2048", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1"]
    command = [sys.executable, "-m", "bench.fuzz.one", name, str(folder), *limits, f"-artifact_prefix={corpus}/{name}-"]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False)
    said = done.stderr.decode("utf-8", "replace")

    def stat(pattern: str) -> int:
        numbers = re.findall(pattern, said)
        return int(numbers[-1]) if numbers else 0

    broken = ""
    if done.returncode:
        lines = [line for line in said.splitlines() if re.match(r"\w*(?:Error|Exception)\b|==\d+== ERROR", line)]
        broken = (lines or [f"ended with {done.returncode}"])[0].strip()
    return Outcome(
        name,
        stat(r"stat::number_of_executed_units:\s*(\d+)"),
        time.perf_counter() - started,
        stat(r"stat::peak_rss_mb:\s*(\d+)"),
        stat(r"ft: (\d+)"),
        broken,
    )


def main() -> int:
    """Print the table; return 1 if anything broke."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--corpus", type=Path, help="a folder to go on from; else each time from the beginning")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory() as scratch:
        print("| target | executions | a second | ways | peak memory, MB | broken |\n|---|---|---|---|---|---|")
        for name in options.targets or TARGETS:
            one = fuzz(name, options.runs, options.corpus or Path(scratch))
            outcomes.append(one)
            speed = one.executions / one.seconds
            print(
                f"| {name} | {one.executions:,} | {speed:,.0f} | {one.ways:,} | {one.memory} | {one.broken or 'no'} |",
                flush=True,
            )
    print(f"\n{sum(one.executions for one in outcomes):,} executions, {sum(bool(o.broken) for o in outcomes)} broken")
    if options.json:
        options.json.write_text(json.dumps([one._asdict() for one in outcomes], indent=1) + "\n")
    return int(any(one.broken for one in outcomes))


if __name__ == "__main__":
    sys.exit(main())
