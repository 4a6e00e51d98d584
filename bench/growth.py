"""``python -m bench.growth FILE [--sizes 1000,5000,20000,95000] [--pipeline NAME] [--model NAME]``: how a build grows.

FILE holds papers, as many as the largest size. The first 1,000 are read, extracted, linked and written, then the first
5,000 and so on. Each stage has a process of its own, for its peak of memory; that of extraction is the largest
process'. An exponent is the slope from the first size to the last in a log-log plot: 1 is linear, 0 is flat. ``--facts
FACTS``, what ``paperatlas extract`` wrote, spares extraction: its papers stand in the place of FILE's.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from bench.store import facts_in, grow
from paperatlas.building import build
from paperatlas.export import write
from paperatlas.extract.facts import Facts, as_json, facts_from_json
from paperatlas.extract.jsonlines import read_objects
from paperatlas.extract.paper import Paper
from paperatlas.extract.pipeline import MODEL, PIPELINE, Options
from paperatlas.extract.readers.shelf import Shelf
from paperatlas.extracting import extraction, read
from paperatlas.graph.atlas import PAGE, TURTLE, open_atlas


class Place(NamedTuple):
    """Where the files of one size lie, and how facts are found."""

    folder: Path
    options: Options
    workers: int | None

    @property
    def papers(self) -> Path:
        """The papers, one JSON object a line."""
        return self.folder / "papers.jsonl"

    @property
    def facts(self) -> Path:
        """Their facts."""
        return self.folder / "facts.jsonl"


class Cost(NamedTuple):
    """Seconds of the wall clock, and the peak of memory in MB."""

    seconds: float
    memory: float


def reading(place: Place) -> None:
    """Read the papers, and find out which are met twice."""
    with Shelf(read([str(place.papers)], [])) as papers:
        len(papers)


def extracting(place: Place) -> None:
    """Read and extract, as ``paperatlas extract`` does."""
    with (
        extraction([str(place.papers)], place.options, workers=place.workers) as extracted,
        place.facts.open("w", encoding="utf-8") as file,
    ):
        for facts in extracted.facts:
            print(json.dumps(as_json(facts), ensure_ascii=False), file=file)


def linking(place: Place) -> None:
    """Put facts down, link them, write the store."""
    grow(place.folder, facts_in(place.facts, 0, sys.maxsize))


def opening(place: Place) -> None:
    """Open the atlas, and load its graph."""
    _ = open_atlas(place.folder).graph


def turtle(place: Place) -> None:
    """Write the RDF."""
    write(open_atlas(place.folder), "turtle", place.folder / TURTLE)


def page(place: Place) -> None:
    """Write the page."""
    write(open_atlas(place.folder), "html", place.folder / PAGE)


def building(place: Place) -> None:
    """Build with facts that are known: all that ``paperatlas build`` does beside extraction."""

    def known(papers: Iterable[Paper]) -> Iterator[Facts]:
        for paper, (_, data) in zip(papers, read_objects(place.facts), strict=True):
            yield facts_from_json(paper, data)

    build([str(place.papers)], place.folder / "built", options=place.options, extract=known)


STAGES: dict[str, Callable[[Place], None]] = {
    "read": reading,
    "extract": extracting,
    "link and store": linking,
    "load the graph": opening,
    "write the RDF": turtle,
    "write the page": page,
    "all but extraction": building,
}


def step(stage: str, place: Place) -> Cost:
    """Take one step, and measure it."""
    started = time.perf_counter()
    STAGES[stage](place)
    seconds = time.perf_counter() - started
    peaks = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return Cost(seconds, max(peaks))


def exponent(values: list[tuple[int, float]]) -> float:
    """Return the slope in a log-log plot, from the first to the last; of one size there is none.

    >>> exponent([(10, 5.0), (100, 500.0)]), exponent([(10, 5.0)])
    (2.0, nan)
    """
    (small, first), (large, last) = values[0], values[-1]
    if small == large:
        return math.nan
    return round(math.log(last / first) / math.log(large / small), 6)


def prepare(place: Place, size: int, papers: Path, facts: Path | None) -> int:
    """Copy the first papers, or facts and the papers that they are of; return how many there were."""
    source = facts or papers
    with (
        (gzip.open if source.suffix == ".gz" else open)(source, "rt", encoding="utf-8") as lines,
        place.papers.open("w", encoding="utf-8") as first,
        place.facts.open("w", encoding="utf-8") as known,
    ):
        # Line by line: a process' peak of memory begins with that of the one that started it.
        count = 0
        for line in islice(lines, size):
            first.write(_paper(json.loads(line)) if facts else line)
            known.write(line if facts else "")
            count += 1
    return count


def _paper(facts: dict[str, Any]) -> str:
    title = facts["title"] or ""
    abstract = facts["text"][len(title) + 1 :] if title else facts["text"]
    return json.dumps({"id": facts["id"], "title": title, "abstract": abstract, "date": facts["date"]}) + "\n"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="papers, one JSON object a line, packed or not")
    parser.add_argument("--sizes", default="1000,5000,20000,95000")
    parser.add_argument("--pipeline", default=PIPELINE)
    parser.add_argument("--model", default=MODEL)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--facts", type=Path, help="facts of papers, in place of these; they are not extracted then")
    parser.add_argument("--stages", default=",".join(STAGES), help="some of: %(default)s")
    parser.add_argument("--json", type=Path, help="write the measures there as well")
    options = parser.parse_args()
    stages = [stage for stage in options.stages.split(",") if not (options.facts and stage == "extract")]
    measures: dict[str, list[tuple[int, Cost]]] = {stage: [] for stage in stages}
    for size in map(int, options.sizes.split(",")):
        with TemporaryDirectory() as folder:
            place = Place(Path(folder), Options(options.pipeline, options.model), options.workers)
            count = prepare(place, size, options.file, options.facts)
            for stage in stages:
                with ProcessPoolExecutor(1, get_context("spawn")) as pool:
                    measures[stage].append((count, pool.submit(step, stage, place).result()))
    sizes = [count for count, _ in measures[stages[0]]]
    print(f"| seconds (peak memory, MB) | {' | '.join(f'{size:,}' for size in sizes)} | exponent | of memory |")
    print("|---" * (len(sizes) + 3) + "|")
    for stage, found in measures.items():
        cells = [f"{cost.seconds:.1f} ({cost.memory:.0f})" for _, cost in found]
        slopes = [exponent([(size, cost[part]) for size, cost in found]) for part in range(2)]
        print(f"| {stage} | {' | '.join(cells)} | {slopes[0]:.2f} | {slopes[1]:.2f} |")
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        rows = [
            {"stage": stage, "papers": size, **cost._asdict()}
            for stage, found in measures.items()
            for size, cost in found
        ]
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
