"""Tables for spreadsheets and data frames: ``nodes.csv``, ``edges.csv``, ``results.csv``.

Lists are joined by " | ". A cell of text that a spreadsheet would run as a formula (``=cmd|...``) gets an apostrophe
in front; plain numbers are left as they are. Who reads a table back takes it off where such a sign follows.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from paperatlas.graph.atlas import Atlas
from paperatlas.graph.build import PAPER_TYPE, edges, nodes

Cell = str | int | float
#: What spreadsheets take for the beginning of a formula, the wide forms of East Asian keyboards among it.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


def write_nodes(atlas: Atlas, out: BinaryIO) -> None:
    """Write a row a paper or thing."""
    header = ("id", "type", "name", "aliases", "support", "date", "confidence", "papers", "link")
    _write(
        out,
        header,
        (
            (
                node,
                data["type"],
                data["name"],
                _joined(data["aliases"]),
                data["support"],
                data["date"],
                data["confidence"],
                _joined(data["papers"]),
                data["link"] if data["type"] == PAPER_TYPE else "",
            )
            for node, data in nodes(atlas.graph)
        ),
    )


def write_edges(atlas: Atlas, out: BinaryIO) -> None:
    """Write a row an edge."""
    header = ("head", "relation", "tail", "support", "confidence", "papers", "evidence")
    _write(
        out,
        header,
        (
            (
                head,
                data["type"],
                tail,
                data["support"],
                data["confidence"],
                _joined(data["papers"]),
                _joined(evidence["quote"] for evidence in data["evidence"]),
            )
            for head, tail, data in edges(atlas.graph)
        ),
    )


def write_results(atlas: Atlas, out: BinaryIO) -> None:
    """Write a row a reported number."""
    header = ("subject", "metric", "value", "unit", "kind", "dataset", "paper", "confidence", "evidence")
    _write(
        out,
        header,
        (
            (
                subject,
                metric,
                score["value"],
                score["unit"],
                score["kind"],
                score["dataset"],
                score["evidence"]["paper"],
                score["confidence"],
                score["evidence"]["quote"],
            )
            for subject, metric, data in edges(atlas.graph)
            for score in data["results"]
        ),
    )


def _write(out: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([defused(cell) for cell in row] for row in rows)
    text.detach()


def defused(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet takes for a formula.

    >>> defused("=HYPERLINK(1)"), defused("-3.4"), defused("-3+cmd"), defused(-1)
    ("'=HYPERLINK(1)", '-3.4', "'-3+cmd", -1)
    """
    if not isinstance(cell, str) or not cell.lstrip(" ").startswith(_FORMULA) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"


def _joined(parts: Iterable[str]) -> str:
    return " | ".join(parts)
