"""Texts that are read together: each part of the model before the next, and each text as if it were alone."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from paperatlas.extract.learned.components import Encoder, open_model
from paperatlas.extract.learned.model import Model
from paperatlas.extract.learned.pieces import Window
from paperatlas.extract.learned.scores import Scores
from paperatlas.extract.paper import Paper
from paperatlas.extract.pipeline import Options, extract_facts, load, outcomes
from paperatlas.extract.readers import Skipped

SOME = [
    Paper(f"We propose Foo{n}Net. Foo{n}Net reaches an accuracy of {n}.5% on ImageNet.", id=f"p{n}") for n in range(40)
]


OWN = Options(model="fast")


def unexpected(record: Skipped) -> None:
    pytest.fail(f"skipped {record}")


@pytest.mark.parametrize("skip", [None, unexpected])
def test_each_part_of_the_model_reads_a_batch_before_the_next_does(
    skip: Callable[[Skipped], None] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    run, add = Model._run, Scores.add

    def noted(self: Model, graph: str, *outputs: str, **inputs: Any) -> Any:
        asked.append(graph)
        return run(self, graph, *outputs, **inputs)

    def added(self: Scores, *said: Any) -> None:
        asked.append("answers")
        add(self, *said)

    monkeypatch.setattr(Model, "_run", noted)
    monkeypatch.setattr(Scores, "add", added)
    found = [*extract_facts(iter(SOME), options=OWN, skip=skip)]
    assert [(graph, len([*times])) for graph, times in groupby(asked)] == [
        (graph, size) for size in (16, 16, 8) for graph in ("encoder", "spans", "pairs", "answers")
    ]
    nlp = load("learned", model="fast")
    assert found == [next(extract_facts([paper], nlp)) for paper in SOME]


@pytest.mark.parametrize(
    ("error", "reason"),
    [(IndexError("no token 7"), "IndexError: no token 7"), (MemoryError("none left"), "MemoryError: none left")],
)
def test_a_text_that_cannot_be_read_costs_those_beside_it_nothing(
    error: Exception, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [*extract_facts(SOME, options=OWN)]
    encode, pieces = Model.encode, open_model("fast").pieces
    (refused,) = pieces.windows(load("rules")(SOME[20].text))

    def failing(self: Model, window: Window) -> Any:
        if window.ids.tolist() == refused.ids.tolist():
            raise error
        return encode(self, window)

    monkeypatch.setattr(Model, "encode", failing)
    skipped: list[Skipped] = []
    assert [*extract_facts(SOME, options=OWN, skip=skipped.append)] == [*whole[:20], *whole[21:]]
    assert [record.reason for record in skipped] == [f"p20 could not be extracted: {reason}"]
    with pytest.raises(type(error), match=str(error)):
        [*extract_facts(SOME, options=OWN)]
    # The batches before it are there all the same.
    found = extract_facts(SOME, options=OWN)
    assert [next(found) for _ in range(16)] == whole[:16]
    # Who uses the pipeline as spaCy's may say what is to be done.
    nlp = load("learned", model="fast")
    told: list[tuple[str, int]] = []
    # To spaCy's types it would never return.
    handler: Any = lambda name, _part, docs, _error: told.append((name, len(docs)))  # noqa: E731
    nlp.set_error_handler(handler)
    assert [doc._.folded.original for doc in nlp.pipe(paper.text for paper in SOME)] == [
        paper.text for paper in SOME if paper is not SOME[20]
    ]
    assert told == [("encoder", 1)]


def test_long_texts_are_read_in_smaller_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    work = Encoder.work

    def noted(self: Encoder, docs: Sequence[Doc]) -> None:
        sizes.append(len(docs))
        work(self, docs)

    monkeypatch.setattr(Encoder, "work", noted)
    # Some 3,600 words each.
    long = [Paper("Foo is a network. " * 720, id=f"p{n}") for n in range(5)]
    deque(extract_facts([*long, *SOME[:20]], options=OWN), maxlen=0)
    assert sizes == [3, 16, 6]
    # However many somebody asks for.
    sizes.clear()
    deque(load("learned", model="fast").pipe((paper.text for paper in SOME), batch_size=1000), maxlen=0)
    assert sizes == [16, 16, 8]


def test_texts_come_one_by_one_to_somebodys_own_parts(tmp_path: Path) -> None:
    class Alone:
        """A part that would make something else of a batch."""

        def __call__(self, doc: Doc) -> Doc:
            return doc

        def pipe(self, stream: Iterable[Doc], **_options: int) -> Iterator[Doc]:
            pytest.fail("was given a batch")

    Language.factory("alone", func=lambda nlp, name: Alone())
    config = spacy.util.load_config(str(files("paperatlas.extract") / "data" / "rules.cfg"))
    config["nlp"]["pipeline"].append("alone")
    config["components"]["alone"] = {"factory": "alone"}
    config.to_disk(tmp_path / "own.cfg")
    expected = [*extract_facts(SOME, options=Options("rules"))]
    options = Options(pipeline=str(tmp_path / "own.cfg"))
    assert [*extract_facts(SOME, options=options, skip=unexpected)] == expected
    assert [*outcomes(SOME, load(options.pipeline), options)] == expected
    # So they do to what somebody has put into the package's.
    nlp = load("rules")
    nlp.add_pipe("alone")
    taken: list[Paper] = []

    def noted() -> Iterator[Paper]:
        for paper in SOME:
            taken.append(paper)
            yield paper

    found = extract_facts(noted(), nlp, skip=unexpected)
    assert (next(found), taken) == (expected[0], SOME[:1])
    assert [*found] == expected[1:]


def test_no_text_is_lost_where_a_part_passes_over_it() -> None:
    """A list is only taken for whole if it is: somebody's handler of errors may let texts go."""

    class Forgetful:
        def pipe(self, texts: Iterable[tuple[str, Paper]], **_options: bool) -> Iterator[tuple[Doc, Paper]]:
            yield from [*nlp.pipe(texts, as_tuples=True)][1:]

        def __call__(self, text: str) -> Doc:
            return nlp(text)

    nlp = load("rules")
    forgetful: Any = Forgetful()
    assert [*outcomes(SOME[:5], forgetful, Options("rules"))] == [*extract_facts(SOME[:5], nlp)]


def test_a_process_without_memory_for_a_list_is_not_trusted_with_its_texts() -> None:
    class Full:
        def pipe(self, _texts: Iterable[tuple[str, Paper]], **_options: bool) -> Iterator[tuple[Doc, Paper]]:
            raise MemoryError("none left")

        def __call__(self, text: str) -> Doc:
            pytest.fail("goes on")

    full: Any = Full()
    with pytest.raises(MemoryError, match="none left"):
        [*outcomes(SOME[:5], full, Options("rules"))]
