"""What the package is made of: licences, bounds of requirements, models without code in them; and the benches run."""

import ast
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.stages import STAGES
from bench.supply.licences import PAGE, bounds, packages, page

from .conftest import ROOT

#: Licences that may be used beside Apache-2.0 without a thought, by the words that name them.
PERMISSIVE = ("MIT", "BSD", "3-Clause BSD", "Apache", "ISC", "PSF", "0BSD", "Zlib", "CC0", "W3C")
#: What somebody has thought about; see docs/security.md.
CONSIDERED = {"certifi", "tqdm", "igraph"}


def test_licences_are_listed_and_known() -> None:
    # Some packages are needed by the oldest Python alone: it is the one that the page is made with.
    if sys.version_info[:2] == (3, 11):
        assert PAGE.read_text(encoding="utf-8") == page(), "python -m bench.supply.licences --write"
    for package in packages():
        assert package.licence.startswith(PERMISSIVE) or package.name in CONSIDERED, package


def test_requirements_are_bounded_and_met() -> None:
    assert [*bounds()] == []


def test_nothing_that_is_read_can_run() -> None:
    """No module that runs without the train extra unpickles, evaluates, or loads what can hold code.

    Workers do: what they unpickle comes from the process that started them, by a pipe that is theirs alone.
    """
    banned = {"pickle", "dill", "marshal", "shelve", "joblib", "cloudpickle", "yaml"}
    for folder in ("paperatlas", "extract", "graph", "export"):
        for path in (ROOT / folder).rglob("*.py"):
            if {"training", "workers"} & {*path.parts} or any(
                part.is_symlink() for part in path.parents if part != ROOT
            ):
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    names = {node.module or ""} if isinstance(node, ast.ImportFrom) else {a.name for a in node.names}
                    assert not {name.partition(".")[0] for name in names} & banned, path
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    assert node.func.id not in ("eval", "exec", "compile", "__import__"), path
                if isinstance(node, ast.keyword):
                    assert not (node.arg == "allow_pickle" and ast.unparse(node.value) != "False"), path
                    assert not (node.arg == "shell" and ast.unparse(node.value) != "False"), path


def test_the_models_hold_no_code_and_are_what_they_were() -> None:
    from paperatlas.extract.learned.model import verify

    for folder in (ROOT / "extract" / "model").iterdir():
        suffixes = {path.suffix for path in folder.iterdir()}
        assert suffixes <= {".onnx", ".npz", ".json", ".txt", ".md"}
        assert len(verify(folder)[0]) == 64


def test_the_suite_of_benches_prints_and_writes(tmp_path: Path) -> None:
    stages = ["read", "encoder", "link", "layout"]
    command = [sys.executable, "-m", "bench", *stages, "--papers", "8", "--json", str(tmp_path / "b.json")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    written = json.loads((tmp_path / "b.json").read_text())
    assert list(dict.fromkeys(one["stage"] for one in written["measures"])) == stages
    (products,) = (m for m in written["measures"] if m["what"] == "default, DynamicQuantizeMatMul")
    assert 0 < products["ratio"] < 1
    assert len(written["measures"]) == done.stdout.count("\n") - 2
    unknown = subprocess.run([*command[:3], "nothing"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (unknown.returncode, unknown.stderr) == (1, f"no stage 'nothing' (one of {', '.join(STAGES)})\n")


def test_fuzzing_runs(tmp_path: Path) -> None:
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris is not installed (pip install --group fuzz)")
    options = ["--runs", "300", "--corpus", str(tmp_path), "--json", str(tmp_path / "f.json")]
    command = [sys.executable, "-m", "bench.fuzz", "ris", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("\n300 executions, 0 broken\n")
    assert json.loads((tmp_path / "f.json").read_text())[0]["executions"] == 300
