"""``python -m bench.speed FILE [--count N]``: what a second of one core extracts, by pipeline, and the memory it takes.

FILE holds one JSON object a line, with ``text``, or ``title`` and ``abstract``. Every pipeline runs in a process of its
own; it reads everything twice, and the second time counts: loading and first sights of words are left out.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from paperatlas.extract.jsonlines import read_objects, title_and_abstract

_PIPELINES = (("rules", ""), ("learned", "default"), ("learned", "fast"))


def measure(pipeline: str, model: str, texts: list[str]) -> tuple[float, float]:
    """Return how many of ``texts`` one core reads in a second, and the peak of memory in MB."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    from paperatlas.extract.paper import Paper
    from paperatlas.extract.pipeline import Options, extract_facts, leave_out_large_packages, load

    # As the commands and their workers do.
    leave_out_large_packages(Options())
    nlp = load(pipeline, model=model or "default")
    papers = [Paper(text, id=str(n)) for n, text in enumerate(texts)]
    for _ in range(2):
        started = time.process_time()
        deque(extract_facts(papers, nlp), maxlen=0)
        seconds = time.process_time() - started
    return len(papers) / seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def encoding(model: str, texts: list[str]) -> float:
    """Return how many of ``texts`` a second of one core brings through the encoder alone.

    They come sorted by length, one at a time: what a text's facts are must not hang on what else is in a batch.
    """
    from paperatlas.extract.components import sentences
    from paperatlas.extract.learned.components import open_model
    from paperatlas.extract.pipeline import load

    network = open_model(model)
    tokenize = load("rules").make_doc
    read = [[*network.pieces.windows(sentences(tokenize(text)))] for text in texts]
    windows = sorted((window for found in read for window in found), key=lambda window: len(window.ids))
    network.encode(windows[-1])
    started = time.process_time()
    for window in windows:
        network.encode(window)
    return len(texts) / (time.process_time() - started)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--count", type=int, default=300)
    options = parser.parse_args()
    records = islice(read_objects(options.file), options.count)
    texts = ["\n".join(title_and_abstract(record)).strip() for _, record in records]
    print("| pipeline | abstracts/s on one core | times the first | its encoder alone | share | peak memory, MB |")
    print("|---|---|---|---|---|---|")
    first = 0.0
    for pipeline, model in _PIPELINES:
        with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as pool:
            speed, memory = pool.submit(measure, pipeline, model, texts).result()
            alone = pool.submit(encoding, model, texts).result() if model else 0.0
        first = first or speed
        beside = f"{alone:.0f} | {speed / alone:.2f}" if alone else " | "
        name = f"{pipeline} {model}".strip()
        print(f"| {name} | {speed:.0f} | {speed / first:.2f} | {beside} | {memory:.0f} |", flush=True)


if __name__ == "__main__":
    main()
