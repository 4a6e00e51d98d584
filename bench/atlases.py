"""Atlases of a given size, made up: names that are used as unevenly as those of a field, and papers that state them."""

from __future__ import annotations

import random

from paperatlas.extract.facts import Entity, Facts, Relation, Span
from paperatlas.extract.paper import Paper
from paperatlas.graph.atlas import Atlas
from paperatlas.schema import PAPER, EntityType, RelationType

_SYLLABLES = "ba ce di fo gu ka le mi no pu ra se ti vo xu za bre cla dri fle gro".split()
_BETWEEN = {
    EntityType.TASK: RelationType.APPLIED_TO,
    EntityType.DATASET: RelationType.EVALUATED_ON,
    EntityType.METRIC: RelationType.MEASURED_BY,
    EntityType.METHOD: RelationType.USES,
    EntityType.MODEL: RelationType.COMPARED_WITH,
}
_FILLER = "The rest of this abstract says in plain words what was done, why it was done and what came of it. "


def made_up(nodes: int, edges: int) -> Atlas:
    """Return an atlas of about so many nodes (a sixth of them papers) and edges; the same for the same numbers."""
    chance = random.Random(nodes)
    count = nodes - nodes // 6
    things = [(_name(n), chance.choice([*_BETWEEN])) for n in range(count)]
    names = dict(things)
    # Each thing is named by some paper; beyond that the n-th is named as often as 1/n tells.
    weights = [1 / (n + 3) for n in range(count)]
    per_paper = edges // (nodes // 6)
    facts = []
    for n in range(nodes // 6):
        own = things[n :: nodes // 6]
        known = chance.choices(things, weights, k=max(per_paper * 2 // 3, 4))
        facts.append(_facts(n, [*dict.fromkeys([*own, *known])], per_paper, names, chance))
    return Atlas(tuple(facts))


def _name(n: int) -> str:
    base = len(_SYLLABLES)
    parts = []
    for _ in range(4):
        parts.append(_SYLLABLES[n % base])
        n = n // base + 7
    return "".join(parts).capitalize()


def _facts(
    n: int, named: list[tuple[str, EntityType]], relations: int, types: dict[str, EntityType], chance: random.Random
) -> Facts:
    text = f"Paper {n}\n"
    spans: dict[str, Span] = {}
    for name, _ in named:
        start = len(text) + len("We study ")
        spans[name] = Span(start, start + len(name))
        text += f"We study {name} with care and report what we find. "
    text += _FILLER * max(0, (1300 - len(text)) // len(_FILLER))
    entities = tuple(
        Entity(key=name, name=name, type=kind, aliases=(name,), mentions=(spans[name],), confidence=0.9)
        for name, kind in named
    )
    systems = [name for name, kind in named if kind in (EntityType.MODEL, EntityType.METHOD)]
    stated = {(PAPER, RelationType.INTRODUCES, named[0][0])}
    while systems and len(stated) < relations and chance.random() < 0.999:
        head, tail = chance.choice(systems), chance.choice(named)[0]
        if head != tail:
            stated.add((head, _BETWEEN[types[tail]], tail))
    return Facts(
        Paper(text.partition("\n")[2], id=f"p{n}", title=f"Paper {n}", date=f"{2000 + n % 25}-{1 + n % 12:02d}"),
        entities,
        tuple(Relation(head, kind, tail, spans[tail], 0.8) for head, kind, tail in sorted(stated)),
        (),
    )
