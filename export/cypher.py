"""Cypher: statements that make the graph in Neo4j or Memgraph, and that can be run again without doubling it.

MERGE (n:PaperatlasNode {id: 'vq-vae'}) SET n:Method, n.name = 'VQ-VAE', ...;
MATCH (a:PaperatlasNode {id: 'vq-vae'}), (b:PaperatlasNode {id: 'image-generation'})
  MERGE (a)-[r:APPLIED_TO]->(b) SET r.support = 2, ...;
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import BinaryIO

from paperatlas.graph.atlas import Atlas
from paperatlas.graph.build import PAPER_TYPE, edges, nodes

_LABEL = "PaperatlasNode"

Value = str | int | float | Iterable[str]


def write_cypher(atlas: Atlas, out: BinaryIO) -> None:
    """Write a constraint, a statement a node, a statement an edge; one a line."""
    out.write(f"CREATE CONSTRAINT paperatlas_id IF NOT EXISTS FOR (n:{_LABEL}) REQUIRE n.id IS UNIQUE;\n".encode())
    for node, data in nodes(atlas.graph):
        values: dict[str, Value] = {
            "name": data["name"],
            "aliases": data["aliases"],
            "support": data["support"],
            "date": data["date"],
            "confidence": data["confidence"],
        }
        if data["type"] == PAPER_TYPE:
            values |= {"abstract": data["abstract"], "link": data["link"], "authors": data["authors"]}
        line = f"MERGE (n:{_LABEL} {{id: {literal(node)}}}) SET n:{data['type']}, {_assigned('n', values)};\n"
        out.write(line.encode())
    for head, tail, edge in edges(atlas.graph):
        values = {
            "support": edge["support"],
            "confidence": edge["confidence"],
            "papers": edge["papers"],
            "evidence": [evidence["quote"] for evidence in edge["evidence"]],
            "results": [
                f"{s['value']}{s['unit']}" + (f" on {s['dataset']}" if s["dataset"] else "") for s in edge["results"]
            ],
        }
        line = (
            f"MATCH (a:{_LABEL} {{id: {literal(head)}}}), (b:{_LABEL} {{id: {literal(tail)}}}) "
            f"MERGE (a)-[r:{relationship(edge['type'])}]->(b) SET {_assigned('r', values)};\n"
        )
        out.write(line.encode())


def relationship(name: str) -> str:
    """Return a relation's name as Cypher spells its own.

    >>> relationship("evaluatedOn")
    'EVALUATED_ON'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()


def _assigned(variable: str, values: Mapping[str, Value]) -> str:
    return ", ".join(f"{variable}.{name} = {literal(value)}" for name, value in values.items())


def literal(value: Value) -> str:
    r"""Spell a value as a Cypher literal; nothing in a string can end it.

    >>> print(literal("a'b\\"), literal(["x", "y"]), literal(0.5))
    'a\'b\\' ['x', 'y'] 0.5
    """
    if isinstance(value, str):
        # Control characters and line separators are spelt out, so that a statement stays on its line.
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        return "'" + re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]", lambda c: f"\\u{ord(c[0]):04X}", escaped) + "'"
    if isinstance(value, int | float):
        return str(value)
    return "[" + ", ".join(literal(item) for item in value) + "]"
