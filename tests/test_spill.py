"""What is sorted on disk: in order, let go at any moment, and a clear line where there is no room."""

import io
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest

from paperatlas.errors import OutputError
from paperatlas.export import write_to
from paperatlas.export.rdf.spill import spill
from paperatlas.graph.atlas import Atlas
from paperatlas.graph.store.scratch import scratch

_connect = sqlite3.connect


def cramped(*arguments: Any, **settings: Any) -> sqlite3.Connection:
    """Open a database that may have three pages."""
    connection: sqlite3.Connection = _connect(*arguments, **settings)
    connection.execute("PRAGMA max_page_count = 3")
    return connection


def test_rows_come_once_and_in_order() -> None:
    with spill(width=2) as rows:
        rows.add([("b", 2), ("a", 10), ("b", 2), ("a", 9)])
        assert [*rows.ordered()] == [("a", 9), ("a", 10), ("b", 2)]


def test_rows_that_are_left_before_their_end_complain_of_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    complaints: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda told: complaints.append(str(told.exc_value)))
    with spill(width=1) as rows:
        rows.add([("a",), ("b",)])
        ordered = rows.ordered()
        assert next(ordered) == ("a",)
    # An interrupt lets go of what it meets in any order.
    del ordered
    assert complaints == []


@pytest.mark.parametrize("format", ["turtle", "jsonld", "nquads"])
def test_where_there_is_no_room_it_says_so(
    format: str, example_atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    monkeypatch.setattr(sqlite3, "connect", cramped)
    with pytest.raises(OutputError) as told:
        write_to(example_atlas, format, io.BytesIO())
    advice = "make room there, or set SQLITE_TMPDIR to another folder"
    assert str(told.value) == f"{tmp_path}: cannot be written to: database or disk is full ({advice})"


def test_the_folder_is_the_one_that_sqlite_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path / "missing"))
    assert scratch() == tmp_path
    monkeypatch.delenv("SQLITE_TMPDIR")
    assert scratch() == tmp_path
    monkeypatch.delenv("TMPDIR")
    assert scratch().is_dir()
