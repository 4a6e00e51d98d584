"""Boards hold what can be compared, the best first: by the metric's direction, one dataset, one split, one unit."""

import random
import re
import tomllib
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperatlas.errors import NotFoundError
from paperatlas.extract.facts import Entity, Facts, Result, Span
from paperatlas.extract.paper import Paper
from paperatlas.extract.surface import slug
from paperatlas.graph.analysis.leaderboard import Board
from paperatlas.graph.analysis.metrics import Direction, direction_of, is_share
from paperatlas.graph.analysis.splits import parts_beside
from paperatlas.graph.atlas import Atlas
from paperatlas.schema import PAPER, EntityType

from .conftest import ROOT

#: (system, value, unit) or (system, value, unit, kind)
Number = tuple[str, ...]


def reported(
    key: str, sentence: str, *numbers: Number, dataset: str = "ImageNet", metric: str = "accuracy", date: str = ""
) -> Facts:
    """Make the facts of a paper that is one sentence with some numbers of one metric on one dataset."""
    names = [(name, EntityType.MODEL) for name in dict.fromkeys(n[0] for n in numbers) if name != PAPER]
    names += [(metric, EntityType.METRIC), *[(dataset, EntityType.DATASET)][: bool(dataset)]]
    return Facts(
        Paper(sentence, id=key, date=date),
        tuple(Entity(slug(name), name, kind, (name,), (Span(0, 1),), 0.9) for name, kind in names),
        (),
        tuple(
            Result(
                PAPER if system == PAPER else slug(system),
                slug(metric),
                value,
                unit,
                slug(dataset),
                "".join(kind) or "score",
                Span(0, len(sentence)),
                0.9,
            )
            for system, value, unit, *kind in numbers
        ),
    )


def told(boards: Sequence[Board]) -> dict[str, list[tuple[int | None, str, str]]]:
    return {board.title: [(row.rank, row.name, row.value) for row in board.rows] for board in boards}


@pytest.mark.parametrize(
    ("direction", "names"),
    [
        (
            Direction.LOWER,
            "error rate; test error rates; top-5 error; loss; validation loss; perplexity; FID; FID score; WER; latency; MAE; "
            "Fréchet Inception Distance; bits/dim; mean squared errors; FPR@95TPR; FPR at 95% recall; ADE; BD-rate; "
            "accuracy drop; inference time per image; number of parameters; negative log-likelihood; hallucination rate; "
            "Davies-Bouldin index; word error rate; equal error rate; Chamfer distance; EER; MPJPE; GFLOPs; rate of failures; false match rate",
        ),
        (
            Direction.HIGHER,
            "accuracy; top-1 accuracy; F1; macro-F1; F1-score; $F_1$; BLEU; BLEU-4; IS; Inception Score; mAP; mAP@0.5:0.95; AP50; AP^r; "
            "recall@5; R@1; pass@1; exact match; EM; ROC-AUC; area under the ROC curve; Hits@10; log-likelihood; IoU; "
            "PSNR; MOS; frames per second; FPS; GLUE score; latency reduction; reduction in loss; Rank-1; NDCG@10; "
            "hallucination detection accuracy; recall at 1% FPR; Spearman's correlation; human-normalized score; R^2; TAR@FAR; task success; area under the log-time curve; signal-to-noise ratio",
        ),
        (
            Direction.UNKNOWN,
            "attack success rate; ASR; coverage; compression ratio; performance variance; response length; Octo; "
            "accuracy reduction; MR; refusal rate; hijacking success rate; tokens at loss; share of queries",
        ),
    ],
)
def test_a_metric_is_better_one_way_or_it_is_not_known(direction: Direction, names: str) -> None:
    for name in names.split("; "):
        assert direction_of([name]) is direction, name


def test_no_phrase_is_on_two_lists() -> None:
    tables = tomllib.loads((ROOT / "graph" / "data" / "metrics.toml").read_text(encoding="utf-8"))
    phrases = [
        phrase.strip()
        for name in ("lower", "higher", "unclear", "weak", "reduction")
        for phrase in re.split(r"[,\n]", tables[name]["phrases"])
        if phrase.strip()
    ]
    assert [phrase for phrase, count in Counter(phrases).items() if count > 1] == []


def test_the_long_form_of_a_metric_tells_more_than_its_letters() -> None:
    assert direction_of(["IS", "integral squared error"]) is Direction.LOWER
    assert direction_of(["CS", "clean score"]) is Direction.HIGHER
    assert not is_share(["perplexity", "loss", "FID"])
    assert is_share(["F-measure"])


@pytest.mark.parametrize(
    ("names", "sentence", "parts"),
    [
        ("ImageNet", "It has 80% on the ImageNet validation set.", ["validation"]),
        ("ImageNet", "It has 80% on ImageNet (val).", ["validation"]),
        ("ImageNet", "On the validation and test splits of ImageNet it has 80% and 79%.", ["validation", "test"]),
        ("COCO|MS COCO", "51 AP on MS COCO 2017 test-dev", ["test-dev"]),
        ("COCO|MS COCO", "on the COCO-val set, 51 AP", ["validation"]),
        ("COCO", "on COCO val2017", ["val2017"]),
        ("LibriSpeech", "1.9%/3.9% on LibriSpeech test-clean/test-other", ["test-clean", "test-other"]),
        ("WIDER FACE", "on the easy, medium and hard subsets of WIDER FACE", ["easy", "medium", "hard"]),
        ("WIDER FACE", "WIDER FACE is hard.", []),
        ("ImageNet|ImageNet 64x64", "FID of 3 on ImageNet 64x64", ["64×64"]),
        ("ImageNet", "FID of 3 on ImageNet at 256×256, with a validation FID of 4", ["256×256"]),
        ("ImageNet", "on 64×64 ImageNet", ["64×64"]),
        ("ImageNet", "on the ImageNet 256×256 validation set", ["validation 256×256"]),
        ("WMT 2014", "on WMT 2014 English-German, and 41.8 on WMT 2014 En→Fr", ["en-de", "en-fr"]),
        ("WMT", "on WMT'14 English-to-German translation", ["en-de"]),
        ("ImageNet", "ImageNet test-time augmentation", []),
        ("ImageNet", "ImageNet and the test set of CIFAR-10", []),
        ("ImageNet", "after ImageNet training", []),
        ("CIFAR-10", "on the CIFAR-100 test set", []),
    ],
)
def test_a_split_is_what_stands_beside_the_dataset(names: str, sentence: str, parts: list[str]) -> None:
    assert parts_beside(names.split("|"), sentence) == parts


def test_the_best_comes_first_and_ties_share_a_rank() -> None:
    sentence = "A, B, C and D have 81.0%, 83.5%, 81.0% and 7.25% accuracy on ImageNet."
    numbers = (("A", "81.0", "%"), ("B", "83.5", "%"), ("C", "81.0", "%"), ("D", "7.25", "%"))
    facts = [reported("p1", sentence, *numbers), reported("p2", sentence, *numbers, metric="error rate")]
    assert told(Atlas(tuple(facts)).leaderboard()) == {
        "accuracy on ImageNet (%)": [(1, "B", "83.5"), (2, "A", "81.0"), (2, "C", "81.0"), (4, "D", "7.25")],
        "error rate on ImageNet (%)": [(1, "D", "7.25"), (2, "A", "81.0"), (2, "C", "81.0"), (4, "B", "83.5")],
    }


def test_of_those_that_tie_the_earlier_comes_first() -> None:
    atlas = Atlas(
        tuple(
            reported(key, f"{name} has 80% accuracy on ImageNet.", (name, value, "%"), date=date)
            for key, name, value, date in [
                ("p1", "A", "80", ""),
                ("p2", "B", "80.0", "2021-03"),
                ("p3", "C", "80", "2020"),
            ]
        )
    )
    (board,) = atlas.leaderboard("imagenet", "accuracy")
    assert [(row.rank, row.name, row.date) for row in board.rows] == [
        (1, "C", "2020"),
        (1, "B", "2021-03"),
        (1, "A", ""),
    ]


def test_an_unknown_metric_stands_as_stated_and_claims_no_rank() -> None:
    facts = (
        reported("p2", "A has 3 zorks, B 9.", ("B", "9", ""), ("A", "3", ""), metric="zork", date="2021"),
        reported("p1", "C has 5 zorks.", ("C", "5", ""), metric="zork", date="2022"),
    )
    (board,) = Atlas(facts).leaderboard("ImageNet", "zork")
    assert (board.direction, board.is_ranked) == (Direction.UNKNOWN, False)
    assert [(row.rank, row.name) for row in board.rows] == [(None, "A"), (None, "B"), (None, "C")]


def test_a_row_says_what_the_paper_says() -> None:
    sentence = "On ImageNet, ours reaches a top-1 accuracy of 1,081.5 %."
    (board,) = Atlas((reported("p1", sentence, (PAPER, "1081.50", "percent"), date="2021-05"),)).leaderboard()
    (row,) = board.rows
    assert (board.unit, row.unit, row.value, row.number) == ("%", "percent", "1081.50", 1081.5)
    assert (row.system, row.paper, row.date, row.evidence["quote"]) == ("paper/p1", "paper/p1", "2021-05", sentence)
    assert (row.evidence["start"], row.evidence["end"]) == (0, len(sentence))


def test_percentages_and_fractions_are_on_boards_of_their_own() -> None:
    facts = (
        reported("p1", "A has 76.3% accuracy on ImageNet.", ("A", "76.3", "%")),
        reported("p2", "B has an accuracy of 0.91 on ImageNet.", ("B", "0.91", "")),
        reported("p3", "C has an accuracy of 81.2 on ImageNet.", ("C", "81.2", "")),
    )
    assert told(Atlas(facts).leaderboard("ImageNet", "accuracy")) == {
        # A share of more than one can only be a percentage.
        "accuracy on ImageNet (%)": [(1, "C", "81.2"), (2, "A", "76.3")],
        "accuracy on ImageNet (fraction)": [(1, "B", "0.91")],
    }


def test_units_of_other_metrics_never_meet() -> None:
    facts = tuple(
        reported(f"p{n}", f"{name} has a latency of {value} {unit}.", (name, value, unit), metric="latency")
        for n, (name, value, unit) in enumerate(
            [("A", "12", "ms"), ("B", "0.5", "s"), ("C", "7", ""), ("D", "3", "sec")]
        )
    )
    assert told(Atlas(facts).leaderboard()) == {
        "latency on ImageNet (s)": [(1, "B", "0.5"), (2, "D", "3")],
        "latency on ImageNet": [(1, "C", "7")],
        "latency on ImageNet (ms)": [(1, "A", "12")],
    }


def test_a_bare_number_takes_the_unit_that_its_paper_tells() -> None:
    sentence = "A takes 12 ms, B 9, and C 0.002 on ImageNet."
    numbers = (("A", "12", "ms"), ("B", "9", ""), ("C", "0.002", ""))
    boards = Atlas((reported("p1", sentence, *numbers, metric="latency"),)).leaderboard()
    assert told(boards) == {
        "latency on ImageNet (ms)": [(1, "B", "9"), (2, "A", "12")],
        "latency on ImageNet": [(1, "C", "0.002")],
    }
    # An error rate of 0.9 beside one of 1.2% is in percent; an accuracy of 0.9 beside one of 91% is not.
    errors = reported("p1", "1.2% and 0.9", ("A", "1.2", "%"), ("B", "0.9", ""), metric="error rate")
    (board,) = Atlas((errors,)).leaderboard()
    assert (board.unit, board.rows[0].name) == ("%", "B")
    assert len(Atlas((reported("p1", "91% and 0.9", ("A", "91", "%"), ("B", "0.9", "")),)).leaderboard()) == 2


def test_a_gain_is_no_score() -> None:
    sentence = "A has 76.3% accuracy on ImageNet, an improvement of 90.0% over B."
    (board,) = Atlas((reported("p1", sentence, ("A", "76.3", "%"), ("A", "90.0", "%", "gain")),)).leaderboard()
    assert [row.value for row in board.rows] == ["76.3"]
    assert board.gains == 1


def test_each_split_has_a_board() -> None:
    facts = (
        reported("p1", "A has 80% accuracy on ImageNet.", ("A", "80", "%")),
        reported("p2", "B has 81% accuracy on the ImageNet validation set.", ("B", "81", "%")),
        reported("p3", "C has 82% accuracy on ImageNet val.", ("C", "82", "%")),
        reported("p4", "D has 79% and 78% on ImageNet val and test.", ("D", "79", "%"), ("D", "78", "%")),
        reported(
            "p5", "E and F have 70% and 71% on ImageNet val and ImageNet test.", ("E", "70", "%"), ("F", "71", "%")
        ),
        reported(
            "p6", "G has 60% on ImageNet val, and H 50% and 40% on its test set, ImageNet test.", ("H", "40", "%")
        ),
    )
    assert told(Atlas(facts).leaderboard("ImageNet")) == {
        "accuracy on ImageNet validation (%)": [(1, "C", "82"), (2, "B", "81"), (3, "D", "79"), (4, "E", "70")],
        "accuracy on ImageNet test (%)": [(1, "D", "78"), (2, "F", "71")],
        "accuracy on ImageNet (%)": [(1, "A", "80")],
        # Which of the two is not told.
        "accuracy on ImageNet validation or test (%)": [(None, "H", "40")],
    }


def test_what_is_on_no_dataset_or_no_number_is_on_no_board() -> None:
    facts = (
        reported("p1", "A has 80% accuracy.", ("A", "80", "%"), dataset=""),
        reported("p2", "A has n/a accuracy on ImageNet.", ("A", "n/a", "%")),
    )
    assert Atlas(facts).leaderboard() == ()
    assert Atlas(facts).leaderboard("ImageNet", "accuracy") == ()


def test_how_far_a_number_varies_is_no_score() -> None:
    sentence = "A has an accuracy of 0.94 ± 0.02 and of 0.93+/-0.03 on ImageNet, and B 0.03."
    numbers = [("A", value, "") for value in ("0.94", "0.02", "0.93", "0.03")]
    (board,) = Atlas((reported("p1", sentence, *numbers),)).leaderboard()
    assert [row.value for row in board.rows] == ["0.94", "0.93", "0.03"]


def test_a_number_told_twice_is_one_row() -> None:
    facts = reported("p1", "A has 80% on ImageNet, yes, 80%.", ("A", "80", "%"), ("A", "80.0", "%"))
    (board,) = Atlas((facts,)).leaderboard()
    assert len(board.rows) == 1


def test_names_that_are_not_there_are_told_with_near_ones() -> None:
    atlas = Atlas((reported("p1", "A has 80% accuracy on ImageNet.", ("A", "80", "%")),))
    with pytest.raises(NotFoundError, match=r"no dataset here is called 'ImageNett' \(did you mean ImageNet\?\)"):
        atlas.leaderboard("ImageNett")
    with pytest.raises(NotFoundError, match="no metric here is called 'ImageNet'"):
        atlas.leaderboard("ImageNet", "ImageNet")


@given(
    st.lists(st.tuples(st.sampled_from("ABCDE"), st.integers(0, 9999), st.sampled_from(["%", "", "ms"])), max_size=12),
    st.sampled_from(["accuracy", "latency", "zork"]),
    st.randoms(use_true_random=False),
)
def test_boards_hold_together(numbers: list[tuple[str, int, str]], metric: str, shuffle: random.Random) -> None:
    facts = [
        reported(
            f"p{n:02}", f"{name} has {value / 100} {unit} on ImageNet.", (name, f"{value / 100}", unit), metric=metric
        )
        for n, (name, value, unit) in enumerate(numbers)
    ]
    boards = Atlas(tuple(facts)).leaderboard()
    shuffle.shuffle(facts)
    assert Atlas(tuple(facts)).leaderboard() == boards
    # Every number is on exactly one board, and nothing better stands below anything.
    assert sum(len(board.rows) for board in boards) == len(numbers)
    for board in boards:
        values = [row.number for row in board.rows]
        assert {row.unit for row in board.rows} <= {board.unit, ""}
        if board.direction is Direction.UNKNOWN:
            assert {row.rank for row in board.rows} == {None}
        else:
            assert values == sorted(values, reverse=board.direction is Direction.HIGHER)
            assert [row.rank for row in board.rows] == [values.index(value) + 1 for value in values]
