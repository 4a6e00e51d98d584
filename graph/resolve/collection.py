"""What a collection of papers calls its things: every entity with its forms, every form with who uses it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from paperatlas.extract.facts import Entity
from paperatlas.graph.memory import remembered
from paperatlas.graph.resolve.abbreviations import abbreviates, may_shorten
from paperatlas.graph.resolve.forms import Form, form
from paperatlas.graph.resolve.things import Ref
from paperatlas.graph.resolve.variants import KINDS, Variants

#: "Vision Transformer (ViT)", taken for one mention.
_BOTH = re.compile(r"(.{4,}?)\s?\(([^()]{2,14})\)")


@dataclass(frozen=True, slots=True)
class Member:
    """An entity of a paper with its forms: each as it stands there, and the base that it is a longer way to say."""

    ref: Ref
    entity: Entity
    forms: tuple[tuple[Form, Form, tuple[str, ...]], ...]
    #: The pairs of its bases of which the first abbreviates the second, the longest that it does.
    pairs: tuple[tuple[Form, Form], ...]

    #: Its distinct bases, by their keys.
    bases: dict[str, Form]
    #: The form that says which thing it is: the long form of its name, else the name, else what stands first.
    primary: Form


@dataclass(frozen=True)
class Collection:
    """The members in order, and which keys are abbreviations."""

    members: tuple[Member, ...]
    short: frozenset[str]

    def by_paper(self) -> Iterator[tuple[str, list[Member]]]:
        """Yield each paper with its members."""
        papers: dict[str, list[Member]] = defaultdict(list)
        for member in self.members:
            papers[member.ref[0]].append(member)
        yield from papers.items()


def collect(named: Mapping[Ref, Entity], kept: frozenset[str] = frozenset()) -> Collection:
    """Collect entities, in order; forms with a key of ``kept`` are taken for nobody's longer way to say it."""
    entities = [(ref, entity, forms) for ref, entity in named.items() if (forms := forms_of(entity))]
    variants = _variants(((entity, forms) for _, entity, forms in entities), kept)
    members = [_member(ref, entity, forms, variants) for ref, entity, forms in entities]
    short = {short.key for member in members for short, _ in member.pairs}
    short |= {base.key for member in members for _, base, _ in member.forms if base.is_abbreviation}
    return Collection(tuple(members), frozenset(short))


def _member(ref: Ref, entity: Entity, forms: Sequence[Form], variants: Variants) -> Member:
    based = tuple((one, *variants.base(one)) for one in forms)
    bases = {base.key: base for _, base, _ in reversed(based)}
    pairs = tuple(_pairs([*bases.values()])) if len(bases) > 1 else ()
    named = form(entity.name).key
    own = next((base for shown, base, _ in based if named in (shown.key, base.key)), None)
    own = own or min(bases.values(), key=lambda base: (base.is_abbreviation, base.key))
    primary = next((long for short, long in pairs if short.key == own.key), own)
    return Member(ref, entity, based, pairs, bases, primary)


def forms_of(entity: Entity) -> list[Form]:
    """Return what a paper calls an entity; a long form with its abbreviation in brackets is two."""
    return [one for text in dict.fromkeys(entity.aliases or (entity.name,)) for one in _forms(text)]


@remembered
def _forms(text: str) -> tuple[Form, ...]:
    whole = form(text)
    both = _BOTH.fullmatch(whole.text) if whole.text.endswith(")") else None
    if both and abbreviates(both[2], both[1]):
        return form(both[1]), form(both[2])
    return (whole,) if whole.key else ()


def _variants(entities: Iterable[tuple[Entity, list[Form]]], kept: frozenset[str]) -> Variants:
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    proper: Counter[str] = Counter()
    for entity, forms in entities:
        for one in {one.key: one for one in forms}.values():
            kinds[one.key][KINDS[entity.type]] += 1
            proper[one.key] += one.is_proper
    shares = {key: proper[key] / votes.total() for key, votes in kinds.items()}
    most = {key: max(sorted(votes), key=lambda k: votes[k]) for key, votes in kinds.items()}
    counts = {key: votes.total() for key, votes in kinds.items()}
    return Variants(most, counts, shares, kept)


def _pairs(bases: Sequence[Form]) -> Iterator[tuple[Form, Form]]:
    distinct = sorted(bases, key=lambda base: (-len(base.key), base.key))
    for short in distinct:
        for long in distinct:
            if len(short.key) < len(long.key) and may_shorten(short, long) and abbreviates(short.text, long.text):
                yield short, long
                break
