"""GraphML and GEXF, by networkx' writers: for Gephi, yEd, Cytoscape and igraph.

What is a list in the graph becomes one string here, its parts on lines of their own: the formats know no lists.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, BinaryIO

import networkx as nx

from paperatlas.graph.atlas import Atlas
from paperatlas.graph.build import PAPER_TYPE, Score, edges, nodes

if TYPE_CHECKING:
    Flat = dict[str, str | int | float]


def write_graphml(atlas: Atlas, out: BinaryIO) -> None:
    """Write the graph as GraphML."""
    nx.write_graphml(_flat(atlas), out, encoding="utf-8", prettyprint=True, named_key_ids=True)


def write_gexf(atlas: Atlas, out: BinaryIO) -> None:
    """Write the graph as GEXF 1.2. The date that networkx would put into it is left out: equal graphs, equal files."""
    made = io.BytesIO()
    nx.write_gexf(_flat(atlas), made, encoding="utf-8", prettyprint=True)
    out.write(re.sub(rb'(<meta) lastmodifieddate="[^"]*"', rb"\1", made.getvalue(), count=1))


def _flat(atlas: Atlas) -> nx.MultiDiGraph[str]:
    flat: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node, data in nodes(atlas.graph):
        values: Flat = {
            "label": data["name"],
            "type": data["type"],
            "aliases": "\n".join(data["aliases"]),
            "support": data["support"],
            "date": data["date"],
            "confidence": data["confidence"],
        }
        if data["type"] == PAPER_TYPE:
            values["link"] = data["link"]
        flat.add_node(node, **values)
    for number, (head, tail, edge) in enumerate(edges(atlas.graph)):
        values = {
            "type": edge["type"],
            "support": edge["support"],
            "weight": float(edge["support"]),
            "confidence": edge["confidence"],
            "papers": "\n".join(edge["papers"]),
            "evidence": "\n".join(evidence["quote"] for evidence in edge["evidence"]),
            "results": "\n".join(_result(score) for score in edge["results"]),
        }
        flat.add_edge(head, tail, key=number, **values)
    return flat


def _result(score: Score) -> str:
    return f"{score['value']}{score['unit']} {score['kind']}" + (f" on {score['dataset']}" if score["dataset"] else "")
