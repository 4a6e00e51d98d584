"""What two atlases differ in."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from paperatlas.building import build, remove
from paperatlas.extract.pipeline import Options
from paperatlas.graph.atlas import Atlas, open_atlas
from paperatlas.graph.diff import compare, tell

from .growing import extract, write_papers

RULES = Options("rules")


def made(folder: Path, name: str, *abstracts: str) -> Atlas:
    """Build an atlas of papers p0, p1 ..."""
    records = [{"id": f"p{n}", "abstract": abstract} for n, abstract in enumerate(abstracts) if abstract]
    source = write_papers(folder / "papers.jsonl", *records)
    return build([source], folder / name, options=RULES, extract=extract)[0]


def test_an_atlas_does_not_differ_from_itself(tmp_path: Path) -> None:
    atlas = made(tmp_path, "a", "We test DeepNet on PhotoSet with an ErrorRate of 1.")
    assert [*tell(compare(atlas, open_atlas(tmp_path / "a")))] == []


def test_papers_nodes_edges_and_scores_that_came_and_went(tmp_path: Path) -> None:
    common = "We test DeepNet on PhotoSet."
    first = made(tmp_path, "a", common, "FlatNet has an ErrorRate of 1.")
    second = made(tmp_path, "b", common, "", "TallNet has a MissRate of 1 on PhotoSet.")
    assert [*tell(compare(first, second))] == [
        "papers (2)",
        "  - p1",
        "  + p2",
        "nodes (5)",
        "  - errorrate",
        "  - flatnet",
        "  + missrate",
        "  + tallnet",
        "  ~ photoset",
        "edges (5)",
        "  - flatnet measuredBy errorrate",
        "  - paper/p1 introduces flatnet",
        "  + paper/p2 introduces tallnet",
        "  + tallnet evaluatedOn photoset",
        "  + tallnet measuredBy missrate",
        "scores (2)",
        "  - flatnet errorrate 1% (score, p1)",
        "  + tallnet missrate 1% (score, p2)",
    ]


def test_a_thing_with_another_name_or_type_is_told_as_such(tmp_path: Path) -> None:
    first = made(tmp_path, "a", "We test DeepNet on PhotoSet.")
    second = made(tmp_path, "b", "We test DeepWay on PhotoSet.")
    renamed = Atlas(second.facts)
    difference = compare(first, renamed)
    assert difference["changed_papers"] == ["p0"]
    assert difference["renamed"] == [
        {"before": "deepnet", "after": "deepway", "name": ["DeepNet", "DeepWay"], "type": ["Model", "Method"]}
    ]
    assert difference["only_first"]["nodes"] == difference["only_second"]["nodes"] == []
    assert [*tell(difference, limit=0)][:2] == ["papers (1)", "  and 1 more (-v shows them)"]
    assert "  ~ DeepNet -> DeepWay (Model -> Method)" in [*tell(difference)]


def test_on_the_command_line(
    paperatlas: Callable[..., subprocess.CompletedProcess[str]], example_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "atlas.db").write_bytes((example_folder / "atlas.db").read_bytes())
    same = paperatlas("diff", example_folder, tmp_path / "b")
    assert (same.returncode, same.stdout) == (0, "")
    assert same.stderr == f"{example_folder} and {tmp_path / 'b'} say the same\n"
    remove(tmp_path / "b", ["arXiv:1711.00937"])
    lines = paperatlas("diff", example_folder, tmp_path / "b").stdout.splitlines()
    assert lines[:2] == ["papers (1)", "  - arXiv:1711.00937"]
    told = json.loads(paperatlas("diff", example_folder, tmp_path / "b", "--json").stdout)
    assert told["only_first"]["papers"] == ["arXiv:1711.00937"]
    assert told["only_second"] == {"papers": [], "nodes": [], "edges": [], "scores": []}


@pytest.mark.parametrize("command", ["remove", "verify"])
def test_remove_and_verify_on_the_command_line(
    command: str, paperatlas: Callable[..., subprocess.CompletedProcess[str]], example_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "atlas"
    folder.mkdir()
    (folder / "atlas.db").write_bytes((example_folder / "atlas.db").read_bytes())
    if command == "remove":
        done = paperatlas("remove", folder, "1711.00937", "-v")
        assert done.stderr.splitlines()[0] == "removed arXiv:1711.00937"
        assert done.stderr.splitlines()[1].startswith(f"{folder}: 1 paper removed; 39 papers, ")
        missing = paperatlas("remove", folder, "1711.00937")
        assert (missing.returncode, missing.stdout) == (1, "")
        assert missing.stderr.startswith(f"Error: {folder}: no paper '1711.00937' here (")
    else:
        done = paperatlas("verify", folder)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", f"{folder}: all of it holds\n")
        store = bytearray((folder / "atlas.db").read_bytes())
        store[-1] ^= 1
        (folder / "atlas.db").write_bytes(store)
        done = paperatlas("verify", folder)
        assert done.returncode == 1
        assert f"{folder / 'atlas.db'}: seal: " in done.stdout
        assert done.stderr.startswith(f"Error: {folder}: {len(done.stdout.splitlines())} fault")
