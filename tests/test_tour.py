"""The tour, the README and the library's page are run: after each command stands what it prints.

``python -m tests.test_tour`` writes anew what the commands print.
"""

import doctest
import os
import re
import subprocess
import sys
from difflib import SequenceMatcher
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from .conftest import ROOT

LIBRARY = ROOT / "docs" / "library.md"
PAGES = [ROOT / "examples" / "tour.md", ROOT / "README.md", LIBRARY]
#: A block of commands, each behind "$ " (and going on in indented lines), with what they print below them.
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)
_COMMAND = re.compile(r"^\$ (.*(?:\n    .*)*)\n((?:(?!\$ ).*\n)*)", re.M)


def executed(page: str, folder: Path) -> str:
    """Return ``page`` with what its commands print when they are run one after the other in ``folder``."""
    (folder / "examples").symlink_to(ROOT / "examples")
    binaries = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}

    def run(command: re.Match[str]) -> str:
        done = subprocess.run(
            ["bash", "-c", command[1]],
            cwd=folder,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        printed = "".join(line.rstrip() + "\n" for line in done.stdout.splitlines())
        return f"$ {command[1]}\n{printed}"

    return _BLOCK.sub(lambda block: f"```console\n{_COMMAND.sub(run, block[1])}```", page)


def printed(page: str) -> list[str]:
    """Return what stands below the commands of ``page``, line by line."""
    return [
        line for block in _BLOCK.findall(page) for _, output in _COMMAND.findall(block) for line in output.splitlines()
    ]


def alike(one: list[str], other: list[str]) -> float:
    """Return the share of lines that two outputs have in common but for numbers.

    On another processor the last bits of the trained model's sums differ, and a fact at the edge may fall to its other
    side; what a machine writes, it finds again to the letter.
    """
    lines, others = ([re.sub(r"\d+", "0", line) for line in output] for output in (one, other))
    return SequenceMatcher(None, lines, others, autojunk=False).ratio()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.name))
def test_a_page_shows_what_its_commands_print(path: Path, tmp_path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    shown = printed(page)
    assert len(shown) > 20
    assert alike(printed(executed(page, tmp_path)), shown) > 0.9


def test_the_library_page_shows_what_its_lines_return(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    blocks = "".join(re.findall(r"^```python\n(.*?)^```$", LIBRARY.read_text(encoding="utf-8"), re.M | re.S))
    page = doctest.DocTestParser().get_doctest(blocks, {}, "library.md", str(LIBRARY), 0)
    assert len(page.examples) > 15
    told: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(page, out=told.append)
    assert "".join(told) == ""


if __name__ == "__main__":
    for page_path in PAGES:
        with TemporaryDirectory() as temporary:
            page_path.write_text(executed(page_path.read_text(encoding="utf-8"), Path(temporary)), encoding="utf-8")
