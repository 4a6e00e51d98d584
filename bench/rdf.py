"""``python -m bench.rdf FACTS|ATLAS``: RDF and SPARQL of a large atlas, and the same with plain rdflib in the same run.

FACTS is what ``paperatlas extract`` wrote; ATLAS is the folder of an atlas. Prints what is written and read in a second
and the memory that writing takes beside the graph, how long each named question takes, and what validation checks in a
second. rdflib gets the first ``--rdflib`` triples, for it would take hours over all of them; ratios are of triples a
second, and of seconds for one grouped join over these. All seconds are of a processor.
"""

from __future__ import annotations

import argparse
import io
import os
import time
import tracemalloc
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import pyoxigraph as ox
import rdflib

from bench.facts import read_facts
from paperatlas.export import rdf
from paperatlas.export.namespaces import PREFIXES
from paperatlas.export.rdf.terms import Row
from paperatlas.export.rdf.validation import violations
from paperatlas.export.sparql import Data, ask, load
from paperatlas.export.sparql.questions import Question, questions
from paperatlas.graph.atlas import TURTLE, Atlas, open_atlas
from paperatlas.graph.runs import Run

_JOIN = "SELECT ?d (COUNT(?m) AS ?n) { ?m pa:evaluatedOn ?d . ?m pa:uses ?t } GROUP BY ?d ORDER BY DESC(?n) LIMIT 10"


def nowhere() -> BinaryIO:
    """Return a stream that keeps nothing."""
    return Path(os.devnull).open("wb")


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds of a processor some work takes: what else the machine does is left out."""
    started = time.process_time()
    work()
    return time.process_time() - started


def atlas_of(path: Path, count: int) -> Atlas:
    """Open an atlas, or make one of extracted facts."""
    if path.is_dir():
        return open_atlas(path)
    facts = [*islice(read_facts(path), count)]
    run = Run("paperatlas", "bench", "learned", "bench")
    return Atlas(tuple(facts), (run,), {each.paper.key: run.id for each in facts})


def peak(atlas: Atlas, papers: int) -> float:
    """Return the most memory, in MB, that writing the first ``papers`` of an atlas takes beside its graph."""
    part = Atlas(atlas.facts[:papers], atlas.runs, atlas.run_ids)
    _ = part.graph
    tracemalloc.start()
    rdf.write_turtle(part, nowhere())
    most = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return most


def against_rdflib(rows: list[Row]) -> None:
    """Print what plain rdflib does with the same triples, and by how much we are faster."""
    triples = [ox.Triple(*row) for row in rows]
    ours_write = timed(lambda: ox.serialize(iter(triples), nowhere(), ox.RdfFormat.TURTLE))
    data = ox.serialize(iter(triples), format=ox.RdfFormat.TURTLE)
    store, graph = ox.Store(), rdflib.Graph()
    ours_read = timed(lambda: store.bulk_load(data, ox.RdfFormat.TURTLE))
    theirs_read = timed(lambda: graph.parse(data=data, format="turtle"))
    theirs_write = timed(lambda: graph.serialize(io.BytesIO(), format="turtle"))
    ours_join = timed(lambda: ask(Data(store), _JOIN).table())
    theirs_join = timed(lambda: [*graph.query(_JOIN, initNs=PREFIXES)])
    print(f"\n| {len(rows):,} triples | here | rdflib | ratio |\n|---|---|---|---|")
    for name, ours, theirs in (("written", ours_write, theirs_write), ("read", ours_read, theirs_read)):
        print(f"| {name}, triples/s | {len(rows) / ours:,.0f} | {len(rows) / theirs:,.0f} | {theirs / ours:.1f} |")
    print(f"| a grouped join, s | {ours_join:.2f} | {theirs_join:.2f} | {theirs_join / ours_join:.1f} |")


def given_for(data: Data, question: Question) -> dict[str, str]:
    """Return something for each parameter that a question needs: what most papers name."""
    examples = {"year": "2019", "type": "Model", "relation": "uses"}
    given = {}
    for parameter in question.parameters:
        kind = parameter.kinds[0]
        if not parameter.optional:
            given[parameter.name] = examples.get(kind) or _most_named(data, "Model" if kind == "thing" else kind)
    return given


def _most_named(data: Data, kind: str) -> str:
    table = ask(data, f"SELECT ?x {{ ?x a pa:{kind} ; pa:support ?n }} ORDER BY DESC(?n) ?x LIMIT 1").table()
    return table.rows[0][0] if table else ""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--count", type=int, default=20_000, help="abstracts, of FACTS")
    parser.add_argument("--rdflib", type=int, default=100_000, metavar="TRIPLES")
    options = parser.parse_args()
    atlas = atlas_of(options.path, options.count)
    print(f"{len(atlas.papers):,} papers, {atlas.graph.number_of_edges():,} edges")
    with TemporaryDirectory() as folder:
        turtle = Path(folder) / TURTLE
        with turtle.open("wb") as out:
            seconds = timed(lambda: rdf.write_turtle(atlas, out))
        rows = sum(1 for _ in rdf.triples(atlas))
        print(
            f"Turtle: {rows:,} triples, {turtle.stat().st_size / 1e6:.0f} MB, {rows / seconds:,.0f} triples/s",
            flush=True,
        )
        tenth = max(1, len(atlas.facts) // 10)
        memory = peak(atlas, tenth), peak(atlas, 4 * tenth)
        print(f"memory beside the graph: {memory[0]:.1f} MB for {tenth:,} papers, {memory[1]:.1f} MB for {4 * tenth:,}")
        print(f"first query, which makes the index: {timed(lambda: load(Path(folder))):.1f} s", flush=True)
        opening = timed(lambda: load(Path(folder)))
        data = load(Path(folder))
        names = data.names()
        print(f"every other opens it: {opening:.3f} s\n\n| question | rows | s |\n|---|---|---|")
        slowest = 0.0
        for question in questions():
            query = question.fill(given_for(data, question), names)
            started = time.process_time()
            table = ask(data, query).table()
            seconds = time.process_time() - started
            slowest = max(slowest, seconds)
            print(f"| {question.name} | {len(table.rows) if table else 0:,} | {seconds:.2f} |", flush=True)
        print(f"\nthe slowest question: {slowest:.2f} s")
    against_rdflib([*islice(rdf.triples(atlas), options.rdflib)])
    part = Atlas(atlas.facts[:200], atlas.runs, atlas.run_ids)
    store = ox.Store()
    store.bulk_extend(ox.Quad(*row) for row in rdf.triples(part))
    seconds = timed(lambda: [*violations(store)])
    print(f"\nvalidate: {len(store) / seconds:,.0f} triples/s")


if __name__ == "__main__":
    main()
