"""What the pipeline of rules finds in a text, on texts of its own; and what every pipeline is built of."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import spacy
from spacy.pipeline import SpanRuler

from paperatlas.extract.acronyms import find_acronyms
from paperatlas.extract.facts import Facts, as_json
from paperatlas.extract.paper import Paper
from paperatlas.extract.pipeline import extract_facts, facts_of, load
from paperatlas.extract.sentences import sentence_starts
from paperatlas.schema import PAPER

Extract = Callable[..., Facts]

TITLE = "BarNet: Sparse Attention for Image Captioning"
ABSTRACT = (
    "Image captioning with convolutional neural networks (CNNs) is slow. "
    "We propose BarNet, a transformer with a sparse attention mechanism, which extends FooNet. "
    "BarNet is trained on Conceptual Captions and evaluated on the MS COCO dataset, where it reaches a BLEU score of 38.5 "
    r"and a Fr\'echet Caption Distance (FCD) of 3.4, and outperforms FooNet by 2.1 BLEU. "
    "It remains to be determined whether BarNet can be applied to video captioning."
)


@pytest.fixture(scope="module")
def facts(facts_in: Extract) -> Facts:
    return facts_in(ABSTRACT, TITLE)


def entities(facts: Facts) -> dict[str, str]:
    return {entity.name: entity.type.value for entity in facts.entities}


def relations(facts: Facts) -> set[tuple[str, str, str]]:
    return {(r.head, r.type.value, r.tail) for r in facts.relations}


def test_things_and_their_types(facts: Facts) -> None:
    found = entities(facts)
    assert found["BarNet"] in ("Model", "Method")
    assert found["FooNet"] in ("Model", "Method")
    assert found["transformer"] == "Method"
    assert found["convolutional neural network"] == "Method"
    assert found["sparse attention mechanism"] == "Method"
    assert found["image captioning"] == "Task"
    assert found["MS COCO"] == "Dataset"
    assert found["BLEU"] == "Metric"
    assert found["Fréchet Caption Distance"] == "Metric"


def test_what_the_paper_says_of_its_system(facts: Facts) -> None:
    found = relations(facts)
    assert (PAPER, "introduces", "barnet") in found
    assert ("barnet", "isA", "transformer") in found
    assert ("barnet", "extends", "foonet") in found
    assert ("barnet", "appliedTo", "image-captioning") in found
    assert ("barnet", "evaluatedOn", "ms-coco") in found
    assert ("barnet", "outperforms", "foonet") in found
    assert ("foonet", "outperforms", "barnet") not in found


def test_what_is_only_hoped_for_is_not_stated(facts: Facts) -> None:
    assert not any("video" in end for head, _, tail in relations(facts) for end in (head, tail))


def test_results(facts: Facts) -> None:
    found = {(r.metric, r.value, r.unit, r.dataset, r.kind) for r in facts.results}
    assert found == {
        ("bleu", "38.5", "", "ms-coco", "score"),
        ("frechet-caption-distance", "3.4", "", "ms-coco", "score"),
        ("bleu", "2.1", "", "ms-coco", "gain"),
    }
    assert {r.subject for r in facts.results} == {"barnet"}


def test_everything_stands_in_the_text(facts: Facts) -> None:
    text = facts.paper.text
    keys = {entity.key for entity in facts.entities} | {PAPER}
    for entity in facts.entities:
        assert {span.of(text) for span in entity.mentions} == set(entity.aliases)
    assert "Fr\\'echet Caption Distance" in {alias for e in facts.entities for alias in e.aliases}
    for relation in facts.relations:
        assert {relation.head, relation.tail} <= keys
        assert relation.evidence.of(text).strip()
    for result in facts.results:
        assert result.value in result.evidence.of(text)


def test_json_of_a_paper(facts: Facts) -> None:
    data = as_json(facts)
    assert [*data] == ["id", "title", "text", "source", "date", "entities", "relations", "results"]
    assert (data["id"], data["title"], data["text"]) == ("p", TITLE, f"{TITLE}\n{ABSTRACT}")
    assert json.loads(json.dumps(data)) == data


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We reach an IS of 148.1 and an FID of 3.4 on ImageNet.", {("148.1", ""), ("3.4", "")}),
        (r"The method has 94\% and 96.5\% accuracy on CIFAR-10.", {("94", "%"), ("96.5", "%")}),
        ("We improve PSNR from 30.1 to 32.4 dB on Set5.", {("32.4", "dB")}),
        ("It has 70B parameters, 12 layers and was trained for 3 days on 8 GPUs; accuracy is high.", set()),
        ("In 2019 the top-5 accuracy of 30 of 32 models was higher (p < 0.05).", set()),
        ("Log-likelihood is measured; the score of -86.7 is reported in accuracy 0.95.", {("-86.7", ""), ("0.95", "")}),
        ("We gain 17% and 32% in BLEU and ROUGE, respectively.", {("17", "%"), ("32", "%")}),
    ],
)
def test_numbers_that_are_results(text: str, expected: set[tuple[str, str]], facts_in: Extract) -> None:
    assert {(r.value, r.unit) for r in facts_in(text).results} == expected


def test_respectively_is_read_in_order(facts_in: Extract) -> None:
    found = facts_in("We gain 17% and 32% in BLEU and ROUGE, respectively.").results
    assert {(r.metric, r.value, r.kind) for r in found} == {("bleu", "17", "gain"), ("rouge", "32", "gain")}


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("We evaluate on the Quux dataset and find much.", "Quux", "Dataset"),
        ("We report results on benchmarks such as QuuxBench and Corge-100.", "Corge-100", "Dataset"),
        ("We introduce a new benchmark called Quux for many things.", "Quux", "Dataset"),
        ("We train it with the Quux optimizer and it is fast.", "Quux", "Method"),
        ("We release Quux, a large language model that speaks.", "Quux", "Model"),
        ("It is better in terms of the Quux score than others.", "Quux", "Metric"),
        ("We study the task of Quux7 parsing, and do it well.", "Quux7 parsing", "Task"),
        ("We introduce a new optimizer called Shears. The Shears optimizer is fast.", "Shears", "Method"),
        ("Shears: Low-rank Search\nThe Shears optimizer is fast.", "Shears", "Method"),
        (r"We train \chinchilla, a predicted compute-optimal model, with more data.", "Chinchilla", "Model"),
    ],
)
def test_names_nobody_has_heard_of(text: str, name: str, kind: str, facts_in: Extract) -> None:
    assert entities(facts_in(text)).get(name) == kind


def test_no_names_in_plain_words(facts_in: Extract) -> None:
    assert (
        facts_in("In this paper we present a new method. Our approach is better than the previous model.").entities
        == ()
    )


def test_mentions_of_one_thing_are_one_entity(facts_in: Extract) -> None:
    facts = facts_in(
        "Visual Language Models (VLMs) are large. We study a VLM on ImageNet; the visual-language model is tested on ImageNet."
    )
    (vlm,) = [e for e in facts.entities if "VLM" in e.aliases]
    assert set(vlm.aliases) == {"Visual Language Models", "VLMs", "VLM", "visual-language model"}
    assert [e.name for e in facts.entities].count("ImageNet") == 1


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        (
            "Vector Quantized Variational AutoEncoders (VQ-VAE) work.",
            [("VQ-VAE", "Vector Quantized Variational AutoEncoders")],
        ),
        ("We use GANs (generative adversarial networks).", [("GANs", "generative adversarial networks")]),
        ("mean opinion score (MOS; 1 to 5) rises", [("MOS", "mean opinion score")]),
        ("the CAmera Pose Supervised, or CAPS, descriptors", [("CAPS", "CAmera Pose Supervised")]),
        ("a named entity recognition (NER) system", [("NER", "named entity recognition")]),
        ("trust region policy optimization method (TRPO)", [("TRPO", "trust region policy optimization")]),
        # The letters of "PPO" are all in "Policy Optimization", from right to left.
        ("multimodal understanding (MMU) and generation (MMG) tasks", [("MMU", "multimodal understanding")]),
        ("such as Proximal Policy Optimization (PPO)", [("PPO", "Proximal Policy Optimization")]),
        ("a Random-Regression Forest (RRF)", [("RRF", "Random-Regression Forest")]),
        ("it works (as shown) in 2019 (USA) and (b)", []),
        ("large gains (LG) are not what a gain (GAIN) means", [("LG", "large gains")]),
    ],
)
def test_abbreviations(text: str, pairs: list[tuple[str, str]]) -> None:
    assert [(text[slice(*a.short)], text[slice(*a.long)]) for a in find_acronyms(text)] == pairs


def test_sentences() -> None:
    nlp = load("rules")
    doc = nlp(
        "A Title: Of Two\nWe use e.g. BERT vs. GPT-2. It gains 3.5 points (cf. Fig. 2)! Smith et al. do not. Try GrabS. So does FIMA-Q. T. S. Eliot."
    )
    assert [sent.text.strip() for sent in doc.sents] == [
        "A Title: Of Two",
        "We use e.g. BERT vs. GPT-2.",
        "It gains 3.5 points (cf. Fig. 2)!",
        "Smith et al. do not.",
        "Try GrabS.",
        "So does FIMA-Q.",
        "T. S. Eliot.",
    ]
    assert {"GrabS", "FIMA-Q", "T.", "S."} <= {token.text for token in doc}
    assert sentence_starts([]) == []


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("rules", "sentences acronyms tagger entities relations results"),
        ("learned", "sentences acronyms encoder tagger entities document"),
    ],
)
def test_the_pipeline_is_spacys_and_can_be_saved(name: str, parts: str, tmp_path: Path) -> None:
    nlp = load(name)
    nlp.to_disk(tmp_path / "pipeline")
    again = spacy.load(tmp_path / "pipeline")
    assert again.pipe_names == parts.split()
    paper = Paper(ABSTRACT, id="p", title=TITLE)
    assert facts_of(again(paper.text), paper) == facts_of(nlp(paper.text), paper)


def test_another_tagger_takes_the_place_of_ours() -> None:
    nlp = load("rules")
    nlp.remove_pipe("tagger")
    ruler = nlp.add_pipe("span_ruler", name="tagger", before="entities", config={"spans_key": "paperatlas"})
    assert isinstance(ruler, SpanRuler)
    ruler.add_patterns([{"label": "Dataset", "pattern": "wug corpus"}])
    (facts,) = extract_facts([Paper("We test Foo on the wug corpus.", id="p")], nlp)
    assert entities(facts) == {"wug corpus": "Dataset"}
    assert relations(facts) == {(PAPER, "evaluatedOn", "wug-corpus")}
