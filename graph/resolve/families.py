"""Families of names: what can have to do with each other at all, so that an atlas that grows is resolved in part.

Whatever resolution compares, counts together or gives one identifier, meets in a key: of a form, of what a rule may
take off it, of its stems, of the slug that names the thing. Entities that share a key, directly or by others, are a
family. What becomes of one family depends on no other: :func:`.resolve_some` of some families gives what it gives of
all. This is blocking (Papadakis et al., "Blocking and filtering techniques for entity resolution: a survey", ACM
Computing Surveys 53, 2020), with blocks that nothing leaves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain

from paperatlas.extract.facts import Entity
from paperatlas.extract.surface import slug
from paperatlas.graph.memory import remembered
from paperatlas.graph.resolve.abbreviations import stem
from paperatlas.graph.resolve.collection import forms_of
from paperatlas.graph.resolve.decisions import Overrides
from paperatlas.graph.resolve.forms import Form, form
from paperatlas.graph.resolve.naming import UNNAMED
from paperatlas.graph.resolve.things import Ref
from paperatlas.graph.resolve.variants import KINDS, STEPS, steps
from paperatlas.schema import EntityType

_ENDINGS = tuple(f"-{kind.value.lower()}" for kind in EntityType)


class Families:
    """The families of some entities, each known by the first of its keys; ``meeting`` are further keys that meet."""

    def __init__(self, named: Mapping[Ref, Entity], meeting: Iterable[Iterable[str]] = ()) -> None:
        self._key: dict[Ref, str] = {}
        # Most of what a paper names is called so by others, too.
        called: dict[tuple[tuple[str, ...], str], list[Form]] = {}
        kinds: dict[str, set[str]] = defaultdict(set)
        for ref, entity in named.items():
            call = entity.aliases, entity.name
            if (forms := called.get(call)) is None:
                forms = called[call] = [one for one in (*forms_of(entity), form(entity.name)) if one.key]
            for one in forms:
                kinds[one.key].add(KINDS[entity.type])
            if forms:
                self._key[ref] = forms[0].key
        shared = {(one.text, one.key) for forms in called.values() for one in forms}
        together = chain(
            (keys(text, kind) for text, key in shared for kind in kinds[key]),
            ({*(one.key for one in forms), *_slugs(name)} for (_, name), forms in called.items() if forms),
            meeting,
        )
        self.by_key = _by_first(together)

    def __getitem__(self, ref: Ref) -> str:
        """Return the family of an entity; empty for one that no form is left of."""
        return self.by_key[self._key[ref]] if ref in self._key else ""


@remembered
def keys(text: str, kind: str) -> frozenset[str]:
    """Return the keys in which a form may meet others, if it is taken for a thing of ``kind``.

    >>> sorted(keys("ImageNet 128x128", "dataset"))
    ['128x128 imagenet', 'imagenet', 'imagenet128x128']
    """
    found: set[str] = set()
    reached, ahead = {text}, {text}
    for _ in range(STEPS + 1):
        for current in ahead:
            one = form(current)
            if one.key:
                found |= {one.key, *_slugs(one.text)}
            if len(one.words) > 1:
                found.add(" ".join(sorted(stem(word) for word in one.words)))
        ahead = {form(step.base).text for current in ahead for step in steps(current, kind)} - reached
        reached |= ahead
    return frozenset(found)


def _by_first(together: Iterable[Iterable[str]]) -> dict[str, str]:
    """Return for each key, in order, the first of all those that it meets, directly or by others."""
    import igraph

    numbers: dict[str, int] = {}
    pairs: list[tuple[int, int]] = []
    for meeting in together:
        places = [numbers.setdefault(key, len(numbers)) for key in meeting]
        pairs += [(places[0], other) for other in places[1:]]
    components = igraph.Graph(len(numbers), pairs).connected_components().membership
    first: dict[int, str] = {}
    return {key: first.setdefault(components[numbers[key]], key) for key in sorted(numbers)}


@remembered
def _slugs(name: str) -> tuple[str, ...]:
    """Return keys in which things of one identifier meet: it is made of the name, at times with the type behind it."""
    identifier = slug(name) or UNNAMED
    shorter = [identifier.removesuffix(ending) for ending in _ENDINGS if identifier.endswith(ending)]
    return tuple(one.replace("-", "") for one in (identifier, *shorter))


def decided(decisions: Overrides) -> list[frozenset[str]]:
    """Return the keys that each of a person's decisions brings together."""
    together = [
        *([name.name for name in merge.names] for merge in decisions.merges),
        *([name.name for name in apart.names] for apart in decisions.aparts),
        *([rename.name.name, rename.to] for rename in decisions.renames),
        *([retype.name.name] for retype in decisions.retypes),
        *([drop.name.name] for drop in decisions.drops),
    ]
    return [frozenset(key for name in names for key in (form(name).key, *_slugs(name)) if key) for names in together]
