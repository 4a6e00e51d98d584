"""Why a node is one thing: the reasons of its merges, the vote on its type, what else it could be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

from paperatlas.graph.atlas import Atlas
from paperatlas.graph.build import PAPER_TYPE
from paperatlas.graph.resolve.things import Near, Reason

#: How many forms and papers are told, unless all are asked for.
_TOLD = 8

#: What the rules do, for a person.
RULES = {
    "spelling": "spelt alike",
    "noun": "with a noun that says what it is anyway",
    "resolution": "at a resolution",
    "split": "a part of it",
    "state": "in a state",
    "maker": "with its maker",
    "size in brackets": "with its size in brackets",
    "unit in brackets": "with its unit in brackets",
    "year": "the year in two digits",
    "turned round": "turned round",
    "pair": "papers give the one for the other",
    "expansion": "long forms of one abbreviation",
    "other name": "papers use both for one thing",
    "abbreviation": "the abbreviation alone",
    "person": "a person said so",
    "authority": "an outside list has it",
}


class Explanation(TypedDict):
    """A node, and why it is one."""

    id: str
    name: str
    type: str
    types: dict[str, int]
    reasons: list[Reason]
    near: list[Near]
    exact: list[str]


def explain(atlas: Atlas, name: str) -> Explanation:
    """Collect why the node that ``name`` means is one thing. A paper's node has no reasons.

    Raises:
        NotFoundError: nothing is called so.
    """
    node = atlas.find(name)
    data = atlas.graph.nodes[node]
    return Explanation(
        id=node,
        name=data["name"],
        type=data["type"],
        types=data["types"],
        reasons=data.get("reasons", []),
        near=data.get("near", []),
        exact=data.get("exact", []),
    )


def tell_why(explanation: Explanation, *, everything: bool = False) -> Iterator[str]:
    """Yield an explanation in lines of text."""
    most = None if everything else _TOLD
    yield f"{explanation['name']} ({explanation['type']}) {explanation['id']}"
    if explanation["type"] == PAPER_TYPE:
        return
    votes = ", ".join(f"{count} for {kind}" for kind, count in explanation["types"].items())
    yield f"  type: {votes}"
    for identifier in explanation["exact"]:
        yield f"  exactly {identifier}"
    if not explanation["reasons"]:
        yield "\nIt goes by one form alone."
    rule = ""
    for reason in explanation["reasons"]:
        if reason["rule"] != rule:
            rule = reason["rule"]
            yield f"\n{RULES.get(rule, rule)}"
        yield f"  {_listed(reason['forms'], ' = ', most)}"
        note = [reason["note"]] if reason["note"] else []
        if reason["sureness"] < 1:
            note.append(f"sureness {reason['sureness']:.2f}")
        if reason["papers"]:
            note.append(f"papers: {_listed(reason['papers'], ', ', most)}")
        if note:
            yield f"    {'; '.join(note)}"
    if explanation["near"]:
        yield "\ncould be the same, and is kept apart"
        for near in explanation["near"]:
            yield f"  {near['name']} ({near['node']}): {near['note']}, sureness {near['sureness']:.2f}"


def _listed(items: list[str], between: str, most: int | None) -> str:
    shown = between.join(items[:most])
    return shown if most is None or len(items) <= most else f"{shown} and {len(items) - most} more"
