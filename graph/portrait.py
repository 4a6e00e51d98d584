"""All that an atlas knows of one node, for a person or a program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict, TypeVar

from paperatlas.errors import NotFoundError
from paperatlas.graph.atlas import Atlas
from paperatlas.graph.build import PAPER_TYPE, Evidence, Score
from paperatlas.graph.quotes import quoted
from paperatlas.schema import SIGNATURES, RelationType

_T = TypeVar("_T")


class Statement(TypedDict):
    """One edge, told from the node: "is applied to" image generation."""

    relation: str
    reads: str
    other: str
    name: str
    support: int
    confidence: float
    evidence: list[Evidence]
    results: list[Score]


class Portrait(TypedDict):
    """A node and what is stated of it."""

    id: str
    type: str
    name: str
    aliases: list[str]
    support: int
    date: str
    link: str
    papers: list[str]
    statements: list[Statement]


def portray(atlas: Atlas, name: str) -> Portrait:
    """Collect what is known of the node that ``name`` means.

    Raises:
        NotFoundError: nothing is called so.
    """
    node = atlas.find(name)
    data = _there(atlas.look.node(node), node)
    statements = []
    for head, tail, edge in atlas.look.edges_at(node):
        signature = SIGNATURES[RelationType(edge["type"])]
        other = tail if head == node else head
        statements.append(
            Statement(
                relation=edge["type"],
                reads=signature.reads if head == node else signature.inverse,
                other=other,
                name=_there(atlas.look.name(other), other),
                support=edge["support"],
                confidence=edge["confidence"],
                evidence=edge["evidence"],
                results=edge["results"],
            )
        )
    order = {signature.reads: n for n, signature in enumerate(SIGNATURES.values())}
    order |= {signature.inverse: n for n, signature in enumerate(SIGNATURES.values(), start=len(order))}
    statements.sort(key=lambda s: (order[s["reads"]], -s["support"], s["name"], s["other"]))
    named_in = atlas.look.named_in(node) if data["type"] == PAPER_TYPE else data["papers"]
    return Portrait(
        id=node,
        type=data["type"],
        name=data["name"],
        aliases=[alias for alias in data["aliases"] if alias != data["name"]],
        support=data["support"],
        date=data["date"],
        link=data.get("link", ""),
        papers=named_in,
        statements=statements,
    )


def _there(found: _T | None, node: str) -> _T:
    if found is None:
        raise NotFoundError(f"an edge leads to {node!r}, which is not there", hint="'paperatlas verify' says more")
    return found


def tell(portrait: Portrait, *, evidence: bool = True, all_evidence: bool = False) -> Iterator[str]:
    """Yield a portrait in lines of text."""
    is_paper = portrait["type"] == PAPER_TYPE
    yield f"{portrait['name']} ({portrait['type']}, {portrait['id']})"
    facts = []
    if not is_paper:
        facts.append(f"named in {portrait['support']} paper{'' if portrait['support'] == 1 else 's'}")
    if portrait["date"]:
        facts.append(portrait["date"] if is_paper else f"first {portrait['date']}")
    if portrait["link"]:
        facts.append(portrait["link"])
    if facts:
        yield "  " + ", ".join(facts)
    if portrait["aliases"]:
        yield "  also " + ", ".join(portrait["aliases"])
    heading = ""
    for statement in portrait["statements"]:
        if statement["reads"] != heading:
            heading = statement["reads"]
            yield f"\n{heading}"
        results = "; ".join(_score(score) for score in statement["results"])
        support = f"{statement['support']} papers" if statement["support"] > 1 else ""
        yield f"  {statement['name']}" + "".join(f"  [{part}]" for part in (results, support) if part)
        if evidence:
            yield from quoted(statement["evidence"], all_evidence=all_evidence)
    yield "\nthings named" if is_paper else "\npapers"
    for paper in portrait["papers"]:
        yield f"  {paper.removeprefix('paper/')}"


def _score(score: Score) -> str:
    gain = "a gain of " if score["kind"] == "gain" else ""
    on = f" on {score['dataset']}" if score["dataset"] else ""
    return f"{gain}{score['value']}{'' if score['unit'] == '%' else ' '}{score['unit']}".rstrip() + on
