"""The word lists of the rules, from ``data/*.toml``, where each is a string, so that it reads as text."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files


@cache
def words(file: str, *path: str) -> frozenset[str]:
    """Return the words of the list that stands at ``path`` in ``data/<file>.toml``.

    >>> "the" in words("grammar", "function")
    True
    """
    return frozenset(_list(file, path).split())


@cache
def lines(file: str, *path: str) -> frozenset[str]:
    """Return the entries of a list of phrases, one a line.

    >>> "object detection" in lines("things", "terms", "Task")
    True
    """
    return frozenset(_list(file, path).split("\n")) - {""}


@cache
def cue(name: str) -> re.Pattern[str]:
    """Return the pattern that finds a turn of phrase of ``data/cues.toml``.

    >>> cue("better").search("ours Outperforms theirs")[0]
    'Outperforms'
    """
    return re.compile(rf"\b(?:{alternatives(name)})(?!\w)", re.I)


def alternatives(name: str) -> str:
    """Return a list of ``data/cues.toml`` as the inside of a regular expression's group."""
    return "|".join(line for line in _list("cues", (name,)).split("\n") if line)


def _list(file: str, path: tuple[str, ...]) -> str:
    node: object = _document(file)
    for name in path:
        node = node[name] if isinstance(node, dict) else None
    if not isinstance(node, str):
        raise KeyError(f"data/{file}.toml has no list {'.'.join(path)}")
    return node


@cache
def _document(file: str) -> dict[str, object]:
    text = files("paperatlas.extract").joinpath("data", f"{file}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
