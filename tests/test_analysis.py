"""The graph as a library: neighbours, paths, timelines, centrality, communities, frames, exactly and repeatably."""

import itertools
import json
import random
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paperatlas as api
from paperatlas.errors import NotFoundError, UsageError
from paperatlas.extract.facts import Entity, Facts, Relation, Result, Span
from paperatlas.extract.paper import Paper
from paperatlas.graph.analysis.paths import paths as paths_in
from paperatlas.graph.atlas import Atlas
from paperatlas.schema import PAPER, EntityType, RelationType

from .conftest import EXAMPLES

Run = Callable[..., subprocess.CompletedProcess[str]]

USES, EXTENDS, COMPARED, INTRODUCES = (
    RelationType.USES,
    RelationType.EXTENDS,
    RelationType.COMPARED_WITH,
    RelationType.INTRODUCES,
)


def stating(key: str, *stated: tuple[str, RelationType, str], date: str = "", names: str = "") -> Facts:
    """Make the facts of a paper that states some relations between models, and may name further ones."""
    ends = {end for head, _, tail in stated for end in (head, tail)} - {PAPER}
    text = f"{key} says so."
    return Facts(
        Paper(text, id=key, date=date),
        tuple(
            Entity(name.lower(), name, EntityType.MODEL, (name,), (Span(0, 1),), 0.5)
            for name in sorted(ends | set(names.split()))
        ),
        tuple(
            Relation(h if h == PAPER else h.lower(), kind, t.lower(), Span(0, len(text)), 0.5) for h, kind, t in stated
        ),
    )


#: A - B - D is as long as A - C - D, and better supported; A - E - F - D is longer; P and Q are tied by a paper alone.
ATLAS = Atlas(
    (
        stating("p1", ("A", USES, "B"), ("B", EXTENDS, "D"), date="2019-05-02"),
        stating("p2", ("A", USES, "B"), ("B", COMPARED, "A"), date="2019"),
        stating("p3", ("A", USES, "C"), ("D", USES, "C"), ("B", EXTENDS, "D"), date="2020-01"),
        stating("p4", ("A", USES, "E"), ("F", USES, "E"), ("F", USES, "D"), date="2021"),
        stating("p5", (PAPER, INTRODUCES, "P"), (PAPER, USES, "Q"), names="A"),
    )
)


def test_paths_are_the_shortest_the_best_supported_first() -> None:
    found = ATLAS.paths("A", "D")
    assert [(route.names, route.support) for route in found] == [
        (("A", "B", "D"), 2),
        (("A", "C", "D"), 1),
        (("A", "E", "F", "D"), 1),
    ]
    assert ATLAS.paths("A", "D", limit=1) == found[:1]
    assert ATLAS.paths("A", "D", max_length=2) == found[:2]
    assert ATLAS.paths("A", "D", max_length=1) == ()


def test_a_hop_has_all_that_is_stated_with_its_evidence() -> None:
    first, second = ATLAS.paths("a", "d")[0].hops
    assert (first.start, first.end, second.start, second.end) == ("a", "b", "b", "d")
    assert [(link.head, link.reads, link.tail, link.support) for link in first.links] == [
        ("a", "uses", "b", 2),
        ("a", "is compared with", "b", 1),
    ]
    assert [e["quote"] for e in first.links[0].evidence] == ["p1 says so.", "p2 says so."]
    # Told from where one comes from.
    assert [link.reads for link in ATLAS.paths("D", "A")[0].hops[0].links] == ["is extended by"]


def test_papers_are_way_stations_only_if_asked_for() -> None:
    assert ATLAS.paths("P", "Q") == ()
    (route,) = ATLAS.paths("P", "Q", through_papers=True)
    assert route.nodes == ("p", "paper/p5", "q")
    # A paper may always be an end.
    assert [route.nodes for route in ATLAS.paths("p5", "Q")] == [("paper/p5", "q")]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"start": "A", "end": "a"}, "a path from a to itself"),
        ({"start": "A", "end": "D", "limit": 0}, "0 paths"),
        ({"start": "A", "end": "D", "max_length": 0}, "of 0 steps"),
        ({"start": "A", "end": "D", "max_length": 13}, "of 13 steps"),
    ],
)
def test_a_path_that_cannot_be_meant(arguments: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        ATLAS.paths(**arguments)


@given(
    st.lists(st.tuples(st.sampled_from("ABCDEFG"), st.sampled_from("ABCDEFG"), st.integers(1, 3)), max_size=15),
    st.integers(1, 6),
)
def test_paths_are_those_that_trying_all_finds(stated: list[tuple[str, str, int]], length: int) -> None:
    facts = [
        stating(f"p{n}x{copy}", (head, USES, tail))
        for n, (head, tail, papers) in enumerate(stated)
        for copy in range(papers)
        if head != tail
    ]
    graph = Atlas((*facts, stating("named", names="A B"))).graph
    support: dict[frozenset[str], set[str]] = {}
    for head, tail, data in graph.edges(data=True):
        support.setdefault(frozenset((head, tail)), set()).update(data["papers"])

    def cost(nodes: tuple[str, ...]) -> float:
        return sum(round(2**14 / len(support[frozenset(pair)])) for pair in itertools.pairwise(nodes))

    simple: nx.Graph[str] = nx.Graph(graph.to_undirected())
    tried = [tuple(nodes) for nodes in nx.all_simple_paths(simple, "a", "b", cutoff=length)]
    expected = sorted(tried, key=lambda nodes: (len(nodes), cost(nodes), nodes))
    found = paths_in(graph, "a", "b", limit=1000, max_length=length)
    assert [route.nodes for route in found] == expected


def test_neighbours_come_nearest_first_each_once() -> None:
    assert [(n.name, n.depth, n.support) for n in ATLAS.neighbours("A")] == [("B", 1, 2), ("C", 1, 1), ("E", 1, 1)]
    assert [(n.name, n.depth) for n in ATLAS.neighbours("A", depth=2)] == [
        ("B", 1), ("C", 1), ("E", 1), ("D", 2), ("F", 2),
    ]  # fmt: skip
    assert [(n.name, [link.head for link in n.links]) for n in ATLAS.neighbours("A", depth=2)][3] == ("D", ["b", "d"])


def test_neighbours_by_relation_and_direction() -> None:
    assert [n.name for n in ATLAS.neighbours("D", "uses", direction="out")] == ["C"]
    assert [n.name for n in ATLAS.neighbours("D", "uses", direction="in")] == ["F"]
    assert [n.name for n in ATLAS.neighbours("D", "extends")] == ["B"]
    # A symmetric relation leads both ways.
    for direction in ("in", "out", "both"):
        assert [n.name for n in ATLAS.neighbours("B", "comparedWith", direction=direction)] == ["A"]
    with pytest.raises(UsageError, match=r"no relation 'eats' \(one of introduces, uses"):
        ATLAS.neighbours("A", "eats")
    with pytest.raises(UsageError, match=r"no direction 'up' \(one of both, out, in\)"):
        ATLAS.neighbours("A", direction="up")
    with pytest.raises(UsageError, match="a depth of 0"):
        ATLAS.neighbours("A", depth=0)


def test_what_lies_behind_a_paper_is_a_neighbour_only_if_asked_for() -> None:
    assert [(n.node, n.type) for n in ATLAS.neighbours("P", depth=3)] == [("paper/p5", "Paper")]
    assert [n.node for n in ATLAS.neighbours("P", depth=3, through_papers=True)] == ["paper/p5", "q"]


def test_a_timeline_says_who_was_first_and_how_support_grows() -> None:
    line = ATLAS.timeline("A")
    assert (line.node, line.by, line.undated) == ("a", "year", ("paper/p5",))
    assert [(p.period, p.papers, p.total, p.of) for p in line.periods] == [
        ("2019", ("paper/p2", "paper/p1"), 2, 2),
        ("2020", ("paper/p3",), 3, 1),
        ("2021", ("paper/p4",), 4, 1),
    ]
    # "2019" may be before or after the second of May.
    assert line.first == ("paper/p2", "paper/p1")


def test_a_date_says_no_more_than_it_does() -> None:
    def first(*dates: str) -> set[str]:
        facts = [stating(f"p{n}", date=date, names="A") for n, date in enumerate(dates)]
        return {Atlas(tuple(facts)).papers[paper].date for paper in Atlas(tuple(facts)).timeline("A").first}

    assert first("2019-05-02", "2019-05-03") == {"2019-05-02"}
    assert first("2019-05", "2019-05-03") == {"2019-05", "2019-05-03"}
    assert first("2019-06", "2019-05-03") == {"2019-05-03"}
    assert first("2019", "2018-12", "2019-01-01") == {"2018-12"}
    assert first("", "2020") == {"2020"}
    assert first("soon") == set()
    months = ATLAS.timeline("A", by="month").periods
    assert [(p.period, len(p.papers), p.total) for p in months] == [
        ("2019", 1, 1),
        ("2019-05", 1, 2),
        ("2020-01", 1, 3),
        ("2021", 1, 4),
    ]


def test_the_timeline_of_the_whole_atlas() -> None:
    line = ATLAS.timeline()
    assert [(p.period, len(p.papers), p.total, p.new, p.leading) for p in line.periods] == [
        ("2019", 2, 2, 3, ("a", "b", "d")),
        ("2020", 1, 3, 1, ("a", "b", "d")),
        ("2021", 1, 4, 2, ("a", "d", "e")),
    ]
    assert line.undated == ("paper/p5",)
    assert [p.period for p in ATLAS.timeline("p3").periods] == ["2020"]
    with pytest.raises(UsageError, match=r"no timeline by 'week' \(one of year, month\)"):
        ATLAS.timeline(by="week")


def test_what_is_central() -> None:
    def ranked(kind: str) -> list[tuple[str, float]]:
        return [(central.name, central.score) for central in ATLAS.centrality(kind)]

    assert ranked("support") == [
        ("A", 5.0), ("B", 3.0), ("D", 3.0), ("C", 1.0), ("E", 1.0), ("F", 1.0), ("P", 1.0), ("Q", 1.0),
    ]  # fmt: skip
    assert ranked("degree")[:4] == [("A", 3.0), ("D", 3.0), ("B", 2.0), ("C", 2.0)]
    assert ranked("core")[-3:] == [("F", 2.0), ("P", 0.0), ("Q", 0.0)]
    # A lies between B and E, between C and E, and, as D does, between B and C.
    assert ranked("betweenness")[:2] == [("A", 2.5), ("D", 2.5)]
    scores = dict(ranked("pagerank"))
    assert sum(scores.values()) == pytest.approx(1)
    # What is used and extended gathers more than what uses.
    assert scores["D"] > scores["B"] > scores["F"]
    assert [central.name for central in ATLAS.centrality(type="Model")] == [name for name, _ in ranked("pagerank")]
    assert ATLAS.centrality("degree", type="Task") == ()
    with pytest.raises(UsageError, match=r"no centrality 'fame' \(one of support, pagerank"):
        ATLAS.centrality("fame")
    with pytest.raises(UsageError, match="no type 'Thing'"):
        ATLAS.centrality(type="Thing")


def test_a_single_word_does_not_lead_all_away() -> None:
    """Six papers name A, one of them says that it uses B; two name C."""
    naming = [stating(f"p{n}", names="A") for n in range(5)]
    atlas = Atlas((*naming, stating("q", ("A", USES, "B")), stating("r", names="C"), stating("s", names="C")))
    assert [central.name for central in atlas.centrality()] == ["A", "C", "B"]


def test_an_estimate_of_betweenness_finds_the_middle() -> None:
    # 1,000 things hang on a hub.
    star = Atlas((stating("p", *[("Hub", USES, f"T{n}") for n in range(1000)]),))
    first, second, *_ = star.centrality("betweenness")
    assert (first.name, second.score) == ("Hub", 0.0)
    assert first.score == pytest.approx(1000 * 999 / 2, rel=0.02)


def test_communities_are_what_hangs_together_named_by_the_most_central() -> None:
    cliques = [[(a, USES, b) for a in group for b in group if a < b] for group in ("ABCD", "EFGH", "XYZ")]
    atlas = Atlas(
        (
            *(stating(f"p{n}", *clique) for n, clique in enumerate(cliques)),
            stating("q1", ("A", USES, "E"), names="Alone"),
            stating("q2", ("A", USES, "B"), ("F", USES, "G")),
        )
    )
    found = atlas.communities()
    assert [sorted(community.nodes) for community in found] == [[*"abcd"], [*"efgh"], [*"xyz"]]
    assert [community.name for community in found] == ["A, B, C", "F, G, E", "X, Y, Z"]
    assert atlas.communities() == found
    assert [len(community.nodes) for community in atlas.communities(min_size=1)] == [4, 4, 3, 1]
    assert len(atlas.communities(resolution=0.01)) == 2


def test_seeding_leaves_the_random_numbers_of_others_alone() -> None:
    random.seed(5)
    expected = [random.random() for _ in range(3)]
    random.seed(5)
    ATLAS.communities()
    assert [random.random() for _ in range(3)] == expected


def test_the_order_of_papers_makes_no_difference_to_any_of_it(example_atlas: Atlas) -> None:
    facts = [*example_atlas.facts]
    random.Random(3).shuffle(facts)
    again = Atlas(tuple(facts))
    assert again.communities() == example_atlas.communities()
    assert again.centrality() == example_atlas.centrality()
    assert again.paths("VQ-VAE", "BERT", limit=20) == example_atlas.paths("VQ-VAE", "BERT", limit=20)
    assert again.leaderboard() == example_atlas.leaderboard()
    assert again.timeline() == example_atlas.timeline()


def test_an_empty_atlas_is_no_mistake() -> None:
    empty = Atlas(())
    assert empty.communities() == ()
    assert empty.leaderboard() == ()
    assert all(empty.centrality(kind) == () for kind in ("support", "pagerank", "degree", "betweenness", "core"))
    assert empty.timeline().periods == ()
    assert [frame.empty for frame in empty.to_pandas()] == [True, True, True]
    with pytest.raises(NotFoundError):
        empty.paths("a", "b")


def test_frames_hold_nodes_edges_and_results() -> None:
    score = Result("foo", "bleu", "38.5", "%", "", "score", Span(0, 4), 0.6)
    unread = Result("foo", "bleu", "n/a", "", "", "gain", Span(0, 4), 0.5)
    foo = Entity("foo", "Foo", EntityType.MODEL, ("Foo",), (Span(0, 3),), 0.9)
    bleu = Entity("bleu", "BLEU", EntityType.METRIC, ("BLEU",), (Span(0, 3),), 0.8)
    facts = Facts(Paper("Foo.", id="p1", date="2020"), (foo, bleu), (), (score, unread))
    frames = Atlas((facts,)).to_pandas()
    assert [*frames.nodes.index] == ["bleu", "foo", "paper/p1"]
    assert frames.nodes.loc["foo"].to_dict() == {
        "type": "Model",
        "name": "Foo",
        "aliases": ("Foo",),
        "support": 1,
        "date": "2020",
        "confidence": 0.9,
        "papers": ("paper/p1",),
    }
    assert frames.edges[["head", "relation", "tail", "support", "quotes"]].to_numpy().tolist() == [
        ["foo", "measuredBy", "bleu", 1, ("Foo.",)]
    ]
    assert frames.results.iloc[0].to_dict() == {
        "subject": "foo",
        "metric": "bleu",
        "dataset": "",
        "value": "38.5",
        "number": 38.5,
        "unit": "%",
        "kind": "score",
        "paper": "paper/p1",
        "date": "2020",
        "confidence": 0.6,
        "quote": "Foo.",
        "start": 0,
        "end": 4,
    }
    assert frames.results["number"].isna().tolist() == [False, True]


def test_without_pandas_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UsageError, match=r"pandas is not installed \(pip install 'paperatlas\[pandas\]'\)"):
        ATLAS.to_pandas()


def test_a_script_builds_and_opens(tmp_path: Path) -> None:
    source = EXAMPLES / "generative.txt"
    in_memory = api.build(source, pipeline="rules")
    assert not [*tmp_path.iterdir()]
    built = api.build([str(source)], tmp_path / "atlas", pipeline="rules")
    assert (tmp_path / "atlas" / "atlas.db").exists()
    opened = api.open(str(tmp_path / "atlas"))
    assert isinstance(opened, api.Atlas)
    assert opened.graph.nodes == built.graph.nodes == in_memory.graph.nodes
    assert opened.find("Fréchet inception distance") == "frechet-inception-distance"
    assert {"build", "open"} <= set(dir(api))


def test_a_script_is_warned_of_what_is_skipped(tmp_path: Path) -> None:
    source = tmp_path / "papers.jsonl"
    source.write_text('{"abstract": "We use BERT."}\n{}\n')
    with pytest.warns(UserWarning, match=r"1 record skipped, the first: .*papers.jsonl:2: no abstract"):
        api.build(source, pipeline="rules")


# --- The commands print what the library returns.


def test_the_commands_print_the_same_as_the_library(
    paperatlas: Run, example_folder: Path, example_atlas: Atlas
) -> None:
    def printed(*arguments: str) -> object:
        done = paperatlas(arguments[0], example_folder, *arguments[1:], "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    top = printed("top", "--by", "support", "--type", "Dataset", "--limit", "2")
    assert top == [
        {"node": "imagenet", "name": "ImageNet", "type": "Dataset", "score": len(example_atlas.graph.nodes["imagenet"]["papers"])},
        {"node": "cifar-10", "name": "CIFAR-10", "type": "Dataset", "score": len(example_atlas.graph.nodes["cifar-10"]["papers"])},
    ]  # fmt: skip
    routes = printed("paths", "vqvae", "BERT", "--limit", "2")
    assert isinstance(routes, list)
    assert [tuple(route["nodes"]) for route in routes] == [
        r.nodes for r in example_atlas.paths("vqvae", "BERT", limit=2)
    ]
    line = printed("timeline", "VQ-VAE", "--by", "month")
    assert isinstance(line, dict)
    assert [p["period"] for p in line["periods"]] == [
        p.period for p in example_atlas.timeline("vq-vae", by="month").periods
    ]
    boards = printed("leaderboard", "ImageNet")
    assert isinstance(boards, list)
    assert [len(board["rows"]) for board in boards] == [len(b.rows) for b in example_atlas.leaderboard("ImageNet")]
    listed = printed("leaderboard", "--limit", "0")
    assert isinstance(listed, list)
    assert sum(board["scores"] for board in listed) == sum(len(b.rows) for b in example_atlas.leaderboard())


def test_the_tables(paperatlas: Run, example_folder: Path) -> None:
    """Read by hand: what the abstracts of the examples say."""

    def printed(*arguments: str) -> list[str]:
        done = paperatlas(arguments[0], example_folder, *arguments[1:])
        assert done.returncode == 0, done.stderr
        lines = [re.sub(r"\s+", " ", line).strip() for line in done.stdout.splitlines()]
        return [line for line in lines if line.strip("─")]

    assert printed("leaderboard", "ms coco", "FID", "-q") == [
        "Fréchet Inception Distance on COCO: 2 scores, lower is better",
        "system value date paper",
        "1 imagen 7.27 how-much-of-text-to-7e5e8ac5",
        "2 Latent Diffusion Model 12.63 a-diffusion-model-on-raw-c996d0c7",
    ]
    assert printed("timeline", "BERT", "-v") == [
        "BERT: first named 2018-10-11 by Language models read in one direction only, which is… (arXiv:1810.04805)",
        "period papers total of all papers which",
        "2018 1 1 2 arXiv:1810.04805",
        "2019 3 4 5 arXiv:1907.11692, arXiv:1910.10683, arXiv:1911.05722",
        "2020 2 6 6 arXiv:2005.14165, arXiv:2010.11929",
        "2021 1 7 2 arXiv:2111.06377",
        "1 paper without a date",
    ]
    assert printed("paths", "VQGAN", "WaveNet", "--limit", "1", "-q") == [
        "1. VQGAN – VQ-VAE – VCTK – WaveNet",
        "VQGAN uses VQ-VAE",
        "VQ-VAE is evaluated on VCTK",
        "VCTK is training data of WaveNet",
    ]
    assert printed("top", "--by", "support", "--limit", "1")[1:] == ["1 ImageNet Dataset 16 2014-09-04"]


def test_what_a_command_leaves_out_it_says(paperatlas: Run, example_folder: Path) -> None:
    assert "the first 2 of 52 things (--limit 0 for all)" in paperatlas(
        "top", example_folder, "--type", "Dataset", "--limit", "2"
    ).stderr  # fmt: skip
    done = paperatlas("paths", example_folder, "VQGAN", "AlphaZero", "--max-length", "1")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "no path of at most 1 step between VQGAN and AlphaZero\n"


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (("paths", "VQ-VAE", "BERTT"), 1, "nothing here is called 'BERTT' (did you mean BERT"),
        (("paths", "VQ-VAE", "BERT", "--limit", "0"), 2, "0 paths of 4 steps (at least one, of 1 to 12 steps)"),
        (("timeline", "--by", "day"), 2, "no timeline by 'day' (one of year, month)"),
        (("leaderboard", "ImageNet", "acuracy"), 1, "no metric here is called 'acuracy' (did you mean accuracy"),
        (("leaderboard", "VCTK"), 1, "no score is reported of VCTK ('paperatlas leaderboard DIR' lists the boards)"),
        (("top", "--type", "Thing"), 2, "no type 'Thing' (one of Model, Method, Dataset, Task, Metric)"),
    ],
)
def test_what_cannot_be_answered_is_one_line(
    arguments: tuple[str, ...], code: int, complaint: str, paperatlas: Run, example_folder: Path
) -> None:
    done = paperatlas(arguments[0], example_folder, *arguments[1:])
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(f"Error: {complaint}")
    assert done.stderr.count("\n") == 1
