"""The name, the type and the identifier of a thing, of all that papers say of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from paperatlas.extract.facts import Entity
from paperatlas.extract.names import is_mixed
from paperatlas.extract.surface import slug
from paperatlas.graph.resolve.collection import Member
from paperatlas.graph.resolve.forms import form
from paperatlas.schema import EntityType

#: What a thing is called whose name has no letter or digit.
UNNAMED = "thing"
#: An abbreviation of no more letters says too little to be a thing's name, if there is another.
_SHORT = 3
#: Of the papers that use a name, this share mean the thing that has it as its identifier.
_NEARLY_ALL = 0.9


def name_of(members: Sequence[Member]) -> str:
    """Return the name that most papers' entities go by; a short abbreviation only if nobody spells it out."""
    if len(members) == 1:
        return _plain_name(members[0])
    names = Counter(_plain_name(member) for member in members)
    telling = [name for name in names if len(name) > _SHORT or not form(name).is_abbreviation]
    return max(
        telling or names,
        key=lambda n: (names[n], not form(n).is_abbreviation, is_mixed(n), n.islower(), -len(n), n),
    )


def majority(entities: Sequence[Entity]) -> EntityType:
    """Return the type that most papers give, the surest of those that tie."""
    if len(entities) == 1:
        return entities[0].type
    votes: Counter[EntityType] = Counter(entity.type for entity in entities)
    sureness: dict[EntityType, float] = defaultdict(float)
    for entity in entities:
        sureness[entity.type] += entity.confidence
    return max(sorted(votes), key=lambda kind: (votes[kind], round(sureness[kind], 6)))


def identifiers(named: Iterable[tuple[str, str, EntityType, int]]) -> Iterator[tuple[str, str]]:
    """Yield each lead with an identifier of its own: the slug of its name, with the type where two share one.

    ``named`` are leads with the names, the types and the numbers of papers of their things. A thing that nearly all
    papers mean by a name has the plain slug, however few mean another.

    >>> named = [("1", "MAP", EntityType.METRIC, 3), ("2", "map", EntityType.METHOD, 2)]
    >>> more = [("3", "ViT", EntityType.METHOD, 90), ("4", "ViT", EntityType.DATASET, 1)]
    >>> [*identifiers([*named, *more])]
    [('2', 'map-method'), ('1', 'map-metric'), ('4', 'vit-dataset'), ('3', 'vit')]
    """
    described = sorted((slug(name) or UNNAMED, kind, -support, lead) for lead, name, kind, support in named)
    slugs: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for identifier, _, support, lead in described:
        slugs[identifier].append((-support, lead))
    plain = set()
    for sharing in slugs.values():
        most, lead = max(sharing)
        if most >= _NEARLY_ALL * sum(support for support, _ in sharing):
            plain.add(lead)
    used: Counter[str] = Counter()
    for identifier, kind, _, lead in described:
        own = identifier if lead in plain else f"{identifier}-{kind.value.lower()}"
        used[own] += 1
        # No slug has two hyphens in a row.
        yield lead, f"{own}--{used[own]}" if used[own] > 1 else own


def _plain_name(member: Member) -> str:
    """Return an entity's name, without what makes it a longer way to say it."""
    named = form(member.entity.name)
    longer = next((base for shown, base, rules in member.forms if rules and shown.key == named.key), None)
    if longer:
        return longer.text
    spelt = any(shown.key == named.key for shown, _, _ in member.forms)
    # An abbreviation that ends in s has lost it to a rule for plurals: FPS.
    return member.entity.name if spelt or " " in named.text else member.primary.text
