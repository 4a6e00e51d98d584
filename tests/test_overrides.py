"""A person's word: read with errors that name the line, obeyed at every build, written with comments kept."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from lxml import etree

from paperatlas import deciding
from paperatlas.building import build, relink
from paperatlas.errors import InputError, NotFoundError, OutputError, OverridesError, UsageError
from paperatlas.export import write
from paperatlas.extract.pipeline import Options
from paperatlas.graph.atlas import STORE, Atlas, open_atlas
from paperatlas.graph.overrides import parse_overrides, read_overrides
from paperatlas.graph.resolve import resolve
from paperatlas.graph.resolve.decisions import Overrides
from paperatlas.graph.review import questions
from paperatlas.graph.verify import verify

from .test_resolution import DATASET, METHOD, MODEL, TASK, named, paper

GAN = (
    "We train a generative adversarial network (GAN) on CelebA. The GAN beats BigGAN on ImageNet 128x128.",
    "BigGAN and BigGAN-deep are trained on ImageNet. We report the Inception Score (IS) of BigGAN.",
)
FILTERING = (
    "We propose Bright Filtering (BF), a method. BF is trained on CelebA.",
    "We train ResNet with BF on ImageNet.",
    "BF is a method. We use BF on MNIST.",
)

FACTS = [
    paper("p1", named("Foo", MODEL), named("Bar", MODEL)),
    paper("p2", named("Foo", METHOD), named("FooNet", MODEL)),
    paper("p3", named("anomaly detection", TASK, "AD"), named("MVTec", DATASET)),
    paper("p4", named("AD", TASK), named("MVTec", DATASET)),
]


def told(text: str) -> dict[str, set[tuple[str, str]]]:
    return {thing.id: {*thing.members} for thing in resolve(FACTS, decisions=parse_overrides(text))}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[merge]\n", "overrides.toml:1: not TOML"),
        ('\n[[merge]]\nname = ["a", "b"]', "overrides.toml:2: unknown key 'name' in [[merge]] (one of names, papers)"),
        ('[[merge]]\nnames = ["a", "b"]\n\n[[marge]]', "overrides.toml:4: unknown entry 'marge'"),
        ('[[merge]]\nnames = ["a"]', "overrides.toml:1: merge needs two names or more"),
        ('# x\n[[apart]]\nnames = ["GPT 2", "GPT-2"]', "overrides.toml:2: these names are spelt alike"),
        ('[[retype]]\nname = "a"\ntype = "Modell"', "overrides.toml:1: unknown type 'Modell'"),
        ('[[rename]]\nname = "a"', "overrides.toml:1: rename needs a name in 'to'"),
        ('[[drop]]\nname = { nam = "a" }', "overrides.toml:1: unknown key 'nam' in a name"),
        ("[merge]\nnames = []", "overrides.toml:1: merge is no list of tables (write [[merge]])"),
        ('[[apart]]\nnames = ["a", "b"]\npapers = "p1"', "overrides.toml:1: papers is no list of papers"),
        (
            '[[merge]]\nnames = ["a", "b"]\n[[merge]]\nnames = ["b", "c"]\n[[apart]]\nnames = ["c", "a"]',
            "overrides.toml:5: keeps apart what is merged",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, message: str) -> None:
    with pytest.raises(OverridesError) as error:
        parse_overrides(text)
    assert message in str(error.value)


def test_nothing_said_changes_nothing() -> None:
    assert parse_overrides("# not yet") == Overrides()
    assert parse_overrides("# one").digest() == parse_overrides("\n# two").digest()
    assert parse_overrides('[[drop]]\nname = "a"').digest() != Overrides().digest()


def test_merge_apart_rename_retype_drop() -> None:
    plain = told("")
    assert {*plain} == {"foo", "bar", "foonet", "anomaly-detection", "mvtec"}
    assert told('[[merge]]\nnames = ["Bar", "Foo"]')["bar"] == plain["bar"] | plain["foo"]
    assert told('[[apart]]\nnames = ["anomaly detection", "AD"]')["ad"] == {("p4", "AD")}
    assert told('[[apart]]\nnames = ["Foo"]\npapers = ["p2"]') == {
        **{name: plain[name] for name in ("bar", "foonet", "anomaly-detection", "mvtec")},
        "foo-model": {("p1", "Foo")},
        "foo-method": {("p2", "Foo")},
    }
    assert told('[[rename]]\nname = "foonet"\nto = "Foo Network"')["foo-network"] == plain["foonet"]
    assert "mvtec" not in told('[[drop]]\nname = "MVTec"')
    (foo,) = [
        t for t in resolve(FACTS, decisions=parse_overrides('[[retype]]\nname="Foo"\ntype="task"')) if t.id == "foo"
    ]
    assert foo.type is TASK


def test_the_type_tells_things_of_one_name_apart() -> None:
    split = '[[apart]]\nnames = ["Foo"]\npapers = ["p2"]\n'
    found = told(split + '[[drop]]\nname = { name = "Foo", type = "Method" }')
    assert found["foo"] == {("p1", "Foo")}


def test_a_merge_in_some_papers() -> None:
    found = told('[[merge]]\nnames = ["Bar", "Foo"]\npapers = ["p2"]')
    assert found["bar"] == {("p1", "Bar"), ("p2", "Foo")}
    assert found["foo"] == {("p1", "Foo")}


def built(folder: Path, abstracts: tuple[str, ...]) -> Path:
    source = folder / "papers.jsonl"
    source.write_text("".join(json.dumps({"id": f"p{n}", "abstract": a}) + "\n" for n, a in enumerate(abstracts)))
    build([str(source)], folder / "atlas", options=Options("rules"))
    return folder / "atlas"


@pytest.fixture
def atlas(tmp_path: Path) -> Path:
    return built(tmp_path, GAN)


def names(atlas: Atlas) -> set[str]:
    return {atlas.graph.nodes[node]["name"] for node in atlas.things()}


def test_a_persons_word_survives_rebuilds_and_can_be_taken_back(atlas: Path) -> None:
    before = (atlas / "atlas.ttl").read_bytes()
    (atlas / "overrides.toml").write_text("# Mine.\n")
    assert "BigGAN-deep" in names(open_atlas(atlas))
    deciding.merge(atlas, ["BigGAN", "BigGAN-deep"])
    deciding.rename(atlas, "CelebA", "CelebFaces")
    text = (atlas / "overrides.toml").read_text()
    assert text.startswith("# Mine.\n")
    assert read_overrides(atlas).merges[0].names[1].name == "BigGAN-deep"
    merged = (atlas / "atlas.ttl").read_bytes()
    assert b"BigGAN-deep" in merged
    build([str(atlas.parent / "papers.jsonl")], atlas, options=Options("rules"))
    assert (atlas / "atlas.ttl").read_bytes() == merged
    assert names(open_atlas(atlas)) >= {"BigGAN", "CelebFaces"}
    assert "BigGAN-deep" not in names(open_atlas(atlas))
    # Another word on the same takes the place of the first.
    deciding.rename(atlas, "CelebFaces", "CelebA")
    deciding.split(atlas, "BigGAN", ["BigGAN-deep"])
    assert not read_overrides(atlas).merges
    assert len(read_overrides(atlas).renames) == 1
    assert "BigGAN-deep" in names(open_atlas(atlas))
    (atlas / "overrides.toml").unlink()
    build([str(atlas.parent / "papers.jsonl")], atlas, options=Options("rules"))
    assert (atlas / "atlas.ttl").read_bytes() == before


def test_a_name_that_a_person_gives_can_be_written_anywhere(atlas: Path) -> None:
    deciding.rename(atlas, "CelebA", "\x1b[2JCeleb\x07Faces")
    opened = open_atlas(atlas)
    assert "\ufffd[2JCeleb\ufffdFaces" in names(opened)
    for format in ("graphml", "gexf"):
        write(opened, format, atlas.parent / "out.xml")
        etree.parse(atlas.parent / "out.xml")


def test_edits_that_make_no_sense_say_so(atlas: Path) -> None:
    with pytest.raises(UsageError, match="are one thing already"):
        deciding.merge(atlas, ["GAN", "generative adversarial network"])
    with pytest.raises(NotFoundError, match="is not called 'VAE'"):
        deciding.split(atlas, "GAN", ["VAE"])
    with pytest.raises(UsageError, match="split off what"):
        deciding.split(atlas, "GAN")
    with pytest.raises(NotFoundError, match="no paper 'p9' names"):
        deciding.split(atlas, "GAN", papers=["p9"])
    assert not (atlas / "overrides.toml").exists()


def test_a_word_that_comes_to_nothing_is_not_written(atlas: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deciding.rename(atlas, "CelebA", "Faces")
    listed = atlas.parent / "list.csv"
    listed.write_text("id,name,type\nhttp://e/1,ImageNet,Dataset\n")
    before = {path.name: path.read_bytes() for path in atlas.iterdir()}

    def full(*_: object) -> None:
        raise OutputError("cannot be written: No space left on device")

    monkeypatch.setattr("paperatlas.building.put_in_place", full)
    decisions: list[Callable[[], object]] = [
        lambda: deciding.rename(atlas, "ImageNet", "Pictures"),
        lambda: deciding.merge(atlas, ["BigGAN", "BigGAN-deep"]),
        lambda: deciding.split(atlas, "Inception Score", ["IS"]),
        lambda: relink(atlas, link=[listed]),
    ]
    for decide in decisions:
        with pytest.raises(OutputError, match="No space left"):
            decide()
    with pytest.raises(InputError, match="no such file or folder"):
        build(["/nothing"], atlas, link=[listed])
    assert {path.name: path.read_bytes() for path in atlas.iterdir()} == before
    assert [*verify(atlas / STORE)] == []


def test_what_several_say_at_once_is_all_heard(atlas: Path) -> None:
    names = ["CelebA", "ImageNet", "BigGAN", "BigGAN-deep"]
    code = "import sys; from pathlib import Path; from paperatlas.deciding import rename; rename(Path(sys.argv[1]), *sys.argv[2:])"
    saying = [subprocess.Popen([sys.executable, "-c", code, atlas, name, f"New {name}"]) for name in names]
    assert [process.wait() for process in saying] == [0] * 4
    assert {renamed.to for renamed in read_overrides(atlas).renames} == {f"New {name}" for name in names}
    assert [open_atlas(atlas).find(f"New {name}") for name in names]


def test_the_commands(atlas: Path, paperatlas: Callable[..., CompletedProcess[str]]) -> None:
    why = paperatlas("show", atlas, "GAN", "--why")
    assert why.returncode == 0
    assert "papers give the one for the other\n  generative adversarial network = GAN" in why.stdout
    done = paperatlas("merge", atlas, "BigGAN", "BigGAN-deep")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "biggan is what BigGAN-deep is\n"
    why = paperatlas("show", atlas, "BigGAN", "--why")
    assert "a person said so\n  BigGAN = BigGAN-deep" in why.stdout
    (atlas / "overrides.toml").write_text('[[merge]]\nnames = ["a"]\n')
    refused = paperatlas("build", "-o", atlas)
    assert refused.returncode == 1
    assert "overrides.toml:1: merge needs two names or more" in refused.stderr
    (atlas / "overrides.toml").write_text('[[drop]]\nname = "CelebA"\n\n[[rename]]\nname = "Nessie"\nto = "X"\n')
    again = paperatlas("build", atlas.parent / "papers.jsonl", "-o", atlas, "--pipeline", "rules")
    assert "overrides.toml:4: nothing here is called 'Nessie'" in again.stderr
    assert "CelebA" not in paperatlas("stats", atlas).stdout


def test_review_asks_writes_and_remembers(tmp_path: Path, paperatlas: Callable[..., CompletedProcess[str]]) -> None:
    folder = built(tmp_path, FILTERING)
    waiting = questions(open_atlas(folder), read_overrides(folder))
    assert [(q.one.name, q.other.name) for q in waiting] == [("Bright Filtering", "BF")]
    skipped = paperatlas("review", folder, stdin="s\n")
    assert skipped.returncode == 0
    assert "Bright Filtering = BF?" in skipped.stdout
    assert "Bright Filtering" not in paperatlas("review", folder, stdin="").stdout
    answered = paperatlas("review", folder, "--again", stdin="n\n")
    assert answered.stderr == f"{folder}: 1 answer, 0 left or skipped\n"
    (apart,) = read_overrides(folder).aparts
    assert [name.name for name in apart.names] == ["Bright Filtering", "BF"]
    assert questions(open_atlas(folder), read_overrides(folder)) == []
    assert "bf" in open_atlas(folder).things()
