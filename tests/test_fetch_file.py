"""The file that papers are fetched into: what is remembered beside it, who may write to it, and what goes by what."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from paperatlas.errors import OutputError
from paperatlas.extract.fetch import File, Request, harvest
from paperatlas.extract.fetch.lines import as_record, keys_of
from paperatlas.extract.fetch.numbers import arxiv_number, number_key
from paperatlas.extract.paper import Paper

from . import services as fake
from .services import QUERY, Services, client_of, feed, fetch, names
from .services import arxiv_number as number_of


def interrupted(services: Services, path: Path) -> None:
    """Fetch two pages of three, and be cut off."""
    waits = iter(range(9))

    def stop(_seconds: float) -> None:
        if next(waits) == 1:
            raise KeyboardInterrupt

    client = client_of(services, "arxiv")
    client.sleep = stop
    with pytest.raises(KeyboardInterrupt):
        harvest(client, QUERY, File(path))
    assert names(path) == [*range(400)]
    services.asked.clear()


@pytest.mark.parametrize("lost", ["deleted", "moved", "emptied", "cut", "another"])
def test_a_mark_does_not_outlive_its_file(lost: str, services: Services, tmp_path: Path) -> None:
    services.papers, path = 450, tmp_path / "a.jsonl"
    interrupted(services, path)
    content = path.read_bytes()
    if lost == "deleted":
        path.unlink()
    elif lost == "moved":
        path.rename(tmp_path / "b.jsonl")
    else:
        another = b"".join(as_record(Paper(f"We {n}", id=str(n))) for n in range(4000))
        path.write_bytes({"emptied": b"", "cut": content[:-1], "another": another}[lost])
    before = path.read_bytes().count(b"We ") if lost == "another" else 0
    fetch(services, "arxiv", QUERY, path)
    assert services.asked[0].params["start"] == "0"
    assert sorted(names(path)) == [*range(450)]
    assert path.read_bytes().count(b"\n") == 450 + before
    assert not (tmp_path / ".a.jsonl.fetch").exists()


def test_a_file_that_others_added_to_is_gone_on_with(services: Services, tmp_path: Path) -> None:
    services.papers, path = 450, tmp_path / "a.jsonl"
    interrupted(services, path)
    fetch(services, "arxiv", Request(ids=(number_of(449),)), path)
    with path.open("ab") as file:
        file.write(b'{"id": "mine", "abstract": "We ..."}')
    services.asked.clear()
    done = fetch(services, "arxiv", QUERY, path)
    assert (done.new, done.known) == (49, 1)
    assert [asked.params["start"] for asked in services.asked] == ["400"]
    assert [*tmp_path.iterdir()] == [path]


def test_a_mark_of_before_is_taken_for_none(services: Services, tmp_path: Path) -> None:
    services.papers, path = 3, tmp_path / "a.jsonl"
    request = {"service": "arXiv", **QUERY.as_json()}
    for more in ({}, {"size": -1, "tail": ""}, {"size": 10**30, "tail": ""}, {"size": "0", "tail": ""}, {"size": 5}):
        (tmp_path / ".a.jsonl.fetch").write_text(json.dumps({"request": request, "mark": "2", "seen": 2, **more}))
        assert fetch(services, "arxiv", QUERY, path).new in (3, 0)
        assert services.asked[-1].params["start"] == "0"


def test_two_at_once_do_not_write_to_one_file(services: Services, tmp_path: Path) -> None:
    services.papers, path = 450, tmp_path / "new" / "a.jsonl"
    other = tmp_path / "b.jsonl"
    other.symlink_to(path)
    refused: list[str] = []

    def meanwhile(_seconds: float) -> None:
        for name in (path, other):
            with pytest.raises(OutputError, match="another fetch is writing to it") as error:
                fetch(services, "arxiv", QUERY, name)
            refused.append(error.value.where)

    client = client_of(services, "arxiv")
    client.sleep = meanwhile
    assert harvest(client, QUERY, File(path)).new == 450
    assert refused == [str(path), str(other)] * 2
    assert len(services.asked) == 3
    assert [*path.parent.iterdir()] == [path]


def test_a_folder_that_nothing_comes_into_is_not_made(services: Services, tmp_path: Path) -> None:
    done = fetch(services, "arxiv", QUERY, tmp_path / "x" / "y" / "a.jsonl")
    assert (done.new, done.skipped) == (0, ())
    assert [*tmp_path.iterdir()] == []


def test_a_name_as_long_as_names_can_be(services: Services, tmp_path: Path) -> None:
    services.papers, path = 450, tmp_path / ("ü" * 121 + "a.jsonl")
    interrupted(services, path)
    assert len([*tmp_path.iterdir()]) == 2
    assert fetch(services, "arxiv", QUERY, path).new == 50
    assert [asked.params["start"] for asked in services.asked] == ["400"]
    assert [*tmp_path.iterdir()] == [path]
    with pytest.raises(OutputError, match="cannot be written: File name too long"):
        fetch(services, "arxiv", QUERY, tmp_path / ("n" * 300))


def test_where_nothing_can_be_written_beside_it(services: Services, tmp_path: Path) -> None:
    (tmp_path / ".a.jsonl.lock").mkdir()
    (tmp_path / "a.jsonl").touch()
    with pytest.raises(OutputError, match="nothing can be written beside it: Is a directory"):
        fetch(services, "arxiv", QUERY, tmp_path / "a.jsonl")
    assert services.asked == []


def test_what_does_not_keep_what_is_written(services: Services, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(OutputError, match="is no regular file"):
            fetch(services, "arxiv", QUERY, path)
    assert services.asked == []


def test_the_first_numbers_are_the_first_ones_again(services: Services, tmp_path: Path) -> None:
    services.papers, path = 5, tmp_path / "a.jsonl"
    request = Request(ids=tuple(f"W{1000 + n}" for n in (3, 1, 2)), limit=2)
    assert (fetch(services, "openalex", request, path).new, names(path)) == (2, [3, 1])
    again = fetch(services, "openalex", request, path)
    assert (again.new, again.known, names(path)) == (0, 2, [3, 1])


# What papers go by.


def test_a_record_without_a_number_goes_by_its_text(services: Services, tmp_path: Path) -> None:
    work = {"title": "A Network", "abstract_inverted_index": {"We": [0], "introduce": [1], "Foo1Net": [2]}}
    other = {**work, "title": "Another Network"}
    body = json.dumps({"meta": {"count": 3}, "results": [work, other, work]}).encode()
    services.pages["/openalex/works"] = lambda _: (200, {}, body)
    path = tmp_path / "a.jsonl"
    for new in (2, 0):
        assert fetch(services, "openalex", QUERY, path).new == new
    assert len(names(path)) == 2


def test_numbers_are_what_arxiv_calls_them(services: Services, tmp_path: Path) -> None:
    old = fake.entry(1).replace(number_of(1), "math/0309136")
    services.pages["/arxiv"] = lambda _: (200, {}, feed(old, 1))
    for spelt in ("math.GT/0309136", "math/0309136", "Math.gt/0309136v1"):
        done = fetch(services, "arxiv", Request(ids=(spelt,)), tmp_path / spelt.replace("/", "_"))
        assert (done.new, done.skipped) == (1, ())
        assert fetch(services, "arxiv", Request(ids=(spelt,)), tmp_path / spelt.replace("/", "_")).known == 1
    assert keys_of(Paper("x", arxiv="math.GT/0309136")) == {number_key("math/0309136v2")} == {"arXiv:math/0309136"}
    assert len(services.asked) == 3


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ("arXiv:2205.06175v2", "2205.06175v2"),
        ("https://arxiv.org/pdf/2205.06175V3.pdf", "2205.06175v3"),
        ("10.48550/arXiv.2205.06175", "2205.06175"),
        ("hep-th/9901001v1", "hep-th/9901001v1"),
        ("٢٢٠٥.٠٦١٧٥", ""),
    ],
)
def test_versions_are_asked_for(given: str, number: str) -> None:
    assert arxiv_number(given) == number


def test_the_version_that_was_asked_for_comes(services: Services, tmp_path: Path) -> None:
    services.papers, path = 3, tmp_path / "a.jsonl"
    done = fetch(services, "arxiv", Request(ids=(f"{number_of(1)}v2", number_of(2))), path)
    assert (done.new, done.skipped) == (2, ())
    assert services.asked[0].params["id_list"] == f"{number_of(1)}v2,{number_of(2)}"
    assert f"{number_of(1)}v2" in path.read_text()


def test_records_that_are_no_papers_go_by_their_number(services: Services, tmp_path: Path) -> None:
    empty = fake.entry(1).replace(fake.escaped(fake.abstract(1)), "")
    services.pages["/arxiv"] = lambda _: (200, {}, feed(fake.entry(0) + empty, 2))
    for request in (QUERY, Request(ids=(number_of(0), number_of(1)))):
        done = fetch(services, "arxiv", request, tmp_path / "a.jsonl")
        assert [str(skipped) for skipped in done.skipped] == [f"arXiv:{number_of(1)}:1: no abstract"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "iso-8859-1"])
def test_feeds_in_any_encoding(encoding: str, services: Services, tmp_path: Path) -> None:
    text = feed(fake.entry(0), 1).decode().replace("UTF-8", encoding.removesuffix("-sig").removesuffix("-be"))
    body = ("\ufeff" * (encoding == "utf-16-be") + text.replace("It is good", "Ünd")).encode(encoding)
    services.faults = [fake.says(body)]
    assert fetch(services, "arxiv", QUERY, tmp_path / "a.jsonl").new == 1
    assert "Ünd" in (tmp_path / "a.jsonl").read_text()


def test_a_page_that_is_no_collection(services: Services, tmp_path: Path) -> None:
    services.pages["/acl/2024.fake.xml"] = lambda _: (200, {}, fake.collection())
    services.faults = [fake.says(b"<html><body>Down</body></html>"), fake.says(b"")]
    told: list[str] = []
    request = Request(volume="2024.fake-long")
    assert fetch(services, "acl", request, tmp_path / "a.jsonl", say=told.append).new == 3
    assert [line.partition(": ")[2].partition(";")[0] for line in told] == [
        "answers no collection",
        "answers no collection (empty file)",
    ]


def test_a_doi_that_leads_out_of_the_path(services: Services, tmp_path: Path) -> None:
    services.pages["/doi/10.1000/foo.1"] = lambda _: (200, {}, fake.csl(1))
    request = Request(ids=("10.1000/../../etc", "10.1000/foo.1"))
    done = fetch(services, "doi", request, tmp_path / "a.jsonl")
    assert (done.new, len(done.failed), [asked.path for asked in services.asked]) == (1, 1, ["/doi/10.1000/foo.1"])
    done = fetch(services, "openalex", Request(ids=("10.1000/./x",)), tmp_path / "b.jsonl")
    assert (len(done.failed), len(services.asked)) == (1, 1)


def test_a_second_interruption_is_not_heard(tmp_path: Path) -> None:
    code = """
import atexit, os, signal, sys
from paperatlas import __main__ as command
def pressed():
    os.kill(os.getpid(), signal.SIGINT)
atexit.register(pressed)
command._run = pressed
command.main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "Interrupted; nothing was changed.\n")
