"""From annotated abstracts to a model's files, on a network small enough to be trained here and now."""

import copy
import inspect
import json
import random
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from paperatlas.errors import InputError, ModelError
from paperatlas.extract.learned.model import CHECKSUMS, MODEL_FILES, Calibration, Model, folder_of
from paperatlas.extract.learned.nodes import (
    HAS_DATASET,
    HAS_METRIC,
    NUMBER_NODE,
    PAPER_NODE,
    RELATIONS,
    TYPES,
    geometry,
)
from paperatlas.extract.learned.pieces import Pieces, Window
from paperatlas.extract.learned.reading import read
from paperatlas.extract.paper import Paper
from paperatlas.extract.pipeline import extract_facts, load
from paperatlas.extract.training.examples import ALTERNATIVE, Example, examples, span_classes
from paperatlas.extract.training.fit import fit
from paperatlas.extract.training.losses import losses_of
from paperatlas.extract.training.network import Block, Network, Shape
from paperatlas.extract.training.plan import Plan
from paperatlas.extract.training.restore import restored
from paperatlas.extract.training.ship import export, seal, write_embeddings
from paperatlas.extract.training.silver import Draft, _collected, _finished
from paperatlas.extract.training.student import student
from paperatlas.extract.training.train import Config, Silver, train
from paperatlas.extract.training.tune import _calibration
from paperatlas.extract.training.vocabulary import pruned
from paperatlas.schema import EntityType, RelationType

SIGNS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LETTERS = [*"abcdefghijklmnopqrstuvwxyz0123456789.,-()%"]
WORDS = "we propose a neural network it is evaluated on the dataset for image classification with accuracy of".split()
SHAPE: dict[str, Any] = {"layers": 2, "width": 32, "heads": 4, "inner": 64, "span": 32, "node": 32, "dropout": 0.0}


@pytest.fixture(scope="module")
def vocabulary() -> Tokenizer:
    pieces = dict.fromkeys([*SIGNS, *LETTERS, *(f"##{letter}" for letter in LETTERS), *WORDS])
    tokenizer = Tokenizer(WordPiece({piece: n for n, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.add_special_tokens(SIGNS)
    return tokenizer


def record(number: int) -> dict[str, object]:
    name, data = f"Foo{chr(97 + number % 26)}Net", f"Bar{chr(97 + number % 26)}Set"
    text = (
        f"We propose {name}, a neural network. {name} is evaluated on the {data} dataset for image classification, "
        f"with an accuracy of 7{number % 10}.5%."
    )
    return {
        "id": f"d{number}",
        "text": text,
        "entities": [
            {"key": "n", "name": name, "type": "Model", "alt_types": ["Method"], "aliases": [name]},
            {"key": "nn", "name": "neural network", "type": "Method", "aliases": ["neural network"], "optional": True},
            {"key": "d", "name": data, "type": "Dataset", "aliases": [data]},
            {"key": "t", "name": "image classification", "type": "Task", "aliases": ["image classification"]},
            {"key": "a", "name": "accuracy", "type": "Metric", "aliases": ["accuracy"]},
        ],
        "relations": [
            {"head": "PAPER", "type": "introduces", "tail": "n"},
            {"head": "n", "type": "evaluatedOn", "tail": "d"},
            {"head": "n", "type": "appliedTo", "tail": "t"},
            {"head": "n", "type": "isA", "tail": "nn", "optional": True},
        ],
        "results": [{"subject": "n", "metric": "a", "value": f"7{number % 10}.5", "dataset": "d", "kind": "score"}],
    }


@pytest.fixture(scope="module")
def config(vocabulary: Tokenizer, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A configuration with 26 abstracts, and an encoder that has learned nothing yet."""
    folder = tmp_path_factory.mktemp("training")
    vocabulary.save(str(folder / "vocabulary.json"))
    records = [json.dumps(record(n)) + "\n" for n in range(26)]
    (folder / "train.jsonl").write_text("".join(records))
    (folder / "dev.jsonl").write_text("".join(records[:6]))
    width, inner = SHAPE["width"], SHAPE["inner"]
    torch.manual_seed(0)

    def weights(*shape: float) -> torch.Tensor:
        return torch.randn([int(size) for size in shape]) * 0.05

    encoder = {
        "embeddings.word_embeddings.weight": weights(vocabulary.get_vocab_size(), width),
        "embeddings.position_embeddings.weight": weights(512, width),
        "embeddings.token_type_embeddings.weight": weights(2, width),
        "embeddings.LayerNorm.weight": torch.ones(int(width)),
        "embeddings.LayerNorm.bias": weights(width),
    }
    for n in range(3):
        layer = f"encoder.layer.{n}"
        shapes = {f"attention.self.{part}": (width, width) for part in ("query", "key", "value")}
        shapes |= {"attention.output.dense": (width, width), "intermediate.dense": (inner, width)}
        shapes |= {"output.dense": (width, inner)}
        for part, shape in shapes.items():
            encoder |= {f"{layer}.{part}.weight": weights(*shape), f"{layer}.{part}.bias": weights(shape[0])}
        for part in ("attention.output.LayerNorm", "output.LayerNorm"):
            encoder |= {f"{layer}.{part}.weight": torch.ones(int(width)), f"{layer}.{part}.bias": weights(width)}
    save_file(encoder, folder / "encoder.safetensors")
    (folder / "config.toml").write_text(
        'train = ["train.jsonl"]\ndev = ["dev.jsonl"]\nencoder = "encoder.safetensors"\nvocabulary = "vocabulary.json"\n'
        f"[network]\n{''.join(f'{k} = {v}{chr(10)}' for k, v in SHAPE.items())}"
        "[fit]\nepochs = 25\nbatch = 4\nencoder_rate = 3e-3\nhead_rate = 3e-3\n"
    )
    return Config.read(folder / "config.toml")


@pytest.fixture(scope="module")
def trained(config: Config, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("model")
    said: list[str] = []
    train(config, folder, said.append)
    return folder, said


def test_what_was_trained_extracts(trained: tuple[Path, list[str]]) -> None:
    folder, said = trained
    first, last = (float(line.split("spans ")[1].split(",")[0]) for line in (said[2], said[-2]))
    assert last < first / 4
    nlp = load("learned", model=str(folder))
    unseen = record(3)["text"]
    (facts,) = extract_facts([Paper(str(unseen), id="p")], nlp)
    found = {entity.name: entity.type.value for entity in facts.entities}
    assert found["BardSet"] == "Dataset"
    assert found["image classification"] == "Task"
    assert found["accuracy"] == "Metric"
    stated = {(r.head, r.type.value, r.tail) for r in facts.relations}
    assert ("foodnet", "evaluatedOn", "bardset") in stated
    assert [(r.metric, r.value, r.unit, r.dataset) for r in facts.results] == [("accuracy", "73.5", "%", "bardset")]


def test_training_again_gives_the_same_model(config: Config, tmp_path: Path) -> None:
    brief = replace(config, train=config.dev, fit={"epochs": 2, "batch": 3})
    for name in ("one", "two"):
        train(brief, tmp_path / name, lambda _: None)
    assert (tmp_path / "one" / CHECKSUMS).read_text() == (tmp_path / "two" / CHECKSUMS).read_text()


def test_the_files_say_what_the_network_says(trained: tuple[Path, list[str]], config: Config) -> None:
    folder, _ = trained
    assert {path.name for path in folder.iterdir()} == {*MODEL_FILES, CHECKSUMS}
    model = Model(folder)
    network = restored(folder).eval()
    doc = load("rules", exclude=("tagger", "entities", "relations", "results"))(str(record(7)["text"]))
    (reading,) = read([doc], model)
    (view,) = reading.views
    window = view.window
    with torch.no_grad():
        ids, kinds, first, last = (
            torch.from_numpy(array)[None] for array in (window.ids, window.kinds, window.first, window.last)
        )
        states = network.encoder(ids, kinds)
        spans = network.spans(states, first, last).exp()[0].numpy()
        nodes = geometry(window, [[], [(0, 1), (9, 10)], [(4, 6)], [(12, 13)]], [PAPER_NODE, 0, 2, NUMBER_NODE])
        names = (*inspect.signature(network.pairs.forward).parameters,)[1:-1]
        places = [torch.from_numpy(getattr(nodes, name))[None] for name in names]
        pairs, types, numbers = network.pairs(torch.from_numpy(view.states)[None], *places)
    # Eight-bit integers are not exact, but hold the same things for likely.
    inside = view.spans[..., 0] < 1
    assert np.abs(view.spans - spans)[inside].mean() < 0.02
    said = model.pairs(view.states, nodes)
    for written, held in (
        (said.pairs, pairs.sigmoid()),
        (said.types, types.softmax(-1)),
        (said.numbers, numbers.sigmoid()),
    ):
        assert np.abs(written - held[0].numpy()).max() < 0.05


def test_a_model_becomes_a_network_and_the_same_model_again(trained: tuple[Path, list[str]], tmp_path: Path) -> None:
    folder, _ = trained
    network = restored(folder)
    # What is left out while it is trained, no file says.
    assert replace(network.shape, dropout=0.0) == Shape(pieces=len(network.encoder.pieces.weight), **SHAPE)
    export(network, tmp_path)
    write_embeddings(network, tmp_path)
    for name in ("encoder.onnx", "spans.onnx", "pairs.onnx", "pieces.npz"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_examples_hold_what_is_annotated(vocabulary: Tokenizer) -> None:
    nlp = load("rules", exclude=("tagger", "entities", "relations", "results"))
    (example,) = examples([record(0)], nlp, Pieces(vocabulary), longest=8)
    tokens = [token.text for token in nlp(str(record(0)["text"]))]
    mentions = [[" ".join(tokens[a:b]) for a, b in thing.mentions] for thing in example.things]
    assert mentions == [
        ["FooaNet", "FooaNet"],
        ["neural network"],
        ["BaraSet"],
        ["image classification"],
        ["accuracy"],
    ]
    assert (0, RELATIONS.index(RelationType.INTRODUCES), 1, False) in example.relations
    assert (1, RELATIONS.index(RelationType.IS_A), 2, True) in example.relations
    (figure,) = example.figures
    assert figure.is_result
    assert {(HAS_METRIC, 5), (HAS_DATASET, 3)} <= set(figure.links)
    right = span_classes(example, 8)
    start, end = example.things[1].mentions[0]
    assert np.flatnonzero(right[start, end - start - 1]).tolist() == [0, 2]
    start, _ = example.things[0].mentions[0]
    # A Model, or else a Method.
    assert right[start, 0].tolist() == pytest.approx([0, 1, ALTERNATIVE, 0, 0, 0])
    assert np.flatnonzero(right[start, 1]).tolist() == [0]


def test_nothing_is_learned_from_an_optional_result(vocabulary: Tokenizer) -> None:
    nlp = load("rules", exclude=("tagger", "entities", "relations", "results"))
    results = [{"subject": "n", "metric": "a", "value": "71.5", "dataset": "d", "kind": "score", "optional": True}]
    (example,) = examples([record(1) | {"results": results}], nlp, Pieces(vocabulary), longest=8)
    assert [figure.optional for figure in example.figures] == [True]


def test_a_student_shares_the_embeddings_of_its_teacher(
    trained: tuple[Path, list[str]], config: Config, tmp_path: Path
) -> None:
    teacher, _ = trained
    # What stands in the training file is known already; what is too short is no abstract.
    records = [record(n) for n in range(26)]
    texts = [str(r["text"]) for r in records] + [f"In text {n}, {records[n]['text']} " * 4 for n in range(5)]
    (tmp_path / "texts.jsonl").write_text("".join(json.dumps({"abstract": text}) + "\n" for text in texts))
    said: list[str] = []
    fewer = replace(
        config,
        encoder=None,
        vocabulary=None,
        student_of=teacher,
        network={"layers": 1, "heads": 2, "inner": 32},
        fit={"epochs": 2, "batch": 4},
        silver=Silver(teacher, 100, (tmp_path / "texts.jsonl",), workers=1),
    )
    train(replace(fewer, shares=teacher), tmp_path / "student", said.append)
    assert f"5 abstracts annotated by {teacher.name}" in said
    own = {path.name for path in (tmp_path / "student").iterdir()}
    assert own == {*MODEL_FILES, CHECKSUMS} - {"pieces.npz", "vocabulary.json"}
    assert restored(tmp_path / "student").shape.layers == 1
    train(fewer, tmp_path / "with its own", said.append)
    assert {*MODEL_FILES} <= {path.name for path in (tmp_path / "with its own").iterdir()}
    before_work: list[str] = []
    (tmp_path / "another").mkdir()
    for name in ("pieces.npz", "vocabulary.json"):
        (tmp_path / "another" / name).write_bytes(b"")
    with pytest.raises(InputError, match=r"another.*not the same as this model's"):
        train(replace(fewer, shares=tmp_path / "another"), tmp_path / "third", before_work.append)
    assert before_work == []
    (facts,) = extract_facts([Paper(texts[0], id="p")], load("learned", model=str(tmp_path / "student")))
    assert [entity.name for entity in facts.entities if entity.type is EntityType.TASK] == ["image classification"]


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ({"heads": 5}, "a student has 1 to 4 heads, not 5"),
        ({"inner": 0}, "a student has 1 to 64 inner, not 0"),
        ({"width": 64}, "a student has its teacher's width, 32, not 64"),
    ],
)
def test_a_student_that_cannot_be_is_refused_before_hours_of_work(
    sizes: dict[str, int], said: str, trained: tuple[Path, list[str]], config: Config, tmp_path: Path
) -> None:
    wrong = replace(config, encoder=None, vocabulary=None, student_of=trained[0], network=sizes)
    reported: list[str] = []
    with pytest.raises(InputError, match=said):
        train(wrong, tmp_path / "student", reported.append)
    assert reported == []


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ({"layers": 4}, "it has 3 layers, not 4"),
        ({"inner": 32}, "it has inner 64, width 32, heads 4, not inner 32, width 32, heads 4"),
        ({"heads": 2}, "it has inner 64, width 32, heads 4, not inner 64, width 32, heads 2"),
    ],
)
def test_an_encoder_of_other_sizes_is_refused(sizes: dict[str, int], said: str, config: Config, tmp_path: Path) -> None:
    assert config.encoder
    encoder = tmp_path / "encoder.safetensors"
    shutil.copy(config.encoder, encoder)
    (tmp_path / "config.json").write_text('{"num_attention_heads": 4}')
    with pytest.raises(InputError, match=said):
        train(replace(config, encoder=encoder, network={**config.network, **sizes}), tmp_path / "model", print)


def test_the_model_that_is_learned_from_is_not_written_over(trained: tuple[Path, list[str]], config: Config) -> None:
    folder, _ = trained
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    student = replace(config, encoder=None, vocabulary=None, student_of=folder, network={})
    with pytest.raises(InputError, match="the model of the configuration itself"):
        train(student, folder / ".." / folder.name, print)
    # Neither is another, before there is a new one.
    with pytest.raises(InputError, match="a student has"):
        train(replace(student, student_of=folder_of("fast"), network={"heads": 99}), folder, print)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(f"{folder.name}.")] == []


def test_a_student_of_the_same_size_begins_as_its_teacher(trained: tuple[Path, list[str]]) -> None:
    teacher = restored(trained[0]).eval()
    windows = [Window(0, 6, np.arange(6), np.zeros(6, int), np.arange(6), np.arange(6), np.zeros(6, int))]
    same = student(teacher, teacher.shape, windows).state_dict()
    assert all(torch.equal(value, same[name]) for name, value in teacher.state_dict().items())


def test_a_teacher_of_another_version_is_refused(
    trained: tuple[Path, list[str]], config: Config, tmp_path: Path
) -> None:
    old = tmp_path / "old"
    shutil.copytree(trained[0], old)
    student_of_old = replace(config, encoder=None, vocabulary=None, student_of=old, network={})
    # Two graphs that stand for each other; then one that is not what the checksums say.
    for name in ("spans.onnx", "pairs.onnx"):
        shutil.copy(trained[0] / name, old / ("pairs.onnx" if name == "spans.onnx" else "spans.onnx"))
    seal(old, MODEL_FILES)
    with pytest.raises(InputError, match=r"old.*no model that this version wrote"):
        train(student_of_old, tmp_path / "s", print)
    (old / "encoder.onnx").write_bytes(b"not a graph")
    with pytest.raises(ModelError, match="not the file that the model was made with"):
        train(student_of_old, tmp_path / "s", print)


def _blocks(network: Network) -> list[Block]:
    return [cast("Block", block) for block in network.encoder.blocks]


def test_a_student_leaves_out_what_says_nothing() -> None:
    torch.manual_seed(1)
    shape = Shape(pieces=20, **SHAPE)
    teacher = Network(shape).eval()
    with torch.no_grad():
        for block in _blocks(teacher):
            # The first and the last of four heads see the same in all of a text, half of the neurons in every text.
            rows = torch.cat([torch.arange(0, 8), torch.arange(24, 32)])
            block.qkv.weight[rows + 2 * 32] = 0
            block.up.weight[::2] = 0
            block.up.bias[::2] = 1.5
            torch.nn.init.orthogonal_(block.out.weight)
            block.down.weight[:, 1::2] = torch.nn.init.orthogonal_(torch.empty(32, 32))
    windows = [
        Window(0, 6, np.arange(6) + n, np.arange(6) % 5, np.arange(6), np.arange(6), np.zeros(6, int)) for n in range(9)
    ]
    thin = student(teacher, replace(shape, heads=2, inner=32), windows).eval()
    assert [(block.out.in_features, block.down.in_features) for block in _blocks(thin)] == [(16, 32)] * 2
    ids, kinds = torch.tensor([[7, 3, 12, 1]]), torch.tensor([[0, 1, 1, 4]])
    with torch.no_grad():
        assert torch.allclose(thin.encoder(ids, kinds), teacher.encoder(ids, kinds), atol=1e-5)
    # Its teacher stays as it is, and so do the embeddings, which both share.
    assert [block.out.in_features for block in _blocks(teacher)] == [32, 32]
    assert [name for name, p in thin.named_parameters() if not p.requires_grad] == ["encoder.pieces.weight"]


def test_words_are_hidden_while_a_network_learns(vocabulary: Tokenizer, monkeypatch: pytest.MonkeyPatch) -> None:
    nlp = load("rules", exclude=("tagger", "entities", "relations", "results"))
    pieces = Pieces(vocabulary)
    data = examples([record(n) for n in range(12)], nlp, pieces, longest=4)
    shown: list[Window] = []

    def noted(network: Network, batch: Sequence[Example], *_: object) -> list[torch.Tensor]:
        shown.extend(example.window for example in batch)
        return [network.spans.lengths.weight.sum()] * 4

    monkeypatch.setattr("paperatlas.extract.training.fit.losses_of", noted)
    assert vocabulary.token_to_id("[MASK]") == pieces.mask != 0
    for share in (0.0, 0.5, 0.9):
        shown.clear()
        plan = Plan(epochs=8, batch=4, hidden=share)
        network = Network(Shape(pieces=vocabulary.get_vocab_size(), **SHAPE))
        fit(network, [(e, e) for e in data], plan, lambda *_: None, mask=pieces.mask)
        assert len(shown) == 8 * len(data)
        words = [w.ids[a : b + 1] for w in shown for a, b in zip(w.first, w.last, strict=True) if a <= b]
        whole = [set(word.tolist()) == {pieces.mask} for word in words]
        assert abs(np.mean(whole) - share) < 0.05
        # A word is hidden with all its pieces; what begins and ends a text is not.
        assert all(hidden or pieces.mask not in word for word, hidden in zip(words, whole, strict=True))
        assert {(int(w.ids[0]), int(w.ids[-1])) for w in shown} == {(2, 3)}
    # What is learned from stays as it is.
    assert not any(pieces.mask in example.window.ids for example in data)


def test_what_hides_words_is_the_vocabularys_own_sign_for_that(
    config: Config, vocabulary: Tokenizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Begun(Exception):  # noqa: N818
        """The fit has begun."""

    def noted(_network: Network, batch: Sequence[Example], *_: object) -> list[torch.Tensor]:
        raise Begun(np.unique(np.concatenate([example.window.ids for example in batch])).tolist())

    hiding = replace(config, fit={**config.fit, "hidden": 0.9})
    monkeypatch.setattr("paperatlas.extract.training.fit.losses_of", noted)
    with pytest.raises(Begun) as shown:
        train(hiding, tmp_path / "model", lambda _: None)
    # What opens and closes a text, what hides, a few words; but not what fills up a batch.
    assert {2, 3, vocabulary.token_to_id("[MASK]")} < {*shown.value.args[0]}
    assert 0 not in shown.value.args[0]
    assert config.vocabulary
    without = json.loads(config.vocabulary.read_text(encoding="utf-8").replace("[MASK]", "[NONE]"))
    (tmp_path / "vocabulary.json").write_text(json.dumps(without))
    with pytest.raises(InputError, match=r"no word can be hidden: the vocabulary has no \[MASK\]"):
        train(replace(hiding, vocabulary=tmp_path / "vocabulary.json"), tmp_path / "model", lambda _: None)


def test_a_student_comes_to_hold_and_say_what_its_teacher_does(
    trained: tuple[Path, list[str]], vocabulary: Tokenizer
) -> None:
    teacher = restored(trained[0]).eval()
    nlp = load("rules", exclude=("tagger", "entities", "relations", "results"))
    data = [
        (e, e) for e in examples([record(n) for n in range(12)], nlp, Pieces(vocabulary), longest=teacher.shape.longest)
    ]
    windows = [example.window for example, _ in data]

    def apart(states_weight: float, taught_weight: float) -> tuple[float, float]:
        plan = Plan(epochs=6, batch=4, encoder_rate=1e-3, states_weight=states_weight, taught_weight=taught_weight)
        thin = student(teacher, replace(teacher.shape, heads=1, inner=8), windows)
        thin.load_state_dict(fit(thin, data, plan, lambda *_: None, teacher=teacher))
        _, _, _, _, states, spans, *_ = losses_of(thin.eval(), [e for e, _ in data], plan, random.Random(1), teacher)
        return float(states.detach()), float(spans.detach())

    (states, taught), (nearer, _), (_, said) = apart(0, 0), apart(99, 0), apart(0, 99)
    assert nearer < 0.8 * states
    assert said < 0.8 * taught


@pytest.mark.parametrize(
    ("changed", "heard"),
    [
        ("encoder.blocks.1.norm2.bias", {"states", "spans", "pairs", "types", "numbers"}),
        ("spans.inside.bias", {"spans"}),
        ("pairs.pairs.bias", {"pairs"}),
        ("pairs.types.bias", {"types"}),
        ("pairs.numbers.bias", {"numbers"}),
    ],
)
def test_a_student_hears_of_whatever_its_teacher_says_otherwise(
    changed: str, heard: set[str], trained: tuple[Path, list[str]], vocabulary: Tokenizer
) -> None:
    teacher = restored(trained[0]).eval()
    nlp = load("rules", exclude=("tagger", "entities", "relations", "results"))
    longest = teacher.shape.longest
    data = [e for n in range(4) for e in examples([record(n)], nlp, Pieces(vocabulary), longest=longest)]
    same = copy.deepcopy(teacher)

    def taught() -> dict[str, float]:
        found = losses_of(same, data, Plan(split=0.0, mistyped=0.0), random.Random(1), teacher)[4:]
        names = ("states", "spans", "pairs", "types", "numbers")
        return {name: float(loss.detach()) for name, loss in zip(names, found, strict=True)}

    assert taught() == pytest.approx(dict.fromkeys(("states", "spans", "pairs", "types", "numbers"), 0.0), abs=1e-6)
    with torch.no_grad():
        bias = dict(same.named_parameters())[changed]
        bias.add_(torch.arange(len(bias)) / 2)
    assert {name for name, loss in taught().items() if loss > 1e-4} == heard


def test_names_are_brought_into_line_through_all_texts(trained: tuple[Path, list[str]]) -> None:
    dataset, model = np.eye(len(TYPES))[[TYPES.index(EntityType.DATASET), TYPES.index(EntityType.MODEL)]]

    def draft(types: dict[str, np.ndarray], names: dict[str, np.ndarray]) -> Draft:
        entities = [{"key": name, "name": name, "aliases": [name], "mentions": [[0, 7]]} for name in types]
        text = " and ".join({**types, **names})
        return Draft({"text": text, "entities": entities, "relations": [], "results": []}, types, names)

    usual = [draft({"FooSet5": dataset}, {}) for _ in range(9)]
    unusual = draft({"FooSet5": 0.9 * model}, {})
    missed = draft({"Elsewhere": 0.7 * model}, {"FooSet5": 0.3 * dataset})
    unknown = draft({"BarNet2": 0.4 * model}, {"BazNet3": 0.3 * model})
    known = _collected([*usual, unusual, missed, unknown])
    (entity,) = _finished(unusual, known)["entities"]
    assert (entity["type"], entity["alt_types"], entity["optional"]) == ("Dataset", ["Model"], False)
    found = {e["name"]: (e["type"], e["optional"]) for e in _finished(missed, known)["entities"]}
    assert found == {"Elsewhere": ("Model", False), "FooSet5": ("Dataset", False)}
    # A name by itself, not the end of another.
    usual = [draft({"BERT-97": model}, {}) for _ in range(9)]
    hidden = draft({"RoBERT-97": model}, {"BERT-97": 0.3 * model})
    found = {e["name"]: (e["type"], e["optional"]) for e in _finished(hidden, _collected([*usual, hidden]))["entities"]}
    assert found == {"RoBERT-97": ("Model", False), "BERT-97": ("Model", False)}
    within = replace(hidden, record={**hidden.record, "text": "RoBERT-97, not RoBERT-97b"})
    assert [e["name"] for e in _finished(within, _collected([*usual, within]))["entities"]] == ["RoBERT-97"]
    # What no other text knows stays as unsure as it is.
    assert [(e["name"], e["optional"]) for e in _finished(unknown, known)["entities"]] == [("BarNet2", True)]


def test_shared_files_are_named_by_the_shortest_way_whatever_links_lead_there(
    trained: tuple[Path, list[str]], config: Config, tmp_path: Path
) -> None:
    shutil.copytree(trained[0], tmp_path / "models" / "teacher")
    (tmp_path / "linked").symlink_to(tmp_path / "models")
    teacher = tmp_path / "linked" / "teacher"
    sizes = {"layers": 1, "heads": 2, "inner": 32}
    student = replace(config, encoder=None, vocabulary=None, student_of=teacher, shares=teacher, network=sizes)
    train(replace(student, fit={"epochs": 1, "batch": 4}), tmp_path / "linked" / "student", lambda _: None)
    assert "  ../teacher/pieces.npz\n" in (tmp_path / "models" / "student" / CHECKSUMS).read_text()


def test_no_calibration_turns_the_order_of_scores_around() -> None:
    assert _calibration([(0.9, False)] * 20 + [(0.1, True)] * 20) == Calibration()
    rising = _calibration([(0.9, True)] * 15 + [(0.9, False)] * 5 + [(0.1, False)] * 20)
    assert rising(0.1) < 0.2 < 0.7 < rising(0.9) < 0.8


def test_a_pruned_vocabulary_spells_what_it_kept(vocabulary: Tokenizer) -> None:
    text = "we propose a network on the dataset"
    fewer, kept = pruned(vocabulary, [text], least=1)
    assert fewer.get_vocab_size() == len(kept) < vocabulary.get_vocab_size()
    assert fewer.encode(text).tokens == vocabulary.encode(text).tokens
    assert [kept[n] for n in fewer.encode(text).ids] == vocabulary.encode(text).ids
    assert "".join(fewer.encode("accuracy").tokens).replace("##", "") == "accuracy"
    assert random.Random(0).choice(SIGNS) in fewer.get_vocab()
