"""An atlas that grew, changed and shrank is the one that a build from scratch gives, to the byte."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from io import BytesIO, TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import paperatlas.export as export
from bench.store import grow
from paperatlas.building import build, relink, remove
from paperatlas.errors import AtlasError, NotFoundError
from paperatlas.export.html import answers_sparql
from paperatlas.extract.facts import Facts
from paperatlas.extract.paper import Paper
from paperatlas.extract.pipeline import Options
from paperatlas.graph.atlas import Atlas, open_atlas
from paperatlas.graph.build import edges, nodes
from paperatlas.graph.linking import build_graph
from paperatlas.graph.store.journal import BUILD

from .growing import OVERRIDES, confusing, contents, extract, write_papers

RULES = Options("rules")
#: Abstracts that have little in common; {} takes a version.
ABSTRACTS = (
    "We present DeepNet{}, judged on the PhotoSet by its ErrorRate of 1.",
    "Slow colourless ideas: FastWay{} makes DeepNet furious.",
    "Under the sea, octopuses use PhotoSet{} and nothing but MissRate 1.",
    "Quarterly wheat prices followed SlowWay{} until GrainNet came, on GrainSet.",
)


def test_facts_and_graph_are_read_as_they_were_written(tmp_path: Path) -> None:
    source = write_papers(tmp_path / "a.jsonl", *({"id": str(n), "abstract": a} for n, a in enumerate(ABSTRACTS)))
    build([source], tmp_path / "atlas", options=RULES, extract=extract)
    opened = open_atlas(tmp_path / "atlas")
    made = Atlas(extract(opened.papers.values()))
    assert opened.facts == made.facts
    assert [*nodes(opened.graph)] == [*nodes(build_graph(made.facts))]
    assert [*edges(opened.graph)] == [*edges(made.graph)]
    for node in made.graph:
        assert opened.look.node(node) == made.look.node(node)
        assert opened.look.named_in(node) == made.look.named_in(node)
        assert sorted(opened.look.edges_at(node), key=repr) == sorted(made.look.edges_at(node), key=repr)
    assert sorted(opened.look.names()) == sorted(made.look.names())
    assert {node for name, _ in made.look.names() for node in opened.look.called(name.lower())} == {
        node for name, _ in made.look.names() for node in made.look.called(name.lower())
    }


def test_taking_a_paper_out_is_never_having_read_it(tmp_path: Path) -> None:
    files = [
        write_papers(tmp_path / f"{n}.jsonl", {"id": f"p{n}", "title": f"Paper {n}", "abstract": abstract})
        for n, abstract in enumerate(ABSTRACTS)
    ]
    build([*files[:2], *files[3:]], tmp_path / "without", options=RULES, extract=extract)
    build(files, tmp_path / "atlas", options=RULES, extract=extract)
    _, removed = remove(tmp_path / "atlas", ["p2"])
    assert removed == ("p2",)
    assert contents(tmp_path / "atlas") == contents(tmp_path / "without")


@pytest.mark.parametrize(
    "name",
    [
        "arXiv:1711.00937",
        "https://arxiv.org/abs/1711.00937v2",
        "1711.00937",
        "https://doi.org/10.1234/X",
        "key",
        "paper/arXiv:1711.00937",
    ],
)
def test_a_paper_is_removed_by_any_of_its_names(name: str, tmp_path: Path) -> None:
    record = {"id": "key", "arxiv_id": "1711.00937", "doi": "10.1234/x", "abstract": ABSTRACTS[0]}
    source = write_papers(tmp_path / "a.jsonl", record, {"id": "other", "abstract": ABSTRACTS[1]})
    build([source], tmp_path / "atlas", options=RULES, extract=extract)
    atlas, removed = remove(tmp_path / "atlas", [name])
    assert removed == ("arXiv:1711.00937",)
    assert [*atlas.papers] == ["paper/other"]


def test_a_paper_that_is_not_there_is_an_error_and_nothing_changes(tmp_path: Path) -> None:
    source = write_papers(tmp_path / "a.jsonl", {"id": "deep", "abstract": ABSTRACTS[0]})
    build([source], tmp_path / "atlas", options=RULES, extract=extract)
    before = contents(tmp_path / "atlas")
    with pytest.raises(NotFoundError, match=r"atlas: no paper 'deap' here \(did you mean deep\?\)"):
        remove(tmp_path / "atlas", ["deep", "deap"])
    assert contents(tmp_path / "atlas") == before


def test_the_last_paper_can_go(tmp_path: Path) -> None:
    source = write_papers(tmp_path / "a.jsonl", {"id": "deep", "abstract": ABSTRACTS[0]})
    build([source], tmp_path / "atlas", options=RULES, extract=extract)
    before = contents(tmp_path / "atlas")
    atlas, _ = remove(tmp_path / "atlas", ["deep"])
    assert (atlas.facts, len(atlas.graph)) == ((), 0)
    build([source], tmp_path / "atlas", options=RULES, extract=extract)
    assert contents(tmp_path / "atlas") == before


def test_what_is_not_ours_stays_whatever_it_is_called(tmp_path: Path) -> None:
    source = write_papers(tmp_path / "a.jsonl", {"id": "1", "abstract": ABSTRACTS[0]})
    for folder in (".build", BUILD):
        (tmp_path / "atlas" / folder).mkdir(parents=True)
        (tmp_path / "atlas" / folder / "precious.txt").write_text("mine")
    build([source], tmp_path / "atlas", options=RULES, extract=extract)
    for folder in (".build", BUILD):
        assert [path.name for path in (tmp_path / "atlas" / folder).iterdir()] == ["precious.txt"]


def test_papers_of_two_pipes_are_all_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for abstract in ABSTRACTS:
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(json.dumps({"id": "1", "abstract": abstract}).encode())))
        build(["-"], tmp_path / "atlas", options=RULES, extract=extract)
    assert {paper.abstract for paper in open_atlas(tmp_path / "atlas").papers.values()} == {*ABSTRACTS}


def test_a_page_that_answers_goes_on_answering_until_told_otherwise(tmp_path: Path) -> None:
    source = write_papers(tmp_path / "a.jsonl", {"id": "1", "abstract": ABSTRACTS[0]})
    page = tmp_path / "atlas" / "atlas.html"
    for told, answers in ((True, True), (None, True), (False, False), (None, False)):
        build([source], tmp_path / "atlas", options=RULES, extract=extract, with_sparql=told)
        assert answers_sparql(page) == answers
    relink(tmp_path / "atlas", with_sparql=True)
    assert answers_sparql(page)


def test_linking_again_changes_nothing(tmp_path: Path) -> None:
    source = write_papers(tmp_path / "a.jsonl", *({"id": str(n), "abstract": a} for n, a in enumerate(ABSTRACTS)))
    build([source], tmp_path / "atlas", options=RULES, extract=extract)
    before = contents(tmp_path / "atlas")
    relink(tmp_path / "atlas")
    assert contents(tmp_path / "atlas") == before


def test_another_way_to_extract_reads_all_papers_again(tmp_path: Path) -> None:
    source = write_papers(tmp_path / "a.jsonl", {"id": "deep", "abstract": ABSTRACTS[0]})
    more = write_papers(tmp_path / "b.jsonl", {"id": "slow", "abstract": ABSTRACTS[1]})
    build([source], tmp_path / "atlas", options=RULES, extract=extract)
    surer = replace(RULES, min_confidence=0.8)
    atlas, _ = build([more], tmp_path / "atlas", options=surer, extract=extract)
    build([source, more], tmp_path / "once", options=surer, extract=extract)
    assert contents(tmp_path / "atlas") == contents(tmp_path / "once")
    (run,) = atlas.runs
    assert dict(run.settings) == {"min_confidence": "0.8"}
    assert {atlas.run_of(key) for key in ("deep", "slow")} == {run}


def test_without_inputs_what_a_stopped_build_finished_becomes_an_atlas(tmp_path: Path) -> None:
    source = write_papers(tmp_path / "a.jsonl", *({"id": str(n), "abstract": a} for n, a in enumerate(ABSTRACTS)))
    with pytest.raises(StoppedError):
        build([source], tmp_path / "atlas", options=RULES, extract=lambda papers: stopping(papers, after=2))
    assert [*relink(tmp_path / "atlas").papers] == ["paper/0", "paper/1"]
    with pytest.raises(AtlasError, match="no atlas here"):
        relink(tmp_path)


class StoppedError(Exception):
    """What stops an extractor amid its work."""


def stopping(papers: Iterable[Paper], *, after: int) -> Iterator[Facts]:
    for number, facts in enumerate(extract(papers)):
        if number == after:
            raise StoppedError
        yield facts


def test_a_build_that_stopped_goes_on(tmp_path: Path) -> None:
    source = write_papers(tmp_path / "a.jsonl", *({"id": str(n), "abstract": a} for n, a in enumerate(ABSTRACTS)))
    build([source], tmp_path / "once", options=RULES, extract=extract)
    with pytest.raises(StoppedError):
        build([source], tmp_path / "atlas", options=RULES, extract=lambda papers: stopping(papers, after=3))
    assert [path.name for path in (tmp_path / "atlas").iterdir()] == [BUILD]
    seen: list[str] = []

    def watched(papers: Iterable[Paper]) -> Iterator[Facts]:
        for paper in papers:
            seen.append(paper.id)
            yield from extract([paper])

    build([source], tmp_path / "atlas", options=RULES, extract=watched)
    assert seen == ["3"]
    assert contents(tmp_path / "atlas") == contents(tmp_path / "once")


def test_what_a_stopped_build_finished_is_in_the_next_atlas_whatever_that_reads(tmp_path: Path) -> None:
    first = write_papers(tmp_path / "a.jsonl", *({"id": str(n), "abstract": a} for n, a in enumerate(ABSTRACTS[:2])))
    second = write_papers(tmp_path / "b.jsonl", {"id": "9", "abstract": ABSTRACTS[3]})
    build([second], tmp_path / "atlas", options=RULES, extract=extract)
    with pytest.raises(StoppedError):
        build([first], tmp_path / "atlas", options=RULES, extract=lambda papers: stopping(papers, after=1))
    assert [*open_atlas(tmp_path / "atlas").papers] == ["paper/9"]
    atlas, _ = remove(tmp_path / "atlas", ["9"])
    assert [*atlas.papers] == ["paper/0"]


def test_the_journal_of_another_atlas_counts_for_nothing(tmp_path: Path) -> None:
    source = write_papers(tmp_path / "a.jsonl", *({"id": str(n), "abstract": a} for n, a in enumerate(ABSTRACTS)))
    with pytest.raises(StoppedError):
        build([source], tmp_path / "atlas", options=RULES, extract=lambda papers: stopping(papers, after=2))
    other = write_papers(tmp_path / "b.jsonl", {"id": "9", "abstract": ABSTRACTS[3]})
    build([other], tmp_path / "once", options=RULES, extract=extract)
    shutil.copy(tmp_path / "once" / "atlas.db", tmp_path / "atlas")
    build([other], tmp_path / "atlas", options=RULES, extract=extract)
    assert contents(tmp_path / "atlas") == contents(tmp_path / "once")


def test_a_damaged_journal_is_done_without(tmp_path: Path) -> None:
    source = write_papers(tmp_path / "a.jsonl", *({"id": str(n), "abstract": a} for n, a in enumerate(ABSTRACTS)))
    build([source], tmp_path / "once", options=RULES, extract=extract)
    (tmp_path / "atlas" / BUILD).mkdir(parents=True)
    (tmp_path / "atlas" / BUILD / "journal.db").write_bytes(b"not a database" * 1000)
    build([source], tmp_path / "atlas", options=RULES, extract=extract)
    assert contents(tmp_path / "atlas") == contents(tmp_path / "once")


def _stub(atlas: Atlas, format: str, path: Path, **_settings: object) -> list[Path]:
    """Write, in place of the exports, which take long, what they are made from."""
    with path.open("w") as out:
        print(format, [*atlas.graph.nodes(data=True)], [*atlas.graph.edges(keys=True, data=True)], file=out)
    return [path]


def numbered(paper: int) -> st.SearchStrategy[dict[str, str]]:
    """What a record of a paper may say beside its abstract; private numbers are not always the paper's own."""
    return st.fixed_dictionaries(
        {},
        optional={
            "id": st.sampled_from(["same", f"p{paper}"]),
            "arxiv_id": st.just(f"1711.0000{paper}"),
            "title": st.sampled_from(["A Title", "Another Title"]),
            "date": st.sampled_from(["2017", "2018-05"]),
            "authors": st.sampled_from(["Ann Author", "Ann Author and Bob Writer"]),
        },
    )


PAPERS = st.integers(0, len(ABSTRACTS) - 1)
#: A step: a paper, what becomes of it, which words its abstract has from then on, and what its two files say beside.
STEPS = st.tuples(
    PAPERS, st.sampled_from(["add", "add", "stop", "remove"]), st.sampled_from(["", "X"]), st.sets(st.integers(0, 1))
).flatmap(lambda step: st.tuples(st.just(step), st.tuples(numbered(step[0]), numbered(step[0]))))


@settings(max_examples=25, deadline=None)
@given(st.lists(STEPS, min_size=2, max_size=7))
def test_whatever_came_and_went_the_atlas_is_that_of_what_is_left(steps: list[Any]) -> None:
    with TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "write", _stub)
        folder = Path(place)
        files: dict[int, dict[int, dict[str, str]]] = {}
        for (paper, what, version, which), said in steps:
            if what == "remove":
                if files.pop(paper, None):
                    (key,) = (
                        held.key
                        for held in open_atlas(folder / "atlas").papers.values()
                        if any(Path(source.path).name.startswith(f"{paper}-") for source in held.sources)
                    )
                    remove(folder / "atlas", [key])
                continue
            # Another version of a paper comes in all files that hold it.
            files[paper] = {n: said[n] for n in files.get(paper, {}).keys() | which or {0}}
            names = [
                write_papers(folder / f"{paper}-{n}.jsonl", {**record, "abstract": ABSTRACTS[paper].format(version)})
                for n, record in files[paper].items()
            ]
            if what == "stop":
                with suppress(StoppedError):
                    build(names, folder / "atlas", options=RULES, extract=lambda papers: stopping(papers, after=0))
            build(names, folder / "atlas", options=RULES, extract=extract)
        left = [str(folder / f"{paper}-{n}.jsonl") for paper, records in files.items() for n in records]
        if left:
            build(left, folder / "scratch", options=RULES, extract=extract)
            assert contents(folder / "atlas") == contents(folder / "scratch")


#: A step: papers that come, or come again with other words, and papers that go.
CHANGES = st.tuples(
    st.sets(st.integers(0, 5), max_size=3).flatmap(
        lambda keys: st.tuples(*(confusing(f"p{key}") for key in sorted(keys)))
    ),
    st.sets(st.integers(0, 5).map("p{}".format), max_size=2),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(CHANGES, min_size=2, max_size=6), st.sampled_from(OVERRIDES))
def test_what_is_linked_upon_what_stands_is_what_is_linked_at_once(changes: list[Any], overrides: str) -> None:
    with TemporaryDirectory() as place:
        grown, once = Path(place) / "grown", Path(place) / "once"
        for folder in (grown, once):
            folder.mkdir()
            (folder / "overrides.toml").write_text(overrides)
        left: dict[str, Facts] = {}
        for coming, going in changes:
            grow(grown, coming)
            left |= {of.paper.key: of for of in coming}
            went = sorted(going & left.keys())
            grow(grown, (), went)
            left = {key: of for key, of in left.items() if key not in went}
        grow(once, [*left.values()])
        assert (grown / "atlas.db").read_bytes() == (once / "atlas.db").read_bytes()


def test_a_store_that_does_not_know_where_its_names_belong_is_damaged(tmp_path: Path) -> None:
    source = write_papers(tmp_path / "a.jsonl", *({"id": str(n), "abstract": a} for n, a in enumerate(ABSTRACTS)))
    build([source], tmp_path / "atlas", options=RULES, extract=extract)
    with closing(sqlite3.connect(tmp_path / "atlas" / "atlas.db")) as connection:
        connection.execute("DELETE FROM members")
        connection.commit()
    more = write_papers(tmp_path / "b.jsonl", {"id": "9", "abstract": ABSTRACTS[0].format("9")})
    with pytest.raises(
        AtlasError, match=r"atlas.db: damaged: .* \(if .paperatlas build -o DIR. says so, too, delete it"
    ):
        build([more], tmp_path / "atlas", options=RULES, extract=extract)
    relink(tmp_path / "atlas", anew=True)
    build([more], tmp_path / "atlas", options=RULES, extract=extract)
    assert [*open_atlas(tmp_path / "atlas").papers] == ["paper/0", "paper/1", "paper/2", "paper/3", "paper/9"]
