"""The graph as data frames of pandas, for those who have it: ``pip install 'paperatlas[pandas]'``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from paperatlas.errors import UsageError
from paperatlas.graph.analysis.leaderboard import number_of
from paperatlas.graph.build import edges, nodes

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

_NODES = ["id", "type", "name", "aliases", "support", "date", "confidence", "papers"]
_EDGES = ["head", "relation", "tail", "support", "confidence", "papers", "quotes"]
_RESULTS = ["subject", "metric", "dataset", "value", "number", "unit", "kind"]
_RESULTS += ["paper", "date", "confidence", "quote", "start", "end"]


class Frames(NamedTuple):
    """A graph in three tables.

    ``nodes`` has a row a paper or thing, by its ``id``; ``edges`` one an edge, with the quotes that state it;
    ``results`` one a reported number, with what it reads as (``number``, missing if it is none), and its sentence.
    Columns of several values (aliases, papers, quotes) hold tuples.
    """

    nodes: pd.DataFrame
    edges: pd.DataFrame
    results: pd.DataFrame


def to_pandas(graph: nx.MultiDiGraph[str]) -> Frames:
    """Return the graph as data frames.

    Raises:
        UsageError: pandas is not installed.
    """
    try:
        import pandas as pd
    except ModuleNotFoundError as error:
        raise UsageError(f"{error.name} is not installed", hint="pip install 'paperatlas[pandas]'") from error
    things = [
        {
            "id": node,
            "type": data["type"],
            "name": data["name"],
            "aliases": tuple(data["aliases"]),
            "support": data["support"],
            "date": data["date"],
            "confidence": data["confidence"],
            "papers": tuple(data["papers"]),
        }
        for node, data in nodes(graph)
    ]
    stated = [
        {
            "head": head,
            "relation": data["type"],
            "tail": tail,
            "support": data["support"],
            "confidence": data["confidence"],
            "papers": tuple(data["papers"]),
            "quotes": tuple(evidence["quote"] for evidence in data["evidence"]),
        }
        for head, tail, data in edges(graph)
    ]
    reported = [
        {
            "subject": head,
            "metric": tail,
            "dataset": score["dataset"],
            "value": score["value"],
            "number": number_of(score["value"]),
            "unit": score["unit"],
            "kind": score["kind"],
            "paper": score["evidence"]["paper"],
            "date": graph.nodes[score["evidence"]["paper"]]["date"],
            "confidence": score["confidence"],
            "quote": score["evidence"]["quote"],
            "start": score["evidence"]["start"],
            "end": score["evidence"]["end"],
        }
        for head, tail, data in edges(graph)
        for score in data["results"]
    ]
    # The columns are named, so that a table without rows has them too.
    results = pd.DataFrame(reported, columns=_RESULTS)
    return Frames(
        pd.DataFrame(things, columns=_NODES).set_index("id"),
        pd.DataFrame(stated, columns=_EDGES),
        results.astype({"number": "float64"}),
    )
