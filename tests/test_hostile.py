"""What comes in is hostile: bytes, texts and files that no person would write take little, and end in a clear line."""

import gzip
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.fuzz.targets import SEEDS, TARGETS, found, reader
from bench.patterns import UNITS, expressions, growth
from paperatlas.errors import InputError, PaperatlasError
from paperatlas.extract.paper import Paper
from paperatlas.extract.readers import FORMATS, Skipped, files, read_records
from paperatlas.extract.readers.files import TextFile
from paperatlas.extract.readers.xml import elements

ABSTRACT = "We introduce FooNet, a transformer, and evaluate it on ImageNet."
RECORD = json.dumps({"id": "p1", "abstract": ABSTRACT}) + "\n"

#: A file, damaged: pieces of it in any order, with anything in between.
_noise = st.one_of(st.binary(max_size=20), st.sampled_from(UNITS).map(str.encode), st.just(b"\xff\xfe"), st.just(b"\0"))


@st.composite
def damaged(draw: st.DrawFn, seed: str) -> bytes:
    content = seed.encode()
    cuts = sorted(draw(st.lists(st.integers(0, len(content)), max_size=4)))
    parts = [content[a:b] for a, b in zip([0, *cuts], [*cuts, len(content)], strict=True)]
    mixed = [noise + part for part in draw(st.permutations(parts)) for noise in [draw(_noise)]]
    return b"".join(mixed)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=60, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_bytes_are_papers_or_a_clear_complaint(name: str, data: st.DataObject) -> None:
    content = data.draw(st.one_of(damaged(SEEDS[name]), st.binary(max_size=200)))
    reader(name, data.draw(st.sampled_from([content, gzip.compress(content), gzip.compress(content)[:-9]])))
    found(content)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["id", "abstract", "title", "authors", "date", "categories", "versions", "doi", "url", "author"]
            )
            | st.text(max_size=5),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=2000)
@given(_json, st.sampled_from(["jsonl", "json", "answers"]))
def test_any_json_is_papers_or_a_clear_complaint(value: object, name: str) -> None:
    text = json.dumps([value] if name == "json" else value)
    TARGETS[name](text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("name", FORMATS)
def test_no_reader_is_slow_on_texts_that_are_hard_for_it(name: str, patience: None) -> None:
    begin = (
        SEEDS[name][: SEEDS[name].find("We ")] if name not in ("csv", "tsv") else SEEDS[name].partition("\n")[0] + "\n"
    )
    units = [*UNITS, *begin.split(), "@a{", "[[", '{"a":', "TY  - a\n", "arXiv:1 \n\n", "<a>", "<!--", "Abstract:"]

    def seconds(unit: str, size: int) -> float:
        content = (begin + unit * (size // len(unit))).encode()
        started = time.process_time()
        reader(name, content)
        return time.process_time() - started

    hardest = max(units, key=lambda unit: seconds(unit, 2**11))
    part, whole = seconds(hardest, 2**15), seconds(hardest, 2**17)
    # Linear is 4, quadratic 16; what takes no time has no growth.
    assert whole < 0.1 or whole / part < 9, (hardest, part, whole)


def test_the_time_of_expressions_grows_with_the_text_and_no_faster(patience: None) -> None:
    every = expressions()
    assert len(every) > 100
    steep = [one for one in (growth(e, 2**14) for e in every) if one.exponent > 1.8]
    # What looked steep once is measured again, on more text: another process may have been in the way.
    names = {one.where for one in steep}
    again = [growth(e, 2**16) for e in every if e.where in names]
    assert [one for one in again if one.exponent > 1.8] == []


# Bombs.


def test_a_packed_file_that_unpacks_to_too_much(
    tmp_path: Path, patience: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert files.PACKED == 64 * 2**20
    monkeypatch.setattr(files, "PACKED", 2**20)
    size = 2**22
    for name, content in {
        "line.jsonl.gz": gzip.compress(b'{"abstract": "' + b"a" * size),
        "lines.jsonl.gz": gzip.compress(RECORD.encode()) + gzip.compress(b"\n" * size),
        "feed.xml.gz": gzip.compress(SEEDS["atom"][:75].encode() + b" " * size),
        "blank.jsonl.gz": gzip.compress(b" " * size),
    }.items():
        (tmp_path / name).write_bytes(content)
        skipped: list[Skipped] = []
        with pytest.raises(InputError) as error:
            [*read_records([str(tmp_path / name)], skip=skipped.append)]
        assert str(error.value).startswith(f"{tmp_path / name}: unpacks to more than 1,048,576 bytes"), error.value


def test_a_large_file_that_packs_well_is_read(tmp_path: Path) -> None:
    path = tmp_path / "papers.jsonl.gz"
    lines = "".join(RECORD.replace("p1", f"p{n:06}").replace("FooNet", os.urandom(8).hex()) for n in range(2000))
    path.write_bytes(gzip.compress(lines.encode()))
    assert len([*read_records([str(path)], skip=lambda s: pytest.fail(str(s)))]) == 2000


ENTITIES = {
    "billion laughs": "<!DOCTYPE x [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>",
    "quadratic": f"<!DOCTYPE x [<!ENTITY i '{'a' * 50_000}'>]>",
    "a file": "<!DOCTYPE x [<!ENTITY i SYSTEM 'file:///etc/passwd'>]>",
    "the network": "<!DOCTYPE x [<!ENTITY i SYSTEM 'http://127.0.0.1:9/x'>]>",
    "parameters": "<!DOCTYPE x [<!ENTITY % p SYSTEM 'http://127.0.0.1:9/x'> %p;]>",
    "a definition elsewhere": "<!DOCTYPE x SYSTEM 'http://127.0.0.1:9/x.dtd'>",
}


@pytest.mark.parametrize("case", ENTITIES)
@pytest.mark.parametrize("name", ["atom", "anthology"])
def test_entities_are_refused_before_they_do_anything(name: str, case: str, patience: None) -> None:
    seed = SEEDS[name].removeprefix('<?xml version="1.0"?>').replace("We ", "&i; " * 1000 + "We ")
    with pytest.raises(InputError, match="document type declaration is not read"):
        [*FORMATS[name].read(TextFile("x", io.BytesIO((ENTITIES[case] + seed).encode())))]


def test_deep_and_wide_xml(patience: None) -> None:
    for content in (b"<a>" * 100_000, b"<a " + b" ".join(b'b%d="c"' % n for n in range(100_000)) + b"/>"):
        with pytest.raises(InputError, match="not well-formed XML"):
            [*elements(io.BytesIO(b"<feed>" + content), "x", "entry")]


# Files and folders.


def test_pipes_are_read_like_files(tmp_path: Path) -> None:
    command = f"{sys.executable} -m paperatlas extract --pipeline rules -q <(gzip -c in.jsonl) - < packed"
    (tmp_path / "in.jsonl").write_text(RECORD)
    (tmp_path / "packed").write_bytes(gzip.compress(RECORD.replace("p1", "p2").replace("FooNet", "BarNet").encode()))
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["p1", "p2"]


def test_folders_that_lead_round_or_out(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text(RECORD)
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in", target_is_directory=True)
    (tmp_path / "in" / "nowhere").symlink_to(tmp_path / "gone")
    (tmp_path / "secret.jsonl").write_text(RECORD.replace("p1", "secret"))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.jsonl").write_text(RECORD.replace("p1", "linked"))
    (tmp_path / "in" / "folder").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    os.mkfifo(tmp_path / "in" / "pipe")
    papers = [*read_records([str(tmp_path / "in")], skip=lambda s: pytest.fail(str(s)))]
    assert [paper.id for paper in papers] == ["p1"]


def test_a_file_of_a_folder_that_cannot_be_opened_is_one_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.jsonl").write_text(RECORD)
    (tmp_path / "b.jsonl").write_text(RECORD)
    opened = Path.open

    def refuse(path: Path, *arguments: Any, **options: Any) -> object:
        if path.name == "a.jsonl":
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    skipped: list[Skipped] = []
    assert len([*read_records([str(tmp_path)], skip=skipped.append)]) == 1
    assert [str(s) for s in skipped] == [f"{tmp_path}/a.jsonl:1: permission denied"]
    with pytest.raises(InputError, match="permission denied"):
        [*read_records([str(tmp_path / "a.jsonl")], skip=skipped.append)]


@pytest.mark.parametrize("name", ["/proc/self/mem", "/dev/zero", "/dev/null"])
def test_files_that_are_none(name: str, patience: None) -> None:
    with pytest.raises(InputError):
        [*read_records([name], skip=lambda _: None)]


def test_a_name_that_is_not_utf_8(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9.jsonl"
    Path(os.fsdecode(name)).write_text(RECORD)
    (paper,) = read_records([os.fsdecode(name)], skip=lambda s: pytest.fail(str(s)))
    assert paper.sources[0].path == f"{tmp_path}/caf\\xe9.jsonl"


def test_identifiers_with_bytes_that_are_no_text() -> None:
    content = b"TY  - JOUR\nDO  - 10.1000/\xa3oo\nID  - \xff\nAB  - " + ABSTRACT.encode() + b"\nER  - \n"
    (paper,) = FORMATS["ris"].read(TextFile("x", io.BytesIO(content)))
    assert isinstance(paper, Paper)
    assert (paper.doi, paper.key.encode().decode()) == ("10.1000/\ufffdoo", "doi:10.1000/\ufffdoo")


def test_messages_do_nothing_to_a_terminal() -> None:
    assert str(PaperatlasError("a\nb\x1b[2J\x9b", where="c\rd")) == "c d: a b\ufffd[2J\ufffd"
