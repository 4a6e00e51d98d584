"""What the pair head says of one document: its nodes numbered through all windows, and every pair of them scored."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from paperatlas.extract.facts import Entity, Span
from paperatlas.extract.learned.model import Model, PairScores
from paperatlas.extract.learned.nodes import NUMBER_NODE, PAPER_NODE, SELF, TYPES, Geometry, geometry
from paperatlas.extract.learned.reading import Reading, View
from paperatlas.extract.numbers import NUMBER
from paperatlas.extract.places import Tokens, tokens_of
from paperatlas.extract.words import words_in
from paperatlas.schema import PAPER

if TYPE_CHECKING:
    from spacy.tokens import Doc

#: Below this probability nothing that is said of a pair is looked at.
LOWEST = 0.05
#: How many numbers are scored beside the things of a window at once, and how many things at most. The work grows with
#: the square of both. No abstract names as many things in one window; a text that lists more is no abstract.
NUMBERS_AT_ONCE = 24
MOST_THINGS = 120


class Statement(NamedTuple):
    """What the pair head says of two nodes: a label's probability, and the sentence that holds the closest mentions."""

    head: int
    label: int
    tail: int
    probability: float
    sentence: int


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the text, where it stands (``tokens``), and how likely it is a result, and a gain."""

    match: re.Match[str]
    tokens: Tokens
    is_result: float = 0.0
    is_gain: float = 0.0


@dataclass(frozen=True, slots=True)
class _Part:
    """What the pair head is shown at once: some of the nodes of a window, and the mentions by their nodes."""

    view: View
    nodes: Sequence[int]
    mentions: Mapping[int, Sequence[Tokens]]
    places: Geometry


def score(documents: Iterable[tuple[Doc, Reading, Sequence[Entity]]], model: Model) -> list[Scores]:
    """Let the pair head of ``model`` score the entities of documents that it has read, each document by itself."""
    found = [Scores(*document) for document in documents]
    # All are asked before the first answer is looked at: see reading.read. Most have one part, a long text many.
    for parts in zip_longest(*(scores.parts() for scores in found)):
        asked = [(scores, part) for scores, part in zip(found, parts, strict=True) if part]
        answers = [model.pairs(part.view.states, part.places) for _, part in asked]
        for (scores, part), said in zip(asked, answers, strict=True):
            scores.add(part, said)
    return found


class Scores:
    """The scores of all windows, with the nodes numbered through the document: 0 the paper, then things, then numbers.

    What two windows both show counts as the likelier of them says.
    """

    def __init__(self, doc: Doc, reading: Reading, entities: Sequence[Entity]) -> None:
        own = [(n, n + 1) for n, word in enumerate(words_in(doc).lower) if word in SELF]
        things = [[tokens for span in entity.mentions if (tokens := tokens_of(doc, span))] for entity in entities]
        self.numbers = [
            Number(match, tokens)
            for match in NUMBER.finditer(words_in(doc).text)
            if (tokens := tokens_of(doc, Span(*match.span("value"))))
        ]
        self.first_number = 1 + len(things)
        self._views = reading.views
        self._mentions = [own, *things, *([number.tokens] for number in self.numbers)]
        #: The probabilities of the types, "none" first, by node, and those of the spans of each node's mentions.
        self.types: dict[int, list[float]] = {}
        self.spans: list[list[list[float]]] = [
            [t.tolist() for tokens in spans if (t := reading.types_of(tokens)) is not None] for spans in self._mentions
        ]
        self._best: dict[tuple[int, int, int], Statement] = {}
        self._kinds = [
            PAPER_NODE,
            *(TYPES.index(entity.type) for entity in entities),
            *[NUMBER_NODE] * len(self.numbers),
        ]

    def parts(self) -> Iterator[_Part]:
        """Yield what is to be scored: of each view the paper and its things, with some of its numbers at a time."""
        for view in self._views:
            window = view.window
            shown = {
                node: [(a - window.start, b - window.start) for a, b in spans if window.start <= a and b <= window.end]
                for node, spans in enumerate(self._mentions)
            }
            things = [node for node in range(1, self.first_number) if shown[node]][:MOST_THINGS]
            numbers = [node for node in range(self.first_number, len(self._mentions)) if shown[node]]
            for start in range(0, max(len(numbers), 1), NUMBERS_AT_ONCE):
                nodes = [0, *things, *numbers[start : start + NUMBERS_AT_ONCE]]
                places = geometry(window, [shown[node] for node in nodes], [self._kinds[node] for node in nodes])
                yield _Part(view, nodes, shown, places)

    def add(self, part: _Part, scores: PairScores) -> None:
        """Take in what the pair head says of ``part``."""
        self._add_statements(part, scores)
        self._add_nodes(part.nodes, scores)

    def _add_statements(self, part: _Part, scores: PairScores) -> None:
        window, nodes, places = part.view.window, part.nodes, part.places
        starts = [start for node in nodes for start, _ in part.mentions[node]]
        first_mention = {node: n for n, node in reversed([*enumerate(places.mention_node.tolist())])}
        sentences = window.sentences.tolist()
        heads, tails, labels = (scores.pairs > LOWEST).nonzero()
        probabilities, closest = scores.pairs[heads, tails, labels], places.closest[heads, tails, 1]
        columns = (column.tolist() for column in (heads, tails, labels, probabilities, closest))
        for i, j, label, probability, nearest in zip(*columns, strict=True):
            # The sentence of the tail's mention: heads are often spoken of as "we" or "it".
            mention = first_mention.get(j, -1) if nearest < 0 else nearest
            if i == j or mention < 0:
                continue
            key = (nodes[i], label, nodes[j])
            if key not in self._best or self._best[key].probability < probability:
                self._best[key] = Statement(*key, probability, sentences[starts[mention]])

    def _add_nodes(self, nodes: Sequence[int], scores: PairScores) -> None:
        for node, types, (is_result, is_gain) in zip(
            nodes, scores.types.tolist(), scores.numbers.tolist(), strict=True
        ):
            if node not in self.types or types[0] < self.types[node][0]:
                self.types[node] = types
            if node >= self.first_number and is_result > self.numbers[node - self.first_number].is_result:
                number = self.numbers[node - self.first_number]
                self.numbers[node - self.first_number] = replace(number, is_result=is_result, is_gain=is_gain)

    @property
    def statements(self) -> Iterable[Statement]:
        """All that was said above the lowest threshold."""
        return self._best.values()


def mutual(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Make one statement of two directions, from the earlier thing to the later, with their mean probability."""
    both: dict[tuple[int, int, int], list[Statement]] = defaultdict(list)
    for statement in statements:
        low, high = sorted((statement.head, statement.tail))
        both[low, high, statement.label].append(statement)
    for (head, tail, _), found in both.items():
        yield found[0]._replace(head=head, tail=tail, probability=sum(s.probability for s in found) / 2)


def key_of(entities: Mapping[int, Entity], node: int) -> str:
    """Return the key of a node's entity; the first node is the paper."""
    return entities[node].key if node else PAPER
