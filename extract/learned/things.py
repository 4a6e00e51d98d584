"""Candidates to things: which are things at all, of what type, and which names are one thing's."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from operator import add

from paperatlas.extract.facts import Entity
from paperatlas.extract.learned.model import Settings, logit, probable
from paperatlas.extract.learned.nodes import SAME_AS, TYPES
from paperatlas.extract.learned.reading import CERTAIN
from paperatlas.extract.learned.scores import Scores, Statement, mutual
from paperatlas.extract.names import is_mixed
from paperatlas.extract.surface import may_be_one
from paperatlas.schema import EntityType

#: How sure it must be that names which do not look alike are one thing's.
_BEYOND_DOUBT = 0.9
#: What may be a model or a method is called a model if it is named like a system, unless little speaks for it: the
#: guideline leaves most of these open, and a reader expects BigGAN among the models.
_SYSTEM = 60.0
_MODEL = TYPES.index(EntityType.MODEL)


def judged(entity: Entity, scores: Scores, node: int, settings: Settings) -> Entity | None:
    """Return ``entity`` with its type and confidence, or ``None`` if it is not likely one.

    What a person's list or another tagger is certain of stays as it is.
    """
    spans, document = scores.spans[node], scores.types.get(node)
    if not spans or document is None or entity.confidence >= CERTAIN:
        return entity
    share = settings.document
    # A handful of numbers: arrays would take longer to make than to add up.
    summed = spans[0] if len(spans) == 1 else [*map(sum, zip(*spans, strict=True))]
    votes = [*map(add, _shared(summed, 1 - share), _shared(document[1:], share))]
    most = max(votes)
    kind = TYPES[votes.index(most)]
    if kind is EntityType.METHOD and _SYSTEM * votes[_MODEL] > most and _is_system(entity):
        kind = EntityType.MODEL
    probability = probable((1 - share) * logit(max(map(sum, spans))) + share * logit(1 - document[0]))
    if probability < settings.entity:
        return None
    return replace(entity, type=kind, confidence=settings.entity_calibration(probability))


def _shared(votes: Sequence[float], share: float) -> list[float]:
    """Return ``votes`` as parts of ``share``; none of it if all are zero, as those for a span across sentences are."""
    whole = sum(votes)
    return [share * vote / whole for vote in votes] if whole else [0.0] * len(votes)


def _is_system(entity: Entity) -> bool:
    """Tell names that read as a particular system's by their letters alone: BigGAN, not GAN or "policy gradients"."""
    return any(is_mixed(a) and re.search("[a-z]{2}", a) for a in entity.aliases) and not any(
        " " in alias for alias in entity.aliases
    )


def same_things(
    statements: Iterable[Statement], entities: Mapping[int, Entity], settings: Settings
) -> dict[int, dict[int, Entity]]:
    """Return the entities by the first of those that are one thing under several names.

    Names with other numbers in them are never one thing's: GPT-2 and GPT-3. Names that have nothing in common must be
    beyond doubt.
    """
    first = {node: node for node in entities}
    pairs = [s for s in statements if s.label == SAME_AS and s.head in first and s.tail in first]
    for pair in sorted(mutual(pairs), key=lambda s: -s.probability):
        head, tail = entities[pair.head], entities[pair.tail]
        alike = any(may_be_one(a, b) for a, b in product(head.aliases, tail.aliases))
        least = settings.same if alike else max(settings.same, _BEYOND_DOUBT)
        if pair.probability >= least and _numbers(head) == _numbers(tail):
            one, other = sorted((first[pair.head], first[pair.tail]))
            first = {node: one if root == other else root for node, root in first.items()}
    groups: dict[int, dict[int, Entity]] = defaultdict(dict)
    for node, root in first.items():
        groups[root][node] = entities[node]
    return groups


def _numbers(entity: Entity) -> list[str]:
    return re.findall(r"\d+", entity.name)


def joined(group: Mapping[int, Entity]) -> Entity:
    """Make one entity of several, named as it is most often, of the type that is surest."""
    if len(group) == 1:
        return next(iter(group.values()))
    named = max(group.values(), key=lambda entity: (len(entity.mentions), entity.confidence))
    surest = max(group.values(), key=lambda entity: entity.confidence)
    mentions = tuple(sorted({span for entity in group.values() for span in entity.mentions}))
    aliases = tuple(dict.fromkeys(alias for entity in group.values() for alias in entity.aliases))
    return replace(named, type=surest.type, confidence=surest.confidence, mentions=mentions, aliases=aliases)
