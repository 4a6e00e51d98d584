"""The trained extractor: how it reads, what it may say, and that it says the same of a text wherever it stands."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.pipeline import EntityRuler

from paperatlas.errors import InputError, ModelError
from paperatlas.extract.facts import Entity, Facts, Result, Span
from paperatlas.extract.gazetteer import Entry, read_gazetteer
from paperatlas.extract.learned.components import open_model
from paperatlas.extract.learned.model import CHECKSUMS, MODEL_FILES, SHARED_FILES, Model, folder_of
from paperatlas.extract.learned.nodes import BUCKETS, NUMBER_NODE, PAPER_NODE, RELATIONS, SAME_AS, geometry
from paperatlas.extract.learned.pieces import OVERLAP, WINDOW, Word, windows
from paperatlas.extract.learned.relations import backed, both_ways, choose
from paperatlas.extract.learned.results import together
from paperatlas.extract.learned.scores import Scores, Statement
from paperatlas.extract.learned.things import judged, same_things
from paperatlas.extract.paper import Paper
from paperatlas.extract.pipeline import Options, confident, extract_facts, fingerprint, load, models_of
from paperatlas.schema import PAPER, EntityType, RelationType

from .conftest import assert_sound

Extract = Callable[..., Facts]

TITLE = "BarNet: Sparse Attention for Image Captioning"
ABSTRACT = (
    "Image captioning with convolutional neural networks (CNNs) is slow. "
    "We propose BarNet, a transformer with a sparse attention mechanism, which extends FooNet. "
    "BarNet is trained on Conceptual Captions and evaluated on the MS COCO dataset, where it reaches a BLEU score of 38.5 "
    "and outperforms FooNet by 2.1 BLEU."
)


@pytest.fixture(scope="module")
def learned() -> Extract:
    nlp = load("learned")

    def extract(abstract: str, title: str = "") -> Facts:
        return next(extract_facts([Paper(abstract, id="p", title=title)], nlp))

    return extract


def test_a_plain_abstract_is_understood(learned: Extract) -> None:
    facts = learned(ABSTRACT, TITLE)
    found = {entity.name: entity.type.value for entity in facts.entities}
    assert found["BarNet"] in ("Model", "Method")
    assert found["FooNet"] in ("Model", "Method")
    assert found["image captioning"] == "Task"
    assert found["MS COCO"] == "Dataset"
    assert found["BLEU"] == "Metric"
    stated = {(r.head, r.type.value, r.tail) for r in facts.relations}
    assert (PAPER, "introduces", "barnet") in stated
    assert ("barnet", "appliedTo", "image-captioning") in stated
    assert ("barnet", "evaluatedOn", "ms-coco") in stated
    assert ("foonet", "outperforms", "barnet") not in stated
    assert {("bleu", "38.5"), ("bleu", "2.1")} <= {(r.metric, r.value) for r in facts.results}
    evidence = next(r.evidence for r in facts.relations if (r.head, r.tail) == ("barnet", "ms-coco"))
    assert evidence.of(facts.paper.text).startswith("BarNet is trained on Conceptual Captions and evaluated on")


def test_the_fast_model_understands_it_too() -> None:
    (facts,) = extract_facts([Paper(ABSTRACT, id="p", title=TITLE)], options=Options(model="fast"))
    assert_sound(facts)
    assert {"BarNet", "FooNet", "image captioning", "BLEU"} <= {entity.name for entity in facts.entities}
    assert (PAPER, "introduces", "barnet") in {(r.head, r.type.value, r.tail) for r in facts.relations}
    assert {("bleu", "38.5"), ("bleu", "2.1")} <= {(r.metric, r.value) for r in facts.results}


def test_a_long_text_is_read_to_its_end(learned: Extract) -> None:
    filler = "It is hard to say what this means for anyone who works with it day by day. " * 120
    facts = learned(filler + "We introduce QuuxNet, a neural network. QuuxNet is evaluated on ImageNet." + filler)
    assert_sound(facts)
    assert {"QuuxNet", "ImageNet"} <= {entity.name for entity in facts.entities}
    assert (PAPER, "introduces", "quuxnet") in {(r.head, r.type.value, r.tail) for r in facts.relations}


# How a text is read.

WORDS = st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=200)


@settings(max_examples=100, deadline=None)
@given(WORDS)
def test_windows_cover_the_text_and_overlap(shape: list[tuple[int, bool]]) -> None:
    sentence = -1
    words, sentences = [], []
    for count, begins in shape:
        sentence += begins or sentence < 0
        words.append(Word((7,) * count, (0,) * count))
        sentences.append(sentence)
    found = [*windows(words, sentences, opening=1, closing=2)]
    assert found[0].start == 0
    assert found[-1].end == len(words)
    for window in found:
        assert len(window.ids) <= WINDOW
        assert (window.ids[0], window.ids[-1]) == (1, 2)
        for position, word in enumerate(words[window.start : window.end]):
            first, last = window.first[position], window.last[position]
            assert last - first + 1 == max(len(word.ids), 1)
    for one, two in pairwise(found):
        assert one.start < two.start <= one.end < two.end
        shared = sum(len(word.ids) for word in words[two.start : one.end])
        starts_sentence = sentences[two.start] != sentences[two.start - 1]
        assert starts_sentence or two.start == one.end
        assert shared >= OVERLAP or not any(sentences[i] != sentences[i - 1] for i in range(one.start + 1, two.start))


def test_words_as_pieces() -> None:
    nlp = load("learned", exclude=("encoder", "tagger", "entities", "document"))
    model = Model(folder_of("default"))
    doc = nlp("On Gato\nImageNet has 32 labels.")
    words, sentences = model.pieces.words(doc)
    token = {t.text.strip(): word for t, word in zip(doc, words, strict=True)}
    assert token["Gato"].kinds[0] == 1
    assert set(token["ImageNet"].kinds) == {3}
    assert set(token["32"].kinds) == {4}
    assert token[""].ids == (model.pieces.vocabulary.token_to_id("[SEP]"),)
    assert sentences == [0, 0, 0, 1, 1, 1, 1, 1]


def test_how_nodes_stand_to_each_other() -> None:
    (window,) = windows([Word((9,), (0,))] * 7, (0, 0, 0, 0, 0, 1, 1), opening=1, closing=2)
    found = geometry(window, [[(0, 1)], [(1, 2), (6, 7)], [(4, 5)], []], [PAPER_NODE, 0, 3, NUMBER_NODE])
    # One piece a word, behind the opening sign: between the mentions at 1 and 4 lie the words 2 and 3.
    assert (found.between_start[1, 2], found.between_end[1, 2]) == (3, 5)
    assert (found.between_start[2, 1], found.between_end[2, 1]) == (3, 5)
    assert found.bucket[1, 2] + 1 == found.bucket[2, 1]
    assert found.bucket[0, 3] == found.bucket[3, 1]
    assert found.bucket.max() < BUCKETS
    assert found.closest[1, 2].tolist() == [1, 3]
    assert found.closest[3, 1].tolist() == [-1, -1]
    assert found.mention_node.tolist() == [0, 1, 1, 2]


# What is chosen of what the model says.


def statement(head: int, kind: RelationType, tail: int, probability: float) -> Statement:
    return Statement(head, RELATIONS.index(kind), tail, probability, 0)


@pytest.fixture(scope="module")
def entities(learned: Extract) -> dict[int, Entity]:
    things = [e for e in learned(ABSTRACT, TITLE).entities if e.type in (EntityType.MODEL, EntityType.METHOD)]
    assert len(things) >= 3
    return {n: replace(thing, type=EntityType.METHOD, confidence=1.0) for n, thing in enumerate(things[:3], 1)}


@pytest.mark.parametrize(
    ("said", "chosen"),
    [
        ([(1, "outperforms", 2, 0.9), (2, "outperforms", 1, 0.8)], [(1, "outperforms", 2)]),
        ([(1, "uses", 2, 0.7), (1, "extends", 2, 0.8)], [(1, "extends", 2)]),
        ([(1, "isA", 2, 0.9), (2, "isA", 3, 0.8), (3, "isA", 1, 0.7)], [(1, "isA", 2), (2, "isA", 3)]),
        ([(1, "comparedWith", 2, 0.9), (2, "comparedWith", 1, 0.9)], [(1, "comparedWith", 2)]),
        ([(1, "comparedWith", 2, 0.9)], []),
        ([(1, "measuredBy", 2, 0.99), (1, "uses", 9, 0.99)], []),
    ],
)
def test_contradictions_end_by_score(
    said: list[tuple[int, str, int, float]], chosen: list[tuple[int, str, int]], entities: dict[int, Entity]
) -> None:
    settings = Model(folder_of("default")).settings
    even = replace(settings, relation=0.5)
    found = choose([statement(h, RelationType(k), t, p) for h, k, t, p in said], entities, even)
    assert [(s.head, RELATIONS[s.label].value, s.tail) for s in found] == chosen


def test_a_relation_is_no_surer_than_its_ends(entities: dict[int, Entity]) -> None:
    half = entities | {2: replace(entities[2], confidence=0.5)}
    said = [statement(1, RelationType.USES, n, 0.9) for n in (2, 3)]
    said += [statement(0, RelationType.INTRODUCES, n, 0.9) for n in (1, 2)]
    even = replace(Model(folder_of("default")).settings, relation=0.5)
    assert [(s.head, s.tail, s.probability) for s in choose(said, half, even)] == [(0, 1, 0.9), (1, 3, 0.9)]
    low = replace(even, relation=0.4)
    assert [(s.head, s.tail, s.probability) for s in choose(said, half, low)] == [
        (0, 1, 0.9),
        (0, 2, 0.45),
        (1, 2, 0.45),
        (1, 3, 0.9),
    ]


@pytest.mark.parametrize(
    ("kind", "probability", "said", "surer"),
    [
        ("extends", 0.2, "extends", True),
        ("extends", 0.2, "uses", False),
        # What is annotated often needs no help, and what nobody has thought of gets none.
        ("uses", 0.2, "uses", False),
        ("extends", 0.05, "extends", False),
    ],
)
def test_a_turn_of_phrase_backs_what_is_seldom_annotated(
    kind: str, probability: float, said: str, surer: bool, entities: dict[int, Entity]
) -> None:
    thought = statement(1, RelationType(kind), 2, probability)
    patterned = {(entities[1].key, RelationType(said), entities[2].key)}
    assert (backed(thought, entities, patterned).probability > 0.5) == surer
    assert backed(thought, entities, set()) == thought


def test_a_turn_of_phrase_backs_both_directions_of_what_has_none(entities: dict[int, Entity]) -> None:
    one, other = entities[1].key, entities[2].key
    for kind, found in ((RelationType.COMPARED_WITH, [(1, 2)]), (RelationType.OUTPERFORMS, [(2, 1)])):
        patterned = both_ways([(other, kind, one)])
        said = [backed(statement(*ends, 0.2), entities, patterned) for ends in ((1, kind, 2), (2, kind, 1))]
        even = replace(Model(folder_of("default")).settings, relation=0.5)
        assert [(s.head, s.tail) for s in choose(said, entities, even)] == found


# Which things, and of what type.


def test_a_number_is_one_result_whoever_reads_it() -> None:
    one, two = Span(0, 10), Span(11, 20)
    accuracy = Result(PAPER, "accuracy", "90.1", "%", "", "score", one, 0.6)
    f1 = Result(PAPER, "f1", "90.1", "%", "", "score", two, 0.7)
    again = replace(accuracy, evidence=two, confidence=0.5)
    otherwise = replace(accuracy, metric="precision", confidence=0.5)
    # F1 has the value of accuracy, but another sentence; the others are what is known, or of the same number.
    assert together([accuracy], [f1, again, otherwise]) == (accuracy, f1)


@pytest.mark.parametrize(
    ("names", "probability", "things"),
    [
        (("graph neural network", "graph network"), 0.6, 1),
        (("graph neural network", "graph network"), 0.1, 2),
        # Names that have nothing in common must be beyond doubt; other numbers make other things.
        (("graph neural network", "BarNet"), 0.6, 2),
        (("graph neural network", "BarNet"), 0.95, 1),
        (("GPT-2", "GPT-3"), 0.95, 2),
    ],
)
def test_names_of_one_thing_are_joined(names: tuple[str, str], probability: float, things: int) -> None:
    settings = replace(Model(folder_of("default")).settings, same=0.3)
    two = {n: Entity(f"e{n}", name, EntityType.METHOD, (name,), (), 0.9) for n, name in enumerate(names, 1)}
    said = [Statement(a, SAME_AS, b, probability, 0) for a, b in ((1, 2), (2, 1))]
    assert len(same_things(said, two, settings)) == things


@pytest.mark.parametrize(("name", "kind"), [("BigGAN", "Model"), ("GAN", "Method"), ("policy gradients", "Method")])
def test_what_is_named_like_a_system_is_taken_for_a_model(name: str, kind: str) -> None:
    settings = replace(Model(folder_of("default")).settings, entity=0.5)
    # None, Model, Method, Dataset, Task, Metric.
    types = [0.05, 0.1, 0.8, 0.02, 0.02, 0.01]
    scores = Scores.__new__(Scores)
    scores.spans, scores.types = [[], [types[1:]]], {1: types}
    entity = Entity("e", name, EntityType.METHOD, (name,), (), 0.9)
    found = judged(entity, scores, 1, settings)
    assert found
    assert found.type.value == kind


def test_what_only_stands_across_sentences_is_judged_by_the_document() -> None:
    settings = replace(Model(folder_of("default")).settings, entity=0.01, document=0.9)
    scores = Scores.__new__(Scores)
    scores.spans, scores.types = [[], [[0.0] * 5]], {1: [0.05, 0.1, 0.0, 0.7, 0.1, 0.05]}
    found = judged(Entity("e", "bar", EntityType.METHOD, ("bar",), (), 0.9), scores, 1, settings)
    assert found
    assert found.type is EntityType.DATASET
    assert judged(found, scores, 1, replace(settings, entity=0.99)) is None


# The model's files.


@pytest.mark.parametrize("name", MODEL_FILES)
def test_a_changed_model_is_not_run(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(folder_of("default"), folder)
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(ModelError, match="not the file that the model was made with"):
        Model(folder)
    (folder / name).unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        Model(folder)


def test_a_model_in_the_place_of_another_is_read(tmp_path: Path) -> None:
    for name in ("default", "fast"):
        shutil.copytree(folder_of(name), tmp_path / name)
    shutil.copytree(tmp_path / "fast", tmp_path / "mine")
    first = open_model(str(tmp_path / "mine"))
    assert open_model(str(tmp_path / "mine")) is first
    shutil.rmtree(tmp_path / "mine")
    shutil.copytree(tmp_path / "default", tmp_path / "mine")
    assert open_model(str(tmp_path / "mine")).checksum != first.checksum


@pytest.mark.parametrize("name", [".", "..", "", "default/", "../default"])
def test_only_a_plain_name_is_a_model_of_the_package(name: str) -> None:
    assert folder_of(name) == Path(name)


def test_the_models_are_small_and_hold_no_code() -> None:
    own = {*MODEL_FILES, CHECKSUMS, "README.md"}
    folders = {"default": own, "fast": own - {*SHARED_FILES}}
    for name, names in folders.items():
        assert {path.name for path in folder_of(name).iterdir()} == names
        json.loads((folder_of(name) / "settings.json").read_text())
    there = [path for name in folders for path in folder_of(name).iterdir()]
    assert sum(path.stat().st_size for path in there) <= 25_000_000


def test_a_smaller_model_shares_the_pieces_of_the_one_that_taught_it(tmp_path: Path) -> None:
    for name in ("default", "fast"):
        shutil.copytree(folder_of(name), tmp_path / name)
    Model(tmp_path / "fast")
    shared = tmp_path / "default" / "pieces.npz"
    shared.write_bytes(shared.read_bytes() + b"!")
    with pytest.raises(ModelError, match="not the file that the model was made with"):
        Model(tmp_path / "fast")


def test_facts_are_found_anew_when_the_way_changes(tmp_path: Path) -> None:
    names = tmp_path / "names.csv"
    names.write_text("name,type\nGato,Model\n")
    ways = [
        Options(),
        Options(pipeline="rules"),
        Options(min_confidence=0.5),
        Options(gazetteer=str(names)),
    ]
    found = {fingerprint(way) for way in ways}
    names.write_text("name,type\nGato,Method\n")
    found.add(fingerprint(ways[-1]))
    # A pipeline of one's own: what its folder holds, and the models that its config names.
    own = Options(pipeline=str(tmp_path / "own"))
    spacy.blank("en").to_disk(tmp_path / "own")
    found.add(fingerprint(own))
    (tmp_path / "own" / "more.json").write_text("{}")
    found.add(fingerprint(own))
    config = tmp_path / "own.cfg"
    config.write_text('[nlp]\n[components]\n[components.encoder]\nfactory = "paperatlas_encoder"\nmodel = "fast"\n')
    assert (models_of(Options(pipeline=str(config))), models_of(own), models_of(ways[1])) == (["fast"], ["default"], [])
    assert len(found) == 7
    assert fingerprint() == fingerprint(Options())


# Other taggers, lists, thresholds.


def test_a_pipeline_of_ones_own_takes_the_taggers_place(tmp_path: Path) -> None:
    other = spacy.blank("en")
    ruler = other.add_pipe("entity_ruler")
    patterns: list[dict[str, str | list[dict[str, Any]]]] = [
        {"label": "DATASET", "pattern": "wug corpus"},
        {"label": "PERSON", "pattern": "Foo"},
    ]
    assert isinstance(ruler, EntityRuler)
    ruler.add_patterns(patterns)
    other.to_disk(tmp_path / "other")
    (facts,) = extract_facts([Paper("We test Foo on the wug corpus.", id="p")], load(str(tmp_path / "other")))
    assert [(e.name, e.type.value, e.confidence) for e in facts.entities] == [("wug corpus", "Dataset", 1.0)]
    with pytest.raises(ModelError, match="no spaCy pipeline"):
        load(str(tmp_path / "none"))


@pytest.mark.parametrize(
    "text",
    [
        "name,type,aliases\nWug Corpus,dataset,WUGS|the wug set\nIS,Metric,\n",
        "Name\tType\tAliases\nWug Corpus\tDataset\tWUGS|the wug set\nIS\tmetric\t\n",
        '{"name": "Wug Corpus", "type": "Dataset", "aliases": ["WUGS", "the wug set"]}\n\n{"name": "IS", "type": "Metric"}\n',
        # U+2028 ends a line for Python, not for JSON.
        '{"name": "Wug Corpus", "type": "Dataset", "aliases": ["WUGS", "the wug set"], "x": "\u2028"}\n{"name": "IS", "type": "Metric"}\n',
    ],
)
def test_names_of_a_list_are_found(text: str, tmp_path: Path) -> None:
    path = tmp_path / "names"
    path.write_text(text)
    assert read_gazetteer(path) == [
        Entry("Wug Corpus", EntityType.DATASET, ("WUGS", "the wug set")),
        Entry("IS", EntityType.METRIC),
    ]
    nlp = load("learned", gazetteer=str(path))
    (facts,) = extract_facts([Paper("This is about the wug corpus. WUGS has an IS of 3.", id="p")], nlp)
    found = {(e.aliases, e.type.value, e.confidence) for e in facts.entities}
    assert (("wug corpus", "WUGS"), "Dataset", 1.0) in found
    assert (("IS",), "Metric", 1.0) in found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,type\nFoo,Thing\n", r"names:2: unknown type 'Thing' \(Model, Method, Dataset, Task, Metric\)"),
        ("name,type\n,Model\n", "names:2: no name"),
        ('{"name": "Foo", "type": "Model"}\n{"name"\n', "names:2: not JSON"),
        ('{"name": "Foo", "type": "Model", "aliases": "F"}\n', "names:1: aliases are no list"),
        ('{"name": ' + "[" * 10_000 + "]" * 10_000 + "}", "names:1: not JSON: nested too deeply"),
        (r'{"name": "\ud800", "type": "Model"}', r"names:1: not JSON: half of a surrogate pair \(\\ud800\)"),
        ('name,type\n"Foo,Model\nBar,Model\n', "names:2: not a table: a quote that is not closed"),
        pytest.param("name,type\n" + "x" * 200_000 + ",Model\n", "names:2: a name of 200,000 characters", id="cell"),
        ("name,type\n" + "x" * 1_001 + ",Model\n", "names:2: a name of 1,001 characters .the most is 1,000.: 'x{60}…'"),
        ("name,type\nFoo," + "x" * 1_000 + "\n", "names:2: unknown type 'x{60}…'"),
    ],
)
def test_a_bad_list_is_reported(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "names").write_text(text)
    with pytest.raises(InputError, match=message):
        read_gazetteer(tmp_path / "names")


def test_what_is_not_sure_enough_is_left_out(learned: Extract) -> None:
    facts = learned(ABSTRACT, TITLE)
    bar = float(np.median([entity.confidence for entity in facts.entities]))
    fewer = confident(facts, bar)
    assert 0 < len(fewer.entities) < len(facts.entities)
    assert min(entity.confidence for entity in fewer.entities) >= bar
    keys = {PAPER, *(entity.key for entity in fewer.entities)}
    assert all({r.head, r.tail} <= keys and r.confidence >= bar for r in fewer.relations)
    assert confident(facts, 0.0) == facts


# Results.


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        # A name without small letters is a metric by its place; a list goes with a list.
        (
            "FooNet reaches an IS of 148 and FID of 3.4 on ImageNet, an improvement of 17% and 32%.",
            {("IS", "148"), ("FID", "3.4"), ("IS", "17"), ("FID", "32")},
        ),
        # What it is improved from is no result.
        ("FooNet raises the accuracy on ImageNet from 71.2% to 80.3%.", {("accuracy", "80.3")}),
        # Nor is what a nameless rival reaches, nor a threshold.
        (
            "FooNet reaches 81.3% accuracy on ImageNet, compared with 73.2% when trained from scratch.",
            {("accuracy", "81.3")},
        ),
        ("At IoU > 0.5, FooNet achieves a precision of 61.3 on COCO.", {("precision", "61.3")}),
        # Whatever a name looks like, right behind gains it is a metric.
        (
            "On ImageNet, FooNet achieves +2.0% FactScoreX and +1.2% BLEU2 over strong baselines.",
            {("FactScoreX", "2.0"), ("BLEU2", "1.2")},
        ),
        (
            "FooNet improves strong baselines on COCO by +6.1 mAP50 and by +3.2 FactScoreX with +4 BlocksX.",
            {("mAP50", "6.1"), ("FactScoreX", "3.2")},
        ),
    ],
)
def test_results_of_a_sentence(sentence: str, wanted: set[tuple[str, str]], learned: Extract) -> None:
    facts = learned(f"We introduce FooNet, a network for image generation. {sentence}")
    name = {entity.key: entity.name for entity in facts.entities}
    assert {(name[result.metric], result.value) for result in facts.results} == wanted


def test_a_number_is_of_whom_the_text_says(learned: Extract) -> None:
    facts = learned(
        "We introduce FooNet, a network for image classification. "
        "FooNet has an accuracy of 80.3% on ImageNet, compared with 69.3% for ResNet-50."
    )
    name = {entity.key: entity.name for entity in facts.entities}
    assert {(name[result.subject], result.value) for result in facts.results} == {
        ("FooNet", "80.3"),
        ("ResNet-50", "69.3"),
    }
