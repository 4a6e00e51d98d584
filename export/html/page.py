"""The graph to a page: pyvis' Network in a template of our own.

pyvis makes the nodes and edges that vis-network draws; the template adds the panel, the search and the filters. All
that the page needs is in it, and a Content-Security-Policy allows nothing else: no request, no script but the two whose
hashes it names. Names and abstracts travel as JSON and become text nodes, never markup.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, BinaryIO, TypedDict

import pyvis
from jinja2 import Environment, PackageLoader, StrictUndefined
from pyvis.network import Network

from paperatlas.errors import PaperatlasError
from paperatlas.export.html.layout import positions
from paperatlas.extract.latex import fold
from paperatlas.graph.atlas import Atlas
from paperatlas.graph.build import PAPER_TYPE, EdgeData, Evidence, edges, nodes
from paperatlas.schema import SIGNATURES, TYPE_MEANINGS, RelationType

#: How many things the page shows at first: the most important ones that are joined to others.
FIRST_VIEW = 250

#: Node size in pixels: of the least, and what each doubling of importance adds.
_SIZE, _GROWTH = 6.0, 3.0


class _PaperView(TypedDict):
    """A paper as the page needs it: its text as a reader sees it, and the things named in it by node and place."""

    label: str
    text: str
    title: int
    date: str
    link: str
    marks: list[tuple[int, int, str]]


def write_html(atlas: Atlas, out: BinaryIO) -> None:
    """Write the page."""
    out.write(render(atlas).encode())


def render(atlas: Atlas) -> str:
    """Return the page as text."""
    environment = Environment(
        loader=PackageLoader("paperatlas.export.html", "templates"), autoescape=True, undefined=StrictUndefined
    )
    assets = files("paperatlas.export.html") / "templates"
    scripts = [_vis_network(), (assets / "page.js").read_text(encoding="utf-8")]
    style = (assets / "page.css").read_text(encoding="utf-8")
    environment.globals |= {
        "scripts": scripts,
        "style": style,
        "policy": _policy(scripts, style),
        "atlas": {
            "papers": _papers(atlas),
            "relations": {kind.value: [s.reads, s.inverse] for kind, s in SIGNATURES.items()},
            "types": {kind.value: meaning for kind, meaning in TYPE_MEANINGS.items()},
        },
    }
    network = _network(atlas)
    network.templateEnv = environment
    network.path = "page.html.j2"
    page: str = network.generate_html(notebook=False)
    return page


def _network(atlas: Atlas) -> Network:
    """Make pyvis' network of the things and papers, placed and sized."""
    graph = atlas.graph
    network = Network(directed=True, height="100%", width="100%")
    things = atlas.things()
    order = {node: n for n, node in enumerate([*things, *(n for n in graph if n.startswith("paper/"))])}
    between_things = [
        (order[a], order[b]) for a, b in graph.edges() if order[a] < len(things) and order[b] < len(things)
    ]
    places = positions(len(things), between_things)
    joined = {n for edge in between_things for n in edge}
    ranked = sorted(things, key=lambda node: (-_importance(graph, node), node))
    first = set([node for node in ranked if order[node] in joined][:FIRST_VIEW])
    for node, data in nodes(graph):
        is_paper = data["type"] == PAPER_TYPE
        x, y = (0.0, 0.0) if is_paper else places[order[node]]
        network.add_node(
            node,
            label=data["name"],
            shape="square" if is_paper else "dot",
            x=x,
            y=y,
            size=_SIZE if is_paper else round(_SIZE + _GROWTH * _importance(graph, node).bit_length(), 1),
            group=data["type"],
            aliases=data["aliases"],
            support=data["support"],
            date=data["date"],
            papers=data["papers"],
            first=node in first,
        )
    papers = _readings(atlas)
    for number, (head, tail, edge) in enumerate(edges(graph)):
        network.add_edge(
            head,
            tail,
            id=number,
            type=edge["type"],
            width=min(edge["support"], 6),
            support=edge["support"],
            confidence=edge["confidence"],
            symmetric=SIGNATURES[RelationType(edge["type"])].symmetric,
            evidence=[_place(evidence, papers) for evidence in edge["evidence"]],
            results=_results(edge, papers),
        )
    return network


def _importance(graph: Any, node: str) -> int:
    """Return how much a thing matters here: the papers that name it and the edges that it has."""
    return int(graph.nodes[node]["support"]) + int(graph.degree(node))


def _readings(atlas: Atlas) -> dict[str, Any]:
    return {node: fold(paper.text) for node, paper in atlas.papers.items()}


def _papers(atlas: Atlas) -> dict[str, _PaperView]:
    readings = _readings(atlas)
    marks: dict[str, list[tuple[int, int, str]]] = {node: [] for node in atlas.papers}
    for thing in atlas.things():
        for mention in atlas.graph.nodes[thing]["mentions"]:
            start, end = readings[mention["paper"]].reading(mention["start"], mention["end"])
            marks[mention["paper"]].append((start, end, thing))
    return {
        node: _PaperView(
            label=paper.label,
            text=readings[node].text,
            title=readings[node].reading(0, len(paper.title))[1] if paper.title else 0,
            date=paper.date,
            link=paper.link,
            marks=_apart(marks[node]),
        )
        for node, paper in atlas.papers.items()
    }


def _apart(marks: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Keep of marks that overlap the longest."""
    kept: list[tuple[int, int, str]] = []
    for mark in sorted(marks, key=lambda m: (m[0] - m[1], m)):
        if all(mark[1] <= other[0] or other[1] <= mark[0] for other in kept):
            kept.append(mark)
    return sorted(kept)


def _place(evidence: Evidence, papers: dict[str, Any]) -> tuple[str, int, int]:
    """Return where a sentence stands in the paper's text as the page shows it."""
    return evidence["paper"], *papers[evidence["paper"]].reading(evidence["start"], evidence["end"])


def _results(data: EdgeData, papers: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "text": f"{s['value']} {s['unit']}".strip(),
            "kind": s["kind"],
            "dataset": s["dataset"],
            "place": _place(s["evidence"], papers),
        }
        for s in data["results"]
    ]


def _vis_network() -> str:
    """Return the script of vis-network that pyvis brings along, the newest of them."""
    found = sorted((Path(pyvis.__file__).parent / "templates" / "lib").glob("vis-*/vis-network.min.js"))
    if not found:
        raise PaperatlasError("this version of pyvis brings no vis-network", hint="pip install 'pyvis==0.3.2'")
    script = found[-1].read_text(encoding="utf-8")
    # The comment that names a source map would make a browser look for it.
    return script.replace("//# sourceMappingURL=", "// ")


def _policy(scripts: Sequence[str], style: str) -> str:
    """Return a Content-Security-Policy that allows what is inlined, by its hash, and nothing else."""
    allowed = " ".join(_hash(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
