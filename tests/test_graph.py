"""Facts of many papers become one graph: one thing, one node, whatever the order of the papers."""

import gc
import random
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from paperatlas.building import build
from paperatlas.errors import NotFoundError
from paperatlas.extract.facts import Entity, Facts, Relation, Result, Span
from paperatlas.extract.paper import Paper
from paperatlas.extract.pipeline import Options
from paperatlas.graph.atlas import Atlas
from paperatlas.graph.build import edges, nodes
from paperatlas.graph.linking import build_graph
from paperatlas.graph.resolve import resolve
from paperatlas.graph.resolve.abbreviations import same_expansion
from paperatlas.graph.resolve.collection import Member
from paperatlas.graph.resolve.forms import form
from paperatlas.graph.resolve.joining import Group, Linker
from paperatlas.schema import PAPER, SIGNATURES, EntityType, RelationType

MODEL, METHOD, DATASET, TASK, METRIC = (
    EntityType.MODEL,
    EntityType.METHOD,
    EntityType.DATASET,
    EntityType.TASK,
    EntityType.METRIC,
)


def entity(name: str, kind: EntityType, *aliases: str, confidence: float = 0.5) -> Entity:
    spans = tuple(Span(0, 1) for _ in aliases or [name])
    return Entity(name.lower().replace(" ", "-"), name, kind, aliases or (name,), spans, confidence)


def paper(key: str, *entities: Entity, relations: tuple[Relation, ...] = (), results: tuple[Result, ...] = ()) -> Facts:
    return Facts(
        Paper(f"Abstract of {key}. It says things.", id=key, date=f"20{key[-2:]}"), entities, relations, results
    )


def things(*facts: Facts) -> dict[str, set[str]]:
    return {thing.id: {ref[0] for ref in thing.members} for thing in resolve(facts)}


def test_one_name_however_spelt_is_one_thing() -> None:
    found = things(
        paper("p17", entity("VQ-VAE", METHOD, "VQ-VAE", "Vector Quantized Variational AutoEncoders")),
        paper("p18", entity("VQ-VAE", MODEL, "VQ-VAE")),
        paper("p19", entity("Vector Quantised VAE", METHOD, "Vector-Quantised Variational Autoencoder")),
        paper("p20", entity("Imagenet", DATASET)),
        paper("p21", entity("ImageNet", DATASET)),
    )
    assert found == {"vq-vae": {"p17", "p18", "p19"}, "imagenet": {"p20", "p21"}}


def test_versions_and_variants_are_things_of_their_own() -> None:
    names = [
        "GPT-2",
        "GPT-3",
        "BigGAN",
        "BigGAN-deep",
        "ResNet-18",
        "ResNet-50",
        "BERT",
        "RoBERTa",
        "CIFAR-10",
        "CIFAR-100",
    ]
    found = things(*(paper(f"p{n:02}", entity(name, MODEL)) for n, name in enumerate(names)))
    assert all(len(members) == 1 for members in found.values())
    assert len(found) == len(names)


def test_what_linking_has_made_is_let_go_without_a_search_for_cycles() -> None:
    def kept() -> int:
        return sum(type(one) in (Linker, Group, Member) for one in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        before = kept()
        assert things(paper("p01", entity("Gato", MODEL)), paper("p02", entity("GAN", METHOD, "generative GAN", "GAN")))
        assert kept() == before
        gc.collect()
        assert same_expansion(form("Vector Quantized VAE"), form("Vector-Quantised Variational Autoencoder"))
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_an_abbreviation_follows_the_papers_that_spell_it_out() -> None:
    found = things(
        paper("p01", entity("generative adversarial network", METHOD, "generative adversarial network", "GAN")),
        paper("p02", entity("GAN", METHOD, "GANs")),
        paper("p03", entity("GAN", MODEL)),
    )
    assert found == {"generative-adversarial-network": {"p01", "p02", "p03"}}


def test_an_abbreviation_of_two_things_stays_apart() -> None:
    found = things(
        paper("p01", entity("Algorithm Distillation", METHOD, "Algorithm Distillation", "AD")),
        paper("p02", entity("anomaly detection", TASK, "anomaly detection", "AD")),
        paper("p03", entity("AD", METHOD)),
    )
    assert found == {"algorithm-distillation": {"p01"}, "anomaly-detection": {"p02"}, "ad": {"p03"}}


def test_an_abbreviation_of_another_type_stays_apart() -> None:
    found = things(
        paper("p01", entity("Inception Score", METRIC, "Inception Score", "IS")), paper("p02", entity("IS", METHOD))
    )
    assert found == {"inception-score": {"p01"}, "is": {"p02"}}


def test_the_type_is_what_most_papers_say() -> None:
    (thing,) = resolve(
        [
            paper("p01", entity("BERT", MODEL, confidence=0.4)),
            paper("p02", entity("BERT", METHOD, confidence=0.9)),
            paper("p03", entity("BERT", MODEL, confidence=0.4)),
        ]
    )
    assert (thing.type, thing.types) == (MODEL, ((MODEL, 2), (METHOD, 1)))


def test_two_things_of_one_name_are_told_apart_by_type() -> None:
    found = resolve(
        [
            paper("p01", entity("map", METRIC, "mean average precision", "MAP")),
            paper("p02", entity("map", METHOD, "maximum a posteriori", "MAP")),
        ]
    )
    assert [thing.id for thing in found] == ["map-method", "map-metric"]


FOO, BAR, NET, BLEU = entity("Foo", MODEL), entity("Bar", MODEL), entity("ImageNet", DATASET), entity("BLEU", METRIC)
FACTS = (
    paper(
        "p17",
        FOO,
        BAR,
        NET,
        BLEU,
        relations=(
            Relation(PAPER, RelationType.INTRODUCES, "foo", Span(0, 16), 0.8),
            Relation("foo", RelationType.EVALUATED_ON, "imagenet", Span(0, 16), 0.5),
            Relation("foo", RelationType.COMPARED_WITH, "bar", Span(17, 32), 0.5),
        ),
        results=(Result("foo", "bleu", "38.5", "%", "imagenet", "score", Span(17, 32), 0.6),),
    ),
    paper(
        "p21",
        FOO,
        BAR,
        NET,
        relations=(
            Relation("foo", RelationType.EVALUATED_ON, "imagenet", Span(0, 16), 0.5),
            Relation("bar", RelationType.COMPARED_WITH, "foo", Span(17, 32), 0.5),
        ),
    ),
)


def test_an_edge_carries_its_support_and_evidence() -> None:
    graph = build_graph(FACTS)
    edge = graph.edges["foo", "imagenet", "evaluatedOn"]
    assert (edge["support"], edge["papers"], edge["confidence"]) == (2, ["paper/p17", "paper/p21"], 0.75)
    assert edge["evidence"] == [
        {"paper": "paper/p17", "start": 0, "end": 16, "quote": "Abstract of p17."},
        {"paper": "paper/p21", "start": 0, "end": 16, "quote": "Abstract of p21."},
    ]


def test_a_symmetric_edge_is_one_edge() -> None:
    graph = build_graph(FACTS)
    assert graph.edges["bar", "foo", "comparedWith"]["support"] == 2
    assert not graph.has_edge("foo", "bar")


def test_a_result_lies_on_the_edge_to_its_metric() -> None:
    (score,) = build_graph(FACTS).edges["foo", "bleu", "measuredBy"]["results"]
    assert (score["value"], score["unit"], score["dataset"], score["kind"]) == ("38.5", "%", "imagenet", "score")
    assert score["evidence"]["quote"] == "It says things."


def test_a_node_carries_its_papers() -> None:
    graph = build_graph(FACTS)
    assert (graph.nodes["foo"]["type"], graph.nodes["foo"]["support"], graph.nodes["foo"]["date"]) == (
        "Model",
        2,
        "2017",
    )
    assert graph.nodes["foo"]["papers"] == ["paper/p17", "paper/p21"]
    assert graph.nodes["paper/p17"]["type"] == "Paper"
    assert set(graph.successors("paper/p17")) == {"foo"}


def test_a_statement_follows_the_type_that_most_papers_give() -> None:
    uses = Relation("foo", RelationType.USES, "imagenet", Span(0, 16), 0.5)
    beats = Relation("foo", RelationType.OUTPERFORMS, "imagenet", Span(0, 16), 0.5)
    mistaken = paper("p22", FOO, entity("ImageNet", MODEL), relations=(uses, beats))
    graph = build_graph([*FACTS, mistaken])
    assert graph.nodes["imagenet"]["types"] == {"Dataset": 2, "Model": 1}
    assert graph.edges["foo", "imagenet", "evaluatedOn"]["support"] == 3
    assert set(graph["foo"]["imagenet"]) == {"evaluatedOn"}


@pytest.mark.parametrize("kind", [TASK, METHOD, DATASET])
def test_a_number_by_what_most_papers_take_for_no_metric_is_no_score(kind: EntityType) -> None:
    score = Result("foo", "parsing", "7", "%", "", "score", Span(0, 16), 0.5)
    mistaken = paper("p22", FOO, entity("Parsing", METRIC), results=(score,))
    graph = build_graph([mistaken, *(paper(key, entity("Parsing", kind)) for key in ("p23", "p24"))])
    assert graph.nodes["parsing"]["type"] == kind
    assert [*edges(graph)] == []


def test_the_order_of_papers_makes_no_difference(example_atlas: Atlas) -> None:
    facts = [*example_atlas.facts]
    random.Random(7).shuffle(facts)
    again = build_graph(facts)
    assert [*nodes(again)] == [*nodes(example_atlas.graph)]
    assert [*edges(again)] == [*edges(example_atlas.graph)]


def test_the_examples_graph_holds_to_the_schema(example_atlas: Atlas) -> None:
    graph = example_atlas.graph
    text = {node: paper.text for node, paper in example_atlas.papers.items()}
    for node, data in nodes(graph):
        for mention in data.get("mentions", ()):
            assert 0 <= mention["start"] < mention["end"] <= len(text[mention["paper"]]), node
    for head, tail, edge in edges(graph):
        types = ["PAPER" if graph.nodes[n]["type"] == "Paper" else graph.nodes[n]["type"] for n in (head, tail)]
        assert SIGNATURES[RelationType(edge["type"])].allows(*types), (head, edge["type"], tail)
        assert edge["evidence"]
        assert all(text[e["paper"]][e["start"] : e["end"]] for e in edge["evidence"])
        assert edge["support"] == len(edge["papers"])


def test_a_node_is_found_by_what_a_person_types(example_atlas: Atlas) -> None:
    for words in ("vq-vae", "VQ-VAE", "vqvae", "Vector Quantised Variational Autoencoder", "VQ VAEs"):
        assert example_atlas.find(words) == "vq-vae"
    assert example_atlas.find("arXiv:1711.00937") == "paper/arXiv:1711.00937"
    with pytest.raises(NotFoundError, match=r"nothing here is called 'VQVEA' \(did you mean"):
        example_atlas.find("VQVEA")


def test_examples_are_worth_looking_at(example_atlas: Atlas) -> None:
    assert len(example_atlas.papers) == 40
    assert example_atlas.graph.number_of_edges() > 300
    for node, kind in {"vq-vae": "Method", "imagenet": "Dataset", "bert": "Method", "cifar-10": "Dataset"}.items():
        assert example_atlas.graph.nodes[node]["type"] == kind
    assert len(example_atlas.graph.nodes["vq-vae"]["papers"]) == 4


def test_facts_are_values() -> None:
    assert replace(FACTS[0]) == FACTS[0]
    assert hash(FACTS[0]) == hash(replace(FACTS[0]))


def test_building_remembers_names_for_as_long_as_it_lasts(tmp_path: Path) -> None:
    form("Foo Net")
    remembered = cast("Any", form).cache_info
    assert remembered().currsize
    # Few names are not what it is for: one that is asked for again must still be there, however many were in between.
    assert remembered().maxsize > 10**6
    (tmp_path / "a.jsonl").write_text('{"abstract": "We introduce Foo, a neural network, evaluated on ImageNet."}')
    build([str(tmp_path / "a.jsonl")], tmp_path / "atlas", options=Options(pipeline="rules"))
    assert remembered().currsize == 0
