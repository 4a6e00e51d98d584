"""What is written to an atlas is what is read from it; what is no atlas is refused."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from paperatlas.building import build, relink
from paperatlas.errors import AtlasError, InputError, NotFoundError, OutputError
from paperatlas.extract.facts import Facts
from paperatlas.extract.paper import Paper
from paperatlas.extract.pipeline import Options
from paperatlas.extract.readers.merge import words_hashes
from paperatlas.extract.readers.shelf import Shelf
from paperatlas.extracting import read
from paperatlas.graph.atlas import Atlas, open_atlas
from paperatlas.graph.build import NodeData, nodes
from paperatlas.graph.lookup import GraphLookup
from paperatlas.graph.portrait import portray
from paperatlas.graph.store.schema import SCHEMA_VERSION, readable
from paperatlas.graph.store.scratch import scratch
from paperatlas.graph.store.view import View
from paperatlas.graph.verify import verify

from .conftest import EXAMPLES
from .growing import extract, write_papers

FILES = ("atlas.db", "atlas.ttl", "atlas.html")


def contents(folder: Path) -> list[bytes]:
    return [(folder / name).read_bytes() for name in FILES]


def test_the_order_of_inputs_and_the_hash_seed_make_no_difference(tmp_path: Path) -> None:
    inputs = sorted(
        str(path.relative_to(EXAMPLES)) for path in EXAMPLES.glob("*.*") if path.suffix in (".txt", ".jsonl")
    )
    made = []
    for seed, order in ((1, inputs), (2, inputs[::-1])):
        folder = tmp_path / str(seed)
        command = [sys.executable, "-m", "paperatlas", "build", *order, "-o", str(folder)]
        environment = {"PYTHONHASHSEED": str(seed), "PATH": "", "TZ": f"UTC+{seed}"}
        subprocess.run(command, cwd=EXAMPLES, env=environment, check=True, capture_output=True)
        made.append(contents(folder))
    assert made[0] == made[1]


def test_building_again_changes_nothing(tmp_path: Path) -> None:
    build([str(EXAMPLES)], tmp_path)
    before = contents(tmp_path)
    _, reading = build([str(EXAMPLES)], tmp_path)
    assert contents(tmp_path) == before
    assert len(reading.papers) == 40


def test_building_in_two_steps_is_building_in_one(tmp_path: Path) -> None:
    files = [
        str(EXAMPLES / name)
        for name in ("generative.txt", "vision-and-language.txt", "agents-and-representations.jsonl")
    ]
    build(files, tmp_path / "once")
    build(files[:1], tmp_path / "steps")
    build(files[1:], tmp_path / "steps")
    assert contents(tmp_path / "steps") == contents(tmp_path / "once")


def test_a_changed_paper_replaces_the_old_one(tmp_path: Path) -> None:
    source = tmp_path / "papers.jsonl"
    source.write_text('{"id": "1", "abstract": "We introduce FooNet, a transformer, and evaluate it on ImageNet."}\n')
    build([str(source)], tmp_path / "atlas")
    source.write_text('{"id": "1", "abstract": "We introduce FooNet, a transformer, and evaluate it on CIFAR-10."}\n')
    atlas, _ = build([str(source)], tmp_path / "atlas")
    assert [f.paper.abstract[-9:] for f in atlas.facts] == ["CIFAR-10."]
    assert "imagenet" not in atlas.graph


def test_only_new_papers_are_extracted(tmp_path: Path) -> None:
    seen: list[int] = []

    def progress(papers: Iterable[Paper], total: int) -> Iterable[Paper]:
        seen.append(total)
        return papers

    build([str(EXAMPLES / "generative.txt")], tmp_path, progress=progress)
    build([str(EXAMPLES)], tmp_path, progress=progress)
    build([str(EXAMPLES)], tmp_path, progress=progress)
    # Two of the fourteen come again with a title.
    assert seen == [14, 28]


def test_bad_input_leaves_an_atlas_as_it_was(tmp_path: Path) -> None:
    build([str(EXAMPLES / "generative.txt")], tmp_path)
    before = contents(tmp_path)
    bad = tmp_path / "bad.bin"
    bad.write_bytes(b"\0\1\2")
    with pytest.raises(InputError):
        build([str(EXAMPLES), str(bad)], tmp_path)
    assert contents(tmp_path) == before
    bad.unlink()
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(FILES)


def foreign_database(path: Path) -> None:
    """Write a database of somebody else's."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (x)")
        connection.commit()


@pytest.mark.parametrize(
    ("prepare", "complaint"),
    [
        (
            lambda path: path.write_bytes(b"not a database, but long enough to be read as one" * 20),
            "damaged: file is not a database (delete it, and build from your files again)",
        ),
        (foreign_database, "an SQLite database, but no atlas (move it away, or build in another folder)"),
        (Path.touch, "is empty (delete it, and build from your files again)"),
        (Path.mkdir, "is no file (move it away, and build from your files again)"),
        (os.mkfifo, "is no file (move it away, and build from your files again)"),
    ],
)
def test_what_is_no_atlas_is_refused(prepare: Callable[[Path], object], complaint: str, tmp_path: Path) -> None:
    store = tmp_path / "atlas.db"
    prepare(store)
    before = store.read_bytes() if store.is_file() else b""
    for use in (open_atlas, relink, lambda folder: build([str(EXAMPLES)], folder)):
        with pytest.raises(AtlasError) as told:
            use(tmp_path)
        assert str(told.value) == f"{store}: {complaint}"
    assert before == (store.read_bytes() if store.is_file() else b"")


@pytest.mark.parametrize("name", ["\udcff", "\ud800 of no byte", "Fr\udce9chet Inception Distanc"])
def test_a_name_that_is_no_text_is_not_there(name: str, example_folder: Path) -> None:
    atlas = open_atlas(example_folder)
    with pytest.raises(NotFoundError, match="nothing here is called"):
        atlas.find(name)
    found = [atlas.look.node(name), atlas.look.name(name), atlas.look.edges_at(name), atlas.look.called(name)]
    assert [*found, atlas.look.named_in(name)] == [None, None, [], [], []]


def test_a_name_in_bytes_that_the_locale_does_not_know_is_found(example_folder: Path) -> None:
    given = "Fréchet Inception Distance".encode().decode("ascii", "surrogateescape")
    assert open_atlas(example_folder).find(given) == "frechet-inception-distance"


def test_an_atlas_in_a_folder_whose_name_is_no_text(example_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(example_folder, tmp_path / os.fsdecode(b"at\xfe"))
    assert [*verify(folder / "atlas.db")] == []
    relink(folder)
    assert contents(folder) == contents(example_folder)


def test_a_newer_atlas_is_refused(example_folder: Path, tmp_path: Path) -> None:
    newer = tmp_path / "atlas.db"
    newer.write_bytes((example_folder / "atlas.db").read_bytes())
    connection = sqlite3.connect(newer)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    with pytest.raises(
        AtlasError, match=r"made by a newer version \(schema 3, this one knows 2\).*\(upgrade paperatlas\)"
    ):
        open_atlas(tmp_path)


def older(connection: sqlite3.Connection, atlas: Atlas, pipeline: str) -> None:
    """Write a store as schema 1 was."""
    connection.executescript(
        """
        PRAGMA application_id = 1346466924;
        PRAGMA user_version = 1;
        CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE papers (
            key TEXT PRIMARY KEY, id TEXT NOT NULL, title TEXT NOT NULL, abstract TEXT NOT NULL, date TEXT NOT NULL,
            authors TEXT NOT NULL, categories TEXT NOT NULL,
            arxiv TEXT NOT NULL, doi TEXT NOT NULL, url TEXT NOT NULL, comment TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE sources (
            paper TEXT NOT NULL REFERENCES papers, path TEXT NOT NULL, line INTEGER NOT NULL,
            PRIMARY KEY (paper, path, line)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE entities (
            paper TEXT NOT NULL REFERENCES papers, position INTEGER NOT NULL, key TEXT NOT NULL,
            name TEXT NOT NULL, type TEXT NOT NULL, confidence REAL NOT NULL, PRIMARY KEY (paper, position)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE mentions (
            paper TEXT NOT NULL, entity TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
            PRIMARY KEY (paper, entity, start, end)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE relations (
            paper TEXT NOT NULL REFERENCES papers, position INTEGER NOT NULL,
            head TEXT NOT NULL, type TEXT NOT NULL, tail TEXT NOT NULL,
            start INTEGER NOT NULL, end INTEGER NOT NULL, confidence REAL NOT NULL, PRIMARY KEY (paper, position)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE results (
            paper TEXT NOT NULL REFERENCES papers, position INTEGER NOT NULL,
            subject TEXT NOT NULL, metric TEXT NOT NULL, value TEXT NOT NULL, unit TEXT NOT NULL,
            dataset TEXT NOT NULL, kind TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
            confidence REAL NOT NULL, PRIMARY KEY (paper, position)
        ) STRICT, WITHOUT ROWID;
        """
    )
    connection.execute("INSERT INTO meta VALUES ('pipeline', ?)", (pipeline,))
    for facts in atlas.facts:
        paper, key = facts.paper, facts.paper.key
        lists = [json.dumps(names) for names in (paper.authors, paper.categories)]
        rows: dict[str, list[tuple[object, ...]]] = {
            "papers": [
                (
                    key,
                    paper.id,
                    paper.title,
                    paper.abstract,
                    paper.date,
                    *lists,
                    paper.arxiv,
                    paper.doi,
                    paper.url,
                    paper.comment,
                )
            ],
            "sources": [(key, *source) for source in paper.sources],
            "entities": [(key, n, e.key, e.name, e.type.value, e.confidence) for n, e in enumerate(facts.entities)],
            "mentions": [(key, e.key, *span) for e in facts.entities for span in e.mentions],
            "relations": [
                (key, n, r.head, r.type.value, r.tail, *r.evidence, r.confidence) for n, r in enumerate(facts.relations)
            ],
            "results": [
                (key, n, r.subject, r.metric, r.value, r.unit, r.dataset, r.kind, *r.evidence, r.confidence)
                for n, r in enumerate(facts.results)
            ],
        }
        for table, values in rows.items():
            for row in values:
                connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    connection.commit()


def test_an_atlas_of_the_first_schema_opens_and_grows(
    example_folder: Path, example_atlas: Atlas, tmp_path: Path
) -> None:
    tmp_path /= os.fsdecode(b"at\xfe")
    tmp_path.mkdir()
    with closing(sqlite3.connect(tmp_path / "atlas.db")) as connection:
        older(connection, example_atlas, example_atlas.runs[0].fingerprint)
    before = (tmp_path / "atlas.db").read_bytes()
    opened = open_atlas(tmp_path)
    assert opened.facts == example_atlas.facts
    assert [*nodes(opened.graph)] == [*nodes(example_atlas.graph)]
    assert opened.find("vqvae") == "vq-vae"
    assert [run.fingerprint for run in opened.runs] == [example_atlas.runs[0].fingerprint]
    assert (tmp_path / "atlas.db").read_bytes() == before
    assert [fault.what for fault in verify(tmp_path / "atlas.db")] == ["schema"]

    def extract_nothing(papers: Iterable[Paper]) -> Iterator[Facts]:
        raise AssertionError("all papers are known")
        yield

    build([str(EXAMPLES)], tmp_path, options=Options("rules"), extract=extract_nothing)
    assert contents(tmp_path) == contents(example_folder)


def test_a_damaged_atlas_is_refused(example_folder: Path, tmp_path: Path) -> None:
    whole = (example_folder / "atlas.db").read_bytes()
    (tmp_path / "atlas.db").write_bytes(whole[: len(whole) // 2])
    for use in (open_atlas, relink, lambda folder: build([str(EXAMPLES)], folder)):
        with pytest.raises(AtlasError, match=r"damaged: .* \(delete it, and build from your files again\)"):
            use(tmp_path)


def test_what_the_system_refuses_is_no_damage(tmp_path: Path) -> None:
    def run_out_of_room() -> None:
        with closing(sqlite3.connect("")) as connection:
            connection.execute("PRAGMA max_page_count = 1")
            connection.execute("CREATE TABLE t (x)")

    def meet_a_closed_door() -> None:
        raise PermissionError(13, "Permission denied")

    advice = f"may you read it, and is there room in {scratch()}?"
    for fail, told in (
        (run_out_of_room, f"cannot be read: database or disk is full ({advice})"),
        (meet_a_closed_door, "cannot be read: Permission denied"),
    ):
        with pytest.raises(AtlasError) as error, readable(tmp_path):
            fail()
        assert str(error.value) == f"{tmp_path}: {told}"


@pytest.mark.parametrize(
    ("place", "prepare", "complaint"),
    [
        (".paperatlas-build", Path.touch, "is no folder (move it away: a build works there)"),
        (
            ".paperatlas-build/journal.db",
            lambda path: path.mkdir(parents=True),
            "can neither be used nor removed (move it away: a build works there)",
        ),
        (".paperatlas-build/atlas.db", lambda path: path.mkdir(parents=True), "cannot be written: Is a directory"),
        ("atlas.html", Path.mkdir, "is no file (move it away: the page goes there)"),
        ("atlas.html", os.mkfifo, "is no file (move it away: the page goes there)"),
    ],
)
def test_what_stands_where_a_build_writes_is_told(
    place: str, prepare: Callable[[Path], object], complaint: str, example_folder: Path, tmp_path: Path
) -> None:
    shutil.copy(example_folder / "atlas.db", tmp_path)
    prepare(tmp_path / place)
    with pytest.raises(OutputError) as told:
        relink(tmp_path)
    assert str(told.value) == f"{tmp_path / place}: {complaint}"
    assert (tmp_path / "atlas.db").read_bytes() == (example_folder / "atlas.db").read_bytes()


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("mine")
    with pytest.raises(OutputError, match="is no folder"):
        build([str(EXAMPLES)], occupied)
    with pytest.raises(OutputError, match="is no folder"):
        build([str(EXAMPLES)], occupied / "deeper")
    assert occupied.read_text() == "mine"


def test_facts_lead_to_the_run_that_found_them(example_atlas: Atlas) -> None:
    (run,) = example_atlas.runs
    assert run.software == "paperatlas"
    assert {example_atlas.run_of(paper.key) for paper in example_atlas.papers.values()} == {run}
    assert example_atlas.run_of("nowhere") is None


def test_papers_are_read_without_their_facts(example_folder: Path) -> None:
    atlas = open_atlas(example_folder)
    papers = [*atlas.papers.values()]
    assert "facts" not in vars(atlas)
    assert papers == [facts.paper for facts in atlas.facts]
    assert all(paper.sources for paper in papers)


def test_a_build_keeps_no_texts_behind(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        write_papers(tmp_path / name, {"title": "Foo", "abstract": "We show FooNet."})
    build([str(tmp_path)], tmp_path / "atlas", options=Options("rules"), extract=extract)
    assert words_hashes.cache_info().currsize == 0
    with Shelf(read([str(tmp_path)], [])) as papers:
        assert len(papers) == 1
    assert words_hashes.cache_info().currsize == 0


def test_to_tell_of_one_thing_no_other_is_read_but_for_its_name(
    example_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()
    node = View.node

    def noted(view: View, name: str) -> NodeData | None:
        asked.add(name)
        return node(view, name)

    monkeypatch.setattr(View, "node", noted)
    atlas = open_atlas(example_folder)
    told = portray(atlas, "vq-vae")
    assert asked == {"vq-vae"}
    assert len(told["statements"]) > 5
    assert all(statement["name"] == atlas.graph.nodes[statement["other"]]["name"] for statement in told["statements"])
    in_memory = GraphLookup(atlas.graph)
    assert [atlas.look.name(n) for n in (*atlas.graph, "nowhere")] == [
        in_memory.name(n) for n in (*atlas.graph, "nowhere")
    ]
    assert in_memory.name("nowhere") is None
