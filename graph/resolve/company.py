"""The company that a thing keeps: the words with which its paper names other things, and how common words are at large.

How common a word is comes with the package (``data/words.tsv``, made by ``python -m tools.words``) and is not counted
in the papers at hand: so what an abbreviation stands for depends on the papers that use it, and no other paper changes
it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.resources import files

from paperatlas.extract.facts import Entity, Facts
from paperatlas.extract.surface import singular
from paperatlas.graph.memory import remembered

_WORD = re.compile(r"[^\W_]{2,}")
#: Words that fewer entities are named with are not in the table, and held to be as common as that.
RAREST = 5

#: By a paper's key: the words of each thing that it names, by the thing's key.
Company = Callable[[str], Mapping[str, frozenset[str]]]


@remembered
def words(name: str) -> frozenset[str]:
    """Return the words of a name, without case and plural.

    >>> sorted(words("Large Language Models (LLMs)"))
    ['language', 'large', 'llm', 'model']
    """
    return frozenset(_singular(word) for word in _WORD.findall(name.lower()) if not word.isdigit())


def words_of(names: Iterable[str]) -> frozenset[str]:
    """Return the words of all that a paper calls a thing."""
    return frozenset().union(*map(words, names))


def company_in(facts: Facts) -> dict[str, frozenset[str]]:
    """Return the words of all that a paper names, by the keys of its entities."""
    return {entity.key: words_of(entity.aliases or (entity.name,)) for entity in facts.entities}


def share(word: str) -> float:
    """Return which share of the words of all names ``word`` is.

    >>> share("model") > share("diffusion") > share("zebrafish") > 0
    True
    """
    counts, total = _common()
    return counts.get(word, RAREST) / total


def is_common(word: str) -> bool:
    """Tell whether ``word`` is known from many names."""
    return word in _common()[0]


def count_words(entities: Iterable[Entity]) -> Counter[str]:
    """Count with how many entities' names each word comes."""
    counts: Counter[str] = Counter()
    for entity in entities:
        counts.update(words_of(entity.aliases or (entity.name,)))
    return counts


@remembered
def _singular(word: str) -> str:
    return singular(word)


@cache
def _common() -> tuple[dict[str, int], int]:
    lines = files("paperatlas.graph.resolve").joinpath("data", "words.tsv").read_text(encoding="utf-8").splitlines()
    counts = {word: int(count) for word, _, count in (line.partition("\t") for line in lines if line[0] != "#")}
    return counts, sum(counts.values())
