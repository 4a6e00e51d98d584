"""How extraction is measured: the figures, their intervals, the command; and against the user's own scorer."""

import importlib.util
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from paperatlas.errors import InputError
from paperatlas.evaluation import ece, evaluate
from paperatlas.extract.annotations import read_annotated
from paperatlas.extract.pipeline import Options
from paperatlas.extract.scoring import Tally, outcomes, score_document

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def thing(key: str, kind: str, *aliases: str, optional: bool = False, **more: Any) -> dict[str, Any]:
    return {
        "key": key,
        "name": key,
        "type": kind,
        "aliases": [*aliases],
        "optional": optional,
        "confidence": 0.8,
        **more,
    }


def states(head: str, kind: str, tail: str, optional: bool = False) -> dict[str, Any]:
    return {"head": head, "type": kind, "tail": tail, "optional": optional, "confidence": 0.6}


def number(metric: str, value: str, dataset: str | None = None) -> dict[str, Any]:
    return {"subject": "PAPER", "metric": metric, "value": value, "dataset": dataset, "kind": "score"}


GOLD = {
    "id": "d",
    "text": "",
    "entities": [
        thing("gan", "Method", "Generative Adversarial Networks", "GAN", alt_types=["Model"]),
        thing("imagenet", "Dataset", "ImageNet"),
        thing("fid", "Metric", "FID"),
        thing("planning", "Task", "planning", optional=True),
        thing("gato", "Model", "Gato"),
    ],
    "relations": [
        states("PAPER", "introduces", "gato"),
        states("gato", "comparedWith", "gan"),
        states("gato", "evaluatedOn", "imagenet"),
        states("gato", "appliedTo", "planning"),
        states("gan", "measuredBy", "fid", optional=True),
    ],
    "results": [number("fid", "3.4", "imagenet"), number("fid", "7", None)],
}
FOUND = {
    "id": "d",
    "entities": [
        # In two: one pays, the other is a false alarm.
        thing("g1", "Model", "generative adversarial network"),
        thing("g2", "Method", "GANs"),
        thing("i", "Task", "imagenet"),
        thing("p", "Method", "planning"),
        thing("f", "Metric", "FID"),
        thing("x", "Model", "Xyz"),
    ],
    "relations": [
        states("g1", "comparedWith", "x"),
        states("PAPER", "evaluatedOn", "i"),
        states("PAPER", "appliedTo", "p"),
        states("g1", "measuredBy", "f"),
    ],
    "results": [number("f", "3.40", "i"), number("f", "7.5")],
}


def test_the_figures_of_a_document() -> None:
    tallies = score_document(GOLD, FOUND).tallies
    assert tallies["entities"] == Tally(3, 2, 1)
    assert tallies["entities+type"] == Tally(2, 3, 2)
    assert tallies["Dataset"] == Tally(0, 0, 1)
    assert tallies["Method"] == Tally(1, 1, 0)
    assert tallies["relations"] == Tally(0, 2, 3)
    assert tallies["comparedWith"] == Tally(0, 1, 1)
    assert tallies["results"] == Tally(1, 1, 1)
    perfect = score_document(GOLD, GOLD).tallies
    assert {name: t.f1 for name, t in perfect.items() if t != Tally()} == dict.fromkeys(
        [name for name, t in perfect.items() if t != Tally()], 1.0
    )


def test_what_counts_for_calibration() -> None:
    things, relations = outcomes(GOLD, FOUND)
    # The optional thing, and what is stated of optional ones or may be stated, counts not.
    assert sorted(right for _, right in things) == [False, False, False, True, True]
    assert [right for _, right in relations] == [False, False]


def test_calibration_error_in_bins() -> None:
    assert ece([]) == 0.0
    assert ece([(1.0, True)] * 3) == 0.0
    assert ece([(0.75, True), (0.75, True), (0.75, True), (0.75, False)]) == 0.0
    assert ece([(0.9, False)]) == pytest.approx(0.9)


def test_it_agrees_with_the_users_scorer(shared: Path) -> None:
    spec = importlib.util.spec_from_file_location("score", shared / "gold" / "score.py")
    assert spec
    assert spec.loader
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    theirs, _ = scorer.score([GOLD], [FOUND])
    ours = score_document(GOLD, FOUND).tallies
    for name, row in theirs.items():
        assert ours[name.strip()] == Tally(row["tp"], row["fp"], row["fn"]), name


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    text = "We propose FooNet, a neural network for image classification. FooNet is evaluated on the ImageNet dataset."
    record = {
        "id": "a",
        "text": text,
        "entities": [
            thing("foonet", "Model", "FooNet", alt_types=["Method"]),
            thing("imagenet", "Dataset", "ImageNet"),
        ],
        "relations": [states("foonet", "evaluatedOn", "imagenet")],
    }
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(record | {"id": name}) + "\n" for name in "ab"))
    return path


def test_the_report(gold: Path) -> None:
    report = evaluate(gold, Options(pipeline="rules"))
    figures = {figure.name: figure for figure in report.figures}
    assert figures["Dataset"].tally == Tally(2, 0, 0)
    assert figures["evaluatedOn"].tally == Tally(2, 0, 0)
    assert (figures["Dataset"].low, figures["Dataset"].high) == (1.0, 1.0)
    assert report.documents == 2
    assert [name for name, _ in report.worst(1)] == ["a"]


def test_the_command(gold: Path, paperatlas: Run) -> None:
    done = paperatlas("evaluate", gold, "--pipeline", "rules")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n", 1)[0].split() == ["P", "R", "F1", "95", "%", "hits", "alarms", "misses"]
    assert "Calibration error: things 0." in done.stdout
    data = json.loads(paperatlas("evaluate", gold, "--pipeline", "rules", "--json").stdout)
    assert data["figures"]["Dataset"]["F1"] == 100.0
    done = paperatlas("evaluate", gold, "--pipeline", "rules", "--given-entities")
    assert (done.returncode, done.stdout) == (2, "")
    assert "only the trained model" in done.stderr


FOO = {"key": "foo", "type": "Model", "aliases": ["Foo"]}


def test_what_may_be_left_out_of_an_annotated_abstract_is_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({"text": "Foo is fine.", "entities": [FOO]}) + "\n")
    (found,) = read_annotated([path])
    assert found == {
        "id": "document 1",
        "text": "Foo is fine.",
        "entities": [FOO | {"name": "Foo"}],
        "relations": [],
        "results": [],
    }
    report = evaluate(path, Options(), given_entities=True)
    assert report.documents == 1


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ({"text": "Foo"}, "without a list of entities"),
        ({"text": " ", "entities": []}, "without text"),
        ({"text": "Foo", "entities": ["Foo"]}, "without a list of entities"),
        ({"text": "Foo", "entities": [FOO | {"aliases": []}]}, "an entity without key or aliases: foo"),
        ({"text": "Foo", "entities": [FOO | {"type": "Person"}]}, "no type of things: Person"),
        ({"text": "Foo", "entities": [FOO | {"alt_types": ["Thing"]}]}, "no type of things: Thing"),
        (
            {"text": "Foo", "entities": [FOO], "relations": [{"head": "PAPER", "type": "likes", "tail": "foo"}]},
            "no type of relations: likes",
        ),
        (
            {"text": "Foo", "entities": [FOO], "relations": [{"head": "foo", "type": "uses", "tail": "bar"}]},
            "no entity: bar",
        ),
    ],
)
def test_what_is_no_annotated_abstract_is_told_with_its_line(
    record: dict[str, object], problem: str, tmp_path: Path
) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({"text": "Foo is fine.", "entities": []}) + "\n" + json.dumps(record) + "\n")
    with pytest.raises(InputError) as caught:
        read_annotated([path])
    assert str(caught.value) == f"{path}:2: no annotated abstract: {problem}"
