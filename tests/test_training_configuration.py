"""What to train on, and how: what is read of a configuration, and what is refused before any work."""

import gzip
import json
from pathlib import Path

import pytest

from paperatlas.errors import InputError
from paperatlas.extract.jsonlines import read_objects
from paperatlas.extract.learned.model import folder_of
from paperatlas.extract.training.train import Config, Silver, _unannotated


@pytest.mark.parametrize("entry", ["epochs = 0", "batch = 0", "warmup = 0", "hidden = 1", "hidden = -0.1"])
def test_a_plan_that_has_no_step_is_refused(entry: str, tmp_path: Path) -> None:
    path = tmp_path / "model.toml"
    path.write_text(f'train = ["a.jsonl"]\ndev = ["b.jsonl"]\n[fit]\n{entry}\n')
    with pytest.raises(InputError, match=f"no configuration: {entry}"):
        Config.read(path)


@pytest.mark.parametrize("known", [{"title": "A title"}, {}])
def test_no_annotated_abstract_is_annotated_again(known: dict[str, str], tmp_path: Path) -> None:
    abstracts = [
        f"This is abstract {n}. " + "It has many words and says nothing of what they are for. " * 8 for n in range(3)
    ]
    path = tmp_path / "texts.jsonl"
    path.write_text("".join(json.dumps({"title": "A title", "abstract": abstract}) + "\n" for abstract in abstracts))
    annotated = [{"text": f"A title\n{abstracts[1]}", **known}, {"text": abstracts[2]}]
    drawn = _unannotated(Silver(tmp_path, 9, (path,)), annotated, seed=1)
    assert drawn == [f"A title\n{abstracts[0]}"]


@pytest.mark.parametrize("table", ["network", "fit"])
def test_a_configuration_with_an_unknown_entry_is_refused(table: str, tmp_path: Path) -> None:
    path = tmp_path / "model.toml"
    path.write_text(f'train = ["a.jsonl"]\ndev = ["b.jsonl"]\n[{table}]\nfoo = 1\n')
    with pytest.raises(InputError, match=r"model\.toml.*no configuration.*'foo'"):
        Config.read(path)


def test_models_of_the_package_go_by_their_names(tmp_path: Path) -> None:
    path = tmp_path / "model.toml"
    silver = '[silver]\nmodel = "{}"\nabstracts = 5\ntexts = []\n'
    path.write_text('train = []\ndev = []\nstudent_of = "default"\nshares = "../default"\n' + silver.format("fast"))
    config = Config.read(path)
    assert (config.student_of, config.shares) == (folder_of("default"), tmp_path / "../default")
    assert config.silver
    assert config.silver.model == folder_of("fast")
    path.write_text('train = []\ndev = []\nstudent_of = "mine"\n' + silver.format("default/"))
    config = Config.read(path)
    assert config.student_of == tmp_path / "mine"
    assert config.silver
    assert config.silver.model == tmp_path / "default"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"text": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", r"objects\.jsonl:1: not JSON: nested too deeply"),
        (rb'{"text": "\ud800"}', r"objects\.jsonl:1: not JSON: half of a surrogate pair \(\\ud800\)"),
        (b'{"text": "a"}\n\n{"text": \n', r"objects\.jsonl:3: not JSON"),
        (b'{"text": "a"}\n[1]\n', r"objects\.jsonl:2: no JSON object"),
        (b"\xff\xfe", r"objects\.jsonl: cannot be read: not UTF-8"),
    ],
)
def test_a_line_that_is_no_object_is_reported_with_its_place(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "objects.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        [*read_objects(path)]
    packed = tmp_path / "objects.jsonl.gz"
    packed.write_bytes(gzip.compress(b'\n{"text": "a"}\n')[:-9])
    with pytest.raises(InputError, match="cannot be read"):
        [*read_objects(packed)]


@pytest.mark.parametrize(
    ("text", "message"),
    [("train = [", "no configuration"), ("train = ['x']\n", "no configuration: .*'dev'"), (None, "cannot be read")],
)
def test_a_bad_configuration_is_reported(text: str | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError, match=message):
        Config.read(path)
