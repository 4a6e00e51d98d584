"""What the tests of readers share: two abstracts, and a file that is read."""

from pathlib import Path

import pytest

from paperatlas.extract.paper import Paper
from paperatlas.extract.readers import Skipped, read_records

FOO = "We introduce Foo, a network that does far more than one would think of so small a thing. It is new."
BAR = "We present Bar, a corpus of many things that nobody has ever counted before. It is large and it is free."


def fail(skipped: Skipped) -> None:
    pytest.fail(str(skipped))


def read(tmp_path: Path, text: str, name: str = "input", **options: str) -> tuple[list[Paper], list[Skipped]]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    skipped: list[Skipped] = []
    return [*read_records([str(path)], skip=skipped.append, format=options.get("format"))], skipped
