"""What single words and terms say of a thing's type, by the lists in ``data/things.toml``."""

from __future__ import annotations

from functools import cache
from typing import Literal

from paperatlas.extract.lexicon import lines, words
from paperatlas.extract.surface import singular
from paperatlas.schema import EntityType

#: How surely the noun at the end of a phrase makes a name of it.
Sureness = Literal["sure", "likely", "possible"]
_SURENESS: tuple[Sureness, ...] = ("sure", "likely", "possible")


@cache
def noun_type(noun: str) -> EntityType | None:
    """Return the type that a common noun beside a name gives it.

    >>> noun_type("corpora"), noun_type("algorithms"), noun_type("river")
    (<EntityType.DATASET: 'Dataset'>, <EntityType.METHOD: 'Method'>, None)
    """
    found = (kind for kind in EntityType if singular(noun.lower()) in words("things", "apposition", kind.value))
    return next(found, None)


@cache
def head_type(noun: str) -> tuple[EntityType, Sureness] | None:
    """Return the type of the phrases that a noun heads, and how surely they are names at all.

    >>> head_type("networks")
    (<EntityType.METHOD: 'Method'>, 'likely')
    """
    head = singular(noun.lower())
    pairs = ((kind, level) for level in _SURENESS for kind in EntityType)
    return next((pair for pair in pairs if head in words("things", pair[0].value, pair[1])), None)


@cache
def known_type(word: str) -> EntityType | None:
    """Return the type of a word that the field has agreed on: "CNN", "BLEU", "VQA"."""
    kinds = (EntityType.METRIC, EntityType.METHOD, EntityType.TASK)
    return next((kind for kind in kinds if word.lower() in words("things", "known", kind.value)), None)


def known_term(phrase: str) -> EntityType | None:
    """Return the type of a phrase that the field has agreed on: "Object detection", "neural networks"."""
    *modifiers, head = phrase.lower().split()
    term = " ".join([*modifiers, singular(head)])
    kinds = (EntityType.TASK, EntityType.METHOD, EntityType.METRIC)
    return next((kind for kind in kinds if term in lines("things", "terms", kind.value)), None)


def is_generic(word: str) -> bool:
    """Tell a word that names nothing by itself, whatever its letters: "AI", "GPU", "English", "models"."""
    lower = word.lower()
    return lower in words("things", "generic", "alone") or (
        lower.endswith("s") and lower[:-1] in words("things", "generic", "alone")
    )


def says_nothing(word: str) -> bool:
    """Tell a word before a head noun that does not say of what kind it is: "proposed", "based", "deep"."""
    return word.lower() in words("things", "generic", "modifiers") or is_generic(word)
