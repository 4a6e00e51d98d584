"""One thing, one node: which entities of different papers are the same.

Spelling decides first: entities that share a surface form, folded by :func:`~paperatlas.extract.surface.surface_key`,
are one. An abbreviation is no spelling of its own: where papers spell it out, those that only use it join the expansion
if all agree on one and the types do not speak against it; otherwise they stay by themselves.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from paperatlas.extract.facts import Entity, Facts
from paperatlas.extract.latex import fold
from paperatlas.extract.names import is_mixed
from paperatlas.extract.surface import slug, surface_key
from paperatlas.schema import EntityType

#: Of the papers that spell an abbreviation out, how many must agree for those that do not to follow them.
AGREEMENT = 0.8

#: An abbreviation by its letters: capitals, with a plural s. A name with small letters, digits or a hyphen (BigGAN,
#: A3C, VQ-VAE) is rare enough to be one thing.
_ABBREVIATION = re.compile(r"[A-Z]{2,6}s?")
#: Up to this many letters an abbreviation is likely to mean several things in one collection.
_SHORT = 3

#: Types that readers choose between for one and the same thing.
_EXCHANGEABLE = {EntityType.MODEL: "system", EntityType.METHOD: "system"}

#: An entity of a paper: the paper's key and the entity's key within it.
Ref = tuple[str, str]


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


def resolve(facts: Iterable[Facts]) -> tuple[Thing, ...]:
    """Return the distinct things that ``facts`` name, in order of their identifiers.

    The outcome does not depend on the order of ``facts``. An identifier is the slug of the thing's name; where two
    things have one name, their types tell them apart.
    """
    entities = {
        (paper.paper.key, entity.key): entity
        for paper in sorted(facts, key=lambda f: f.paper.key)
        for entity in paper.entities
    }
    sets = _Sets()
    by_form: dict[str, Ref] = {}
    for ref, entity in entities.items():
        sets.add(ref)
        for form in _spelt(entity):
            sets.join(by_form.setdefault(form, ref), ref)
    _follow_abbreviations(entities, sets)
    groups = [[(ref, entities[ref]) for ref in members] for members in sets.all()]
    return tuple(sorted(_identified(groups), key=lambda thing: thing.id))


class _Sets:
    """Disjoint sets (union-find); a set is led by its first member."""

    def __init__(self) -> None:
        self._parent: dict[Ref, Ref] = {}

    def add(self, ref: Ref) -> None:
        self._parent[ref] = ref

    def find(self, ref: Ref) -> Ref:
        while (parent := self._parent[ref]) != ref:
            self._parent[ref] = ref = self._parent[parent]
        return ref

    def join(self, a: Ref, b: Ref) -> None:
        first, second = sorted((self.find(a), self.find(b)))
        self._parent[second] = first

    def all(self) -> list[list[Ref]]:
        sets: dict[Ref, list[Ref]] = defaultdict(list)
        for ref in self._parent:
            sets[self.find(ref)].append(ref)
        return [*sets.values()]


def _spelt(entity: Entity) -> list[str]:
    """Return the folded forms of an entity that are no abbreviations."""
    return [key for alias in entity.aliases if not _ABBREVIATION.fullmatch(alias) and (key := surface_key(alias))]


def _abbreviations(entity: Entity) -> list[str]:
    return [surface_key(alias) for alias in entity.aliases if _ABBREVIATION.fullmatch(alias)]


def _follow_abbreviations(entities: dict[Ref, Entity], sets: _Sets) -> None:
    """Join the entities that are known by an abbreviation alone to its expansion, or to each other."""
    expanded: dict[str, Counter[Ref]] = defaultdict(Counter)
    bare: dict[str, list[Ref]] = defaultdict(list)
    for ref, entity in entities.items():
        for form in _abbreviations(entity):
            if _spelt(entity):
                expanded[form][sets.find(ref)] += 1
            else:
                bare[form].append(ref)
    for form, refs in sorted(bare.items()):
        target = _agreed(expanded[form])
        # Papers that use an abbreviation without a word on it mean the same by it if they take it for the same.
        kinds: dict[str, Ref] = {}
        for ref in refs:
            kind = _exchangeable(entities[ref].type) if len(form) <= _SHORT else ""
            if target and kind in ("", _exchangeable(entities[target].type)):
                sets.join(target, ref)
            else:
                sets.join(kinds.setdefault(kind, ref), ref)


def _agreed(expansions: Counter[Ref]) -> Ref | None:
    """Return the expansion that nearly all papers agree on, if there is one."""
    if not expansions:
        return None
    first, support = max(expansions.items(), key=lambda item: (item[1], item[0]))
    return first if support >= AGREEMENT * expansions.total() else None


def _exchangeable(kind: EntityType) -> str:
    return _EXCHANGEABLE.get(kind, kind.value)


def _majority(entities: Sequence[Entity]) -> EntityType:
    """Return the type that most papers give, the surest of those that tie."""
    votes: Counter[EntityType] = Counter(entity.type for entity in entities)
    sureness: dict[EntityType, float] = defaultdict(float)
    for entity in entities:
        sureness[entity.type] += entity.confidence
    return max(sorted(votes), key=lambda kind: (votes[kind], round(sureness[kind], 6)))


def _identified(groups: list[list[tuple[Ref, Entity]]]) -> Iterable[Thing]:
    """Name the things and give each an identifier of its own."""
    described = [(_name([e for _, e in group]), _majority([e for _, e in group]), group) for group in groups]
    slugs = Counter(slug(name) or "thing" for name, _, _ in described)
    used: Counter[str] = Counter()
    for name, kind, group in sorted(described, key=lambda d: (slug(d[0]), d[1], d[2][0][0])):
        identifier = slug(name) or "thing"
        if slugs[identifier] > 1:
            identifier = f"{identifier}-{kind.value.lower()}"
        used[identifier] += 1
        if used[identifier] > 1:
            identifier = f"{identifier}-{used[identifier]}"
        aliases = Counter(" ".join(fold(alias).text.split()) for _, entity in group for alias in entity.aliases)
        types = Counter(entity.type for _, entity in group)
        yield Thing(
            identifier,
            name,
            kind,
            tuple(sorted(aliases, key=lambda alias: (-aliases[alias], alias))),
            tuple(sorted(types.items(), key=lambda item: (-item[1], item[0]))),
            tuple(sorted(ref for ref, _ in group)),
        )


def _name(entities: Sequence[Entity]) -> str:
    """Return the name that most papers' entities go by; a short abbreviation only if nobody spells it out."""
    names = Counter(entity.name for entity in entities)
    telling = [name for name in names if len(name) > _SHORT or not _ABBREVIATION.fullmatch(name)]
    return max(
        telling or names, key=lambda n: (names[n], not _ABBREVIATION.fullmatch(n), is_mixed(n), n.islower(), -len(n), n)
    )
