"""The folders are the architecture: imports run one way, and what is built holds all that is there."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from .conftest import ROOT

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())
FOLDERS = {"paperatlas": ROOT / "paperatlas", **{f"paperatlas.{n}": ROOT / n for n in ("extract", "graph", "export")}}

#: What the modules of a package may import of the others.
MAY_IMPORT = {
    "paperatlas.extract": {
        "paperatlas.extract",
        "paperatlas.schema",
        "paperatlas.errors",
        "paperatlas.files",
        "paperatlas.processes",
    },
    "paperatlas.graph": {
        "paperatlas.graph",
        "paperatlas.extract",
        "paperatlas.schema",
        "paperatlas.errors",
        "paperatlas.files",
        "paperatlas.rdf",
    },
    "paperatlas.export": {
        "paperatlas.export",
        "paperatlas.graph",
        "paperatlas.extract",
        "paperatlas.schema",
        "paperatlas.errors",
        "paperatlas.files",
        "paperatlas.processes",
        "paperatlas.rdf",
        "paperatlas.version",
    },
}


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return {name for name in found if name.startswith("paperatlas")}


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_run_one_way(package: str) -> None:
    for path in FOLDERS[package].rglob("*.py"):
        for name in imports(path):
            assert any(name == allowed or name.startswith(allowed + ".") for allowed in MAY_IMPORT[package]), (
                path,
                name,
            )


def test_every_package_is_listed() -> None:
    there = set()
    for package, folder in FOLDERS.items():
        for init in folder.rglob("__init__.py"):
            if not any(part.is_symlink() for part in init.parents):
                there.add(".".join([package, *init.parent.relative_to(folder).parts]))
    assert there == set(SETTINGS["tool"]["setuptools"]["packages"])


def test_the_wheel_holds_every_file(tmp_path: Path) -> None:
    # Built from a copy: setuptools leaves a folder "build" behind, and takes what it finds in an old one for its own.
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in ("paperatlas", "extract", "graph", "export"):
        shutil.copytree(ROOT / name, source / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    (wheel,) = tmp_path.glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("paperatlas/")}
    expected = set()
    for package, folder in FOLDERS.items():
        for path in folder.rglob("*"):
            inside_link = any(part.is_symlink() for part in path.parents if part != ROOT)
            if path.is_file() and "__pycache__" not in path.parts and not inside_link:
                expected.add(f"{package.replace('.', '/')}/{path.relative_to(folder)}")
    assert packed == expected


def test_modules_are_short() -> None:
    for folder in FOLDERS.values():
        for path in folder.rglob("*.py"):
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path


def test_nothing_of_the_machine_is_in_the_project() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert "pyproject.toml" in listed
    for name in listed:
        path = ROOT / name
        # YASGUI knows a vocabulary of which the address looks like a folder of ours.
        if path.is_file() and not path.is_symlink() and name != "uv.lock" and "/static/yasgui/" not in name:
            assert not re.search(rb"/(?:work|root|home|tmp)/[a-z]", path.read_bytes()), name
