"""``python -m bench [STAGE...] [--papers N] [--json FILE]``: every stage, on what the project itself has.

Prints a table of values and of ratios within this run, which another machine should come near; values are its own.
Needs no outside files: the papers are those of examples/, each written several times with a name of its own. A stage is
a row of ``bench.stages.STAGES`` and runs in a process of its own, which is where its peak of memory is from.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from bench.stages import STAGES, measured


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stages", nargs="*", metavar="STAGE", help=", ".join(STAGES))
    parser.add_argument("--papers", type=int, default=400)
    parser.add_argument("--json", type=Path, help="write the measures there as well")
    options = parser.parse_args()
    if unknown := [*{*options.stages} - {*STAGES}]:
        sys.exit(f"no stage {unknown[0]!r} (one of {', '.join(STAGES)})")
    everything = []
    print("| stage | what | value | ratio | to | peak memory, MB |\n|---|---|---|---|---|---|")
    for stage in options.stages or STAGES:
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            measures, memory = pool.submit(measured, stage, options.papers).result()
        for one in measures:
            ratio = f"{one.ratio:.2f}" if one.ratio else ""
            print(
                f"| {stage} | {one.what} | {one.value:.4g} {one.unit} | {ratio} | {one.to} | {memory:.0f} |", flush=True
            )
            everything.append({"stage": stage, **one._asdict(), "memory_mb": round(memory)})
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        about = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
        options.json.write_text(json.dumps({"on": about, "papers": options.papers, "measures": everything}, indent=1))


if __name__ == "__main__":
    main()
