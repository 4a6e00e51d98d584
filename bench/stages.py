"""What ``python -m bench`` measures. A stage is a function from a number of papers to measures, and a row here."""

from __future__ import annotations

import gzip
import io
import json
import math
import resource
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, NamedTuple, TypeVar, cast

from paperatlas.extract.facts import Facts
from paperatlas.extract.paper import Paper
from paperatlas.extract.readers import FORMATS, read_papers
from paperatlas.extract.readers.files import TextFile

_T = TypeVar("_T")

EXAMPLES = Path(__file__).parents[1] / "examples"


class Measure(NamedTuple):
    """A value, and its ratio to another of the same run."""

    what: str
    value: float
    unit: str
    ratio: float = 0.0
    to: str = ""


def papers(count: int) -> list[Paper]:
    """Return the papers of examples/ as often as needed, each time with a name of their own in them."""
    inputs = [str(path) for path in sorted(EXAMPLES.iterdir()) if path.suffix in (".txt", ".jsonl")]
    read = read_papers(inputs, skip=lambda skipped: sys.exit(str(skipped)))
    return [
        replace(paper, id=f"p{n:06}", arxiv="", doi="", abstract=f"{paper.abstract} We call it Foo{n}Net.")
        for n, paper in ((n, read[n % len(read)]) for n in range(count))
    ]


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """Return the least time that some work takes, in seconds of the wall clock."""

    def once() -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    return min(once() for _ in range(times))


def start(_count: int) -> Iterator[Measure]:
    """How long a person waits for the command to begin, beside Python itself."""

    def run(*arguments: str) -> float:
        return seconds(lambda: subprocess.run([sys.executable, *arguments], capture_output=True, check=True), 5)

    bare = run("-c", "pass")
    yield Measure("python itself", bare, "s", 1, "python itself")
    for command in ("--help", "--version", "fetch --help"):
        took = run("-m", "paperatlas", *command.split())
        yield Measure(f"paperatlas {command}", took, "s", took / bare, "python itself")


def read(count: int) -> Iterator[Measure]:
    """How fast each format is read."""
    from bench.fuzz.targets import SEEDS

    # One record that each format has in its own way, as often as there are papers.
    first = 0.0
    for name in ("jsonl", *(name for name in FORMATS if name != "jsonl")):
        head, record, foot = _record(name, SEEDS[name])
        content = (head + record * count + foot).encode()
        for kind, packed in (("", False), (", packed", True))[: 2 if name == "jsonl" else 1]:
            stored = gzip.compress(content) if packed else content

            def work(name: str = name, stored: bytes = stored, packed: bool = packed) -> None:
                stream: object = gzip.GzipFile(fileobj=io.BytesIO(stored)) if packed else io.BytesIO(stored)
                deque(FORMATS[name].read(TextFile("bench", cast("BinaryIO", stream))), maxlen=0)

            speed = len(content) / seconds(work) / 1e6
            first = first or speed
            yield Measure(name + kind, speed, "MB/s", speed / first, "jsonl")


def _record(name: str, seed: str) -> tuple[str, str, str]:
    """Cut a file of one format into what is before its first record, that record, and what is behind the last."""
    bounds = {"atom": ("<entry>", "</entry>"), "anthology": ("<paper", "</paper>"), "json": ('{"id"', "}")}
    if name == "json":
        record = json.dumps({"id": "a", "summary": "We introduce Foo, a network. " * 5}) + ",\n"
        return "[", record, "{}]"
    if name in bounds:
        begin, end = seed.index(bounds[name][0]), seed.rindex(bounds[name][1]) + len(bounds[name][1])
        return seed[:begin], seed[begin:end], seed[end:]
    if name in ("csv", "tsv"):
        head, _, record = seed.partition("\n")
        return head + "\n", record, ""
    return "", seed + "\n", ""


def extract(count: int) -> Iterator[Measure]:
    """How many abstracts a second one core extracts, by pipeline."""
    from bench.speed import _PIPELINES, measure

    texts = [paper.text for paper in papers(min(count, 120))]
    first = 0.0
    for pipeline, model in _PIPELINES:
        speed, _ = measure(pipeline, model, texts)
        first = first or speed
        yield Measure(f"{pipeline} {model}".strip(), speed, "abstracts/s", speed / first, "rules")


def encoder(count: int) -> Iterator[Measure]:
    """What the runtime does in an encoder: which operators take how long, and how much they multiply meanwhile."""
    from bench.operators import operators

    for model in ("default", "fast"):
        found = operators(model, [paper.text for paper in papers(min(count, 120))])
        whole = sum(one.seconds for one in found)
        yield Measure(f"{model}, all operators", whole * 1e3, "ms a text", 1, f"{model}, all operators")
        for one in found:
            if one.seconds >= whole / 20:
                name = f"{model}, {one.name}"
                yield Measure(name, one.seconds * 1e3, "ms a text", one.seconds / whole, f"{model}, all operators")
                if one.products:
                    yield Measure(f"{name}, products", one.products / one.seconds / 1e9, "10^9/s")


def build(count: int) -> Iterator[Measure]:
    """How fast a whole build is with one worker and with two, and what a core does in it beside the encoder alone."""
    from bench.speed import encoding
    from paperatlas.extract.fetch.lines import as_record
    from paperatlas.extract.pipeline import MODEL

    every = papers(count)
    alone = _apart(encoding, MODEL, [paper.text for paper in every])
    yield Measure("the encoder alone, of a core", alone, "abstracts/s", 1, "the encoder alone")
    with TemporaryDirectory() as scratch:
        whole, part = (Path(scratch) / f"{size}.jsonl" for size in (count, count // 4))
        whole.write_bytes(b"".join(map(as_record, every)))
        part.write_bytes(b"".join(map(as_record, every[: count // 4])))
        _, begun = _apart(_built, part, Path(scratch) / "part", 1)
        first = 0.0
        for workers in (1, 2):
            took, busy = _apart(_built, whole, Path(scratch) / str(workers), workers)
            name = f"build, {workers} worker{'s' if workers > 1 else ''}"
            if workers == 1:
                # What it costs to begin is left out: libraries, the model, the page without its papers.
                further = (count - count // 4) / (busy - begun)
                yield Measure(f"{name}, of a core, begun", further, "abstracts/s", further / alone, "the encoder alone")
            yield Measure(f"{name}, of a core", count / busy, "abstracts/s", count / busy / alone, "the encoder alone")
            first = first or took
            yield Measure(name, count / took, "abstracts/s", first / took, "1 worker")


def _apart(work: Callable[..., _T], *arguments: object) -> _T:
    """Do some work in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def _built(source: Path, folder: Path, workers: int) -> tuple[float, float]:
    """Build; return the seconds, and those of all processors."""
    from paperatlas.building import build
    from paperatlas.extract.pipeline import Options, leave_out_large_packages

    # As the command does.
    leave_out_large_packages(Options())
    took = seconds(lambda: build([str(source)], folder, workers=workers), 1)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return took, sum(usage.ru_utime + usage.ru_stime for usage in used)


def facts(count: int) -> list[Facts]:
    """Return what the rules find in some papers."""
    from paperatlas.extract.pipeline import extract_facts, load

    return [*extract_facts(papers(count), load("rules"))]


def link(count: int) -> Iterator[Measure]:
    """How long it takes to make one graph of all facts, and how that grows."""
    from paperatlas.graph.atlas import Atlas

    found = facts(count)

    def work(part: int) -> float:
        return seconds(lambda: Atlas(tuple(found[:part])).graph)

    quarter, whole = work(count // 4), work(count)
    yield Measure(f"{count // 4} papers", quarter, "s", 1, f"{count // 4} papers")
    yield Measure(f"{count} papers", whole, "s", whole / quarter, f"{count // 4} papers")
    yield Measure("exponent of growth", math.log(whole / quarter, 4), "(1 is linear)")


def layout(_count: int) -> Iterator[Measure]:
    """How long it takes to find a place for all that the page shows, and how that grows."""
    from bench.atlases import made_up
    from paperatlas.export.html.excerpt import excerpt
    from paperatlas.export.html.network import placed

    sizes, took = (300, 1000, 5000), []
    for size in sizes:
        chosen = excerpt(made_up(size, 4 * size))
        took.append(seconds(partial(placed, chosen)))
        yield Measure(f"{size} nodes", took[-1], "s", took[-1] / took[0], f"{sizes[0]} nodes")
    exponent = math.log(took[-1] / took[0]) / math.log(sizes[-1] / sizes[0])
    yield Measure("exponent of growth", exponent, "(1 is linear)")


def export(count: int) -> Iterator[Measure]:
    """How long each format takes to be written."""
    from paperatlas.export import FORMATS as OUTPUTS
    from paperatlas.export import write
    from paperatlas.graph.atlas import Atlas

    atlas = Atlas(tuple(facts(count)))
    with TemporaryDirectory() as folder:
        first = seconds(lambda: write(atlas, "json", Path(folder) / "first"))
        for name in OUTPUTS:
            took = seconds(partial(write, atlas, name, Path(folder) / name), 2)
            yield Measure(name, took, "s", took / first, "json")


def query(count: int) -> Iterator[Measure]:
    """How long an atlas takes to be opened, and questions to be answered."""
    from paperatlas.building import build
    from paperatlas.export import sparql
    from paperatlas.extract.fetch.lines import as_record
    from paperatlas.extract.pipeline import Options
    from paperatlas.graph.atlas import open_atlas

    with TemporaryDirectory() as scratch:
        source, folder = Path(scratch) / "papers.jsonl", Path(scratch) / "atlas"
        source.write_bytes(b"".join(map(as_record, papers(count))))
        built = seconds(lambda: build([str(source)], folder, options=Options("rules")), 1)
        yield Measure("build, with rules", built, "s", 1, "build")
        for what, work in {
            "open": lambda: open_atlas(folder).graph,
            "load the RDF": lambda: sparql.load(folder),
        }.items():
            took = seconds(work)
            yield Measure(what, took, "s", took / built, "build")
        shown = [sys.executable, "-m", "paperatlas", "show", str(folder), "BERT"]
        took = seconds(lambda: subprocess.run(shown, capture_output=True, check=True))
        yield Measure("paperatlas show", took, "s", took / built, "build")
        loaded = sparql.load(folder)

        def answer(text: str) -> bytes:
            return sparql.ask(loaded, text).serialize("csv")

        for what, text in {
            "what is evaluated on what": "SELECT ?a ?b { ?a pa:evaluatedOn ?b }",
            "what most things use": "SELECT ?b (COUNT(*) AS ?n) { ?a pa:uses ?b } GROUP BY ?b ORDER BY DESC(?n)",
        }.items():
            took = seconds(partial(answer, text))
            yield Measure(what, took, "s", took / built, "build")


def patterns(_count: int) -> Iterator[Measure]:
    """How steeply the time of the regular expressions grows on texts that are hard for them."""
    from bench.patterns import expressions, growth

    every = [growth(expression, 2**14) for expression in expressions()]
    again = {one.where for one in every if one.exponent > 1.5}
    every = [growth(e, 2**16) for e in expressions() if e.where in again] or every
    steepest = max(every, key=lambda one: one.exponent)
    yield Measure(f"steepest of {len(expressions())}: {steepest.where}", steepest.exponent, "(1 is linear)")


STAGES: dict[str, Callable[[int], Iterator[Measure]]] = {
    "start": start,
    "read": read,
    "extract": extract,
    "encoder": encoder,
    "build": build,
    "link": link,
    "layout": layout,
    "export": export,
    "query": query,
    "patterns": patterns,
}


def measured(stage: str, count: int) -> tuple[list[Measure], float]:
    """Run a stage; return what it measured, and the peak of memory of this process, or of one that it began, in MB."""
    measures = [*STAGES[stage](count)]
    peaks = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return measures, max(peaks) / 1024
