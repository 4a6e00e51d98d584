"""What an abbreviation stands for in a paper that does not say.

Each long form that other papers give for it is a candidate, and so is that it stands for something that no paper
spells out. The candidates are weighed as a naive Bayes classifier does: by how many papers give each, by what types
they take it for, and by the things that papers name along with it. The words of those are scored by query likelihood
with Dirichlet smoothing against all papers (Zhai & Lafferty, "A study of smoothing methods for language models", SIGIR
2001).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import exp, log, log2

from paperatlas.graph.resolve.collection import Member
from paperatlas.graph.resolve.company import is_common, share
from paperatlas.graph.resolve.forms import Form
from paperatlas.schema import EntityType

#: A candidate is taken if it is at least this likely; from SETTLED on, a person need not look at it.
TAKEN, SETTLED = 0.8, 0.95

#: How much a type counts before any paper has been seen, for the same type, Model for Method, and another one.
_SAME, _EXCHANGED, _OTHER = 0.55, 0.4, 0.0167
_TYPE_WEIGHT = 5.0
#: A long abbreviation means one thing, so that it is rather the type that is mistaken: Understanding looks like a task.
_OTHER_LONG = 0.1
#: Up to this many letters a type says much.
_CERTAIN = 3
_SYSTEMS = frozenset((EntityType.MODEL, EntityType.METHOD))

#: Smoothing: of a candidate's words with those of names at large, by a number of words and a share of the candidate's
#: own.
_WORDS, _SHARE = 100.0, 1.0
#: Words of one paper depend on each other, so that each counts for less than a witness of its own.
_TEMPER = 0.6
_MOST = 8.0
#: Strange company makes none of the candidates unlikelier than this, in logarithms: any paper may name strange things.
_STRANGE = -1.5
#: That the paper names the long form itself, elsewhere.
_NAMED = 5.0


@dataclass(slots=True)
class Sense:
    """A candidate: the papers that spell the abbreviation out so, what they take it for, what they name with it."""

    lead: str
    papers: list[str] = field(default_factory=list)
    types: Counter[EntityType] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, lead: str, members: Iterable[Member], around: Callable[[Member], Iterable[str]]) -> Sense:
        """Collect what the papers of ``members`` say of a candidate; ``around`` gives the words of their company."""
        sense = cls(lead)
        for member in members:
            sense.papers.append(member.ref[0])
            sense.types[member.entity.type] += 1
            sense.words.update(around(member))
        return sense


@dataclass(frozen=True, slots=True)
class Choice:
    """The likeliest candidate with its probability, and the words that spoke for it most."""

    sense: Sense
    sureness: float
    shared: tuple[str, ...]


def choose(
    short: Form,
    kind: EntityType,
    words: Iterable[str],
    senses: Sequence[Sense],
    *,
    named: frozenset[str] = frozenset(),
) -> Choice | None:
    """Weigh the candidates for ``short`` in a paper that names things with ``words`` beside it; return the likeliest.

    ``named`` are the leads of the things that the paper names otherwise.
    """
    if not senses:
        return None
    around = sorted(set(words))
    given = sum(len(sense.papers) for sense in senses)
    # What means many things means more than are spelt out, but most of what is spelt out is met once.
    unseen = unspelt(short) * (1 + log2(len(senses)))
    companies: list[tuple[float, Sense, tuple[str, ...]]] = []
    for sense in sorted(senses, key=lambda s: s.lead):
        total = sense.words.total()
        gains = [(_gain(word, sense, total), word) for word in around]
        company = max(-_MOST, min(_MOST, _TEMPER * sum(gain for gain, _ in gains)))
        shared = tuple(word for gain, word in sorted(gains, key=lambda g: (-g[0], g[1])) if gain > 0)
        companies.append((company + _NAMED * (sense.lead in named), sense, shared))
    lifted = max(0.0, _STRANGE - max(company for company, *_ in companies))
    other = _OTHER if len(short.key) <= _CERTAIN else _OTHER_LONG
    weights = [
        (
            len(sense.papers) / (given + unseen) * _type_ratio(kind, sense.types, other) * exp(company + lifted),
            sense,
            shared,
        )
        for company, sense, shared in companies
    ]
    everything = sum(weight for weight, _, _ in weights) + unseen / (given + unseen)
    best, sense, shared = max(weights, key=lambda w: (w[0], w[1].lead))
    return Choice(sense, round(best / everything, 3), shared[:4])


def unspelt(short: Form) -> float:
    """Return the weight of meanings that no paper spells out, in papers: the shorter, the more an abbreviation means.

    >>> from paperatlas.graph.resolve.forms import form
    >>> unspelt(form("IS")), unspelt(form("GANs")), unspelt(form("BLEU")), unspelt(form("VQ-VAE"))
    (0.6, 0.4, 0.1, 0.02)
    """
    if not short.is_abbreviation:
        return 0.02
    return {2: 0.6, 3: 0.4}.get(len(short.text.removesuffix("s")), 0.1)


def _type_ratio(kind: EntityType, votes: Counter[EntityType], other: float) -> float:
    """Return how much likelier a type is for a candidate than for anything."""
    most = max(sorted(votes), key=lambda k: votes[k])
    prior = _SAME if kind is most else _EXCHANGED if {kind, most} == _SYSTEMS else other
    likelihood = (votes[kind] + _TYPE_WEIGHT * prior) / (votes.total() + _TYPE_WEIGHT)
    return likelihood * len(EntityType)


def _gain(word: str, sense: Sense, total: int) -> float:
    """Return by how much a word makes a candidate, named along with ``total`` words, likelier, in logarithms."""
    if not total or not (is_common(word) or sense.words[word]):
        return 0.0
    everywhere = share(word)
    smoothing = _WORDS + _SHARE * total
    return log((sense.words[word] + smoothing * everywhere) / (total + smoothing) / everywhere)
