"""What resolution gives back: things, and why their entities are held to be one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from paperatlas.schema import EntityType

#: An entity of a paper: the paper's key and the entity's key within it.
Ref = tuple[str, str]


class Reason(TypedDict):
    """Why what is called by several forms is one thing. Plain values, as a node carries them.

    ``rule`` names the rule (see docs/resolution.md), ``forms`` are what it brings together, the thing's own first,
    ``papers`` the papers that it rests on or that it concerns, ``sureness`` is 1 where the rule leaves no doubt,
    ``note`` says the rest in words.
    """

    rule: str
    forms: list[str]
    papers: list[str]
    sureness: float
    note: str


class Near(TypedDict):
    """Another thing that could be the same and is kept apart: ``node`` is its identifier."""

    node: str
    name: str
    forms: list[str]
    sureness: float
    note: str


@dataclass(frozen=True, slots=True)
class Thing:
    """A distinct thing, and the entities of papers that are it.

    ``types`` holds how many papers take it for what; ``type`` is what most do. Names and aliases are as the papers
    spell them, the most frequent first.
    """

    id: str
    name: str
    type: EntityType
    aliases: tuple[str, ...]
    types: tuple[tuple[EntityType, int], ...]
    members: tuple[Ref, ...]
    reasons: tuple[Reason, ...] = ()
    near: tuple[Near, ...] = ()
    #: What outside lists call it, by their identifiers.
    exact: tuple[str, ...] = ()
