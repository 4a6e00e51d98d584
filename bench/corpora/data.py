"""Annotated corpora in one form: mentions with offsets, and relations between them.

One object a line: ``text``, ``entities`` (``start``, ``end``, ``type``), ``relations`` (``head``, ``tail``: numbers of
entities; ``type``), ``sentences`` (pairs of offsets; where a corpus has none, they are told by their signs).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from spacy.tokens import Doc
from spacy.vocab import Vocab

from paperatlas.extract.learned.nodes import Scheme
from paperatlas.extract.learned.pieces import Window
from paperatlas.extract.places import Tokens
from paperatlas.extract.sentences import sentence_starts
from paperatlas.extract.training.examples import Example, Thing

_TOKEN = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a corpus, in the order of their numbers, and between what they were seen in training.

    ``signatures`` are (type of the head, relation, type of the tail); ``one_sentence`` tells that no relation leaves
    its sentence.
    """

    types: tuple[str, ...]
    relations: tuple[str, ...]
    signatures: frozenset[tuple[str, str, str]]
    one_sentence: bool

    @property
    def scheme(self) -> Scheme:
        """What a network that learns them must know."""
        return Scheme(len(self.types), len(self.relations))

    @classmethod
    def of(cls, records: Iterable[dict[str, Any]]) -> Labels:
        """Collect the labels of a corpus."""
        types, signatures, leaves = set(), set(), False
        for record in records:
            entities = record["entities"]
            # Where a corpus has none, all may be in one, or not.
            leaves |= "sentences" not in record
            begins = sorted(start for start, _ in record.get("sentences", ()))
            types |= {entity["type"] for entity in entities}
            for relation in record["relations"]:
                head, tail = entities[relation["head"]], entities[relation["tail"]]
                signatures.add((head["type"], relation["type"], tail["type"]))
                leaves |= bisect_right(begins, head["start"]) != bisect_right(begins, tail["start"])
        relations = sorted({relation for _, relation, _ in signatures})
        return cls(tuple(sorted(types)), tuple(relations), frozenset(signatures), not leaves)


@dataclass(frozen=True, slots=True)
class Text:
    """One text with its mentions as spans of tokens, and its relations as (head, type, tail) of mentions' numbers."""

    doc: Doc
    mentions: tuple[tuple[Tokens, str], ...]
    relations: tuple[tuple[int, str, int], ...]


def text_of(record: dict[str, Any], vocab: Vocab) -> Text:
    """Return a record as tokens, cut at every sign. Mentions that begin or end within a token take all of it."""
    text = record["text"]
    spans = [match.span() for match in _TOKEN.finditer(text)]
    words = [text[start:end] for start, end in spans]
    spaces = [end < len(text) and text[end].isspace() for _, end in spans]
    starts: list[bool | int | None] = [*_sentence_starts(record, spans, words)]
    doc = Doc(vocab, words=words, spaces=spaces, sent_starts=starts)
    first = {start: n for n, (start, _) in enumerate(spans)}
    last = {end: n + 1 for n, (_, end) in enumerate(spans)}

    def tokens(start: int, end: int) -> Tokens:
        low = first.get(start) if start in first else sum(e <= start for _, e in spans)
        high = last.get(end) if end in last else sum(s < end for s, _ in spans)
        return int(low or 0), max(int(high or 0), int(low or 0) + 1)

    mentions = tuple((tokens(e["start"], e["end"]), e["type"]) for e in record["entities"])
    relations = tuple((r["head"], r["type"], r["tail"]) for r in record["relations"])
    return Text(doc, mentions, relations)


def _sentence_starts(record: dict[str, Any], spans: Sequence[tuple[int, int]], words: Sequence[str]) -> list[bool]:
    if "sentences" not in record:
        return sentence_starts(words)
    begins = sorted(start for start, _ in record["sentences"])
    sentences = [bisect_right(begins, start) for start, _ in spans]
    return [n == 0 or sentences[n] != sentences[n - 1] for n in range(len(spans))]


def examples_of(text: Text, labels: Labels, found: Sequence[Window]) -> Iterator[Example]:
    """Yield what there is to learn in each window: every mention a thing of its own."""
    for window in found:
        inside = [n for n, (span, _) in enumerate(text.mentions) if window.start <= span[0] and span[1] <= window.end]
        number = {n: position for position, n in enumerate(inside, 1)}
        things = []
        for n in inside:
            (start, end), kind = text.mentions[n]
            mention = ((start - window.start, end - window.start),)
            things.append(Thing((labels.types.index(kind),), False, mention, frozenset(), (mention,)))
        relations = tuple(
            (number[head], labels.relations.index(kind), number[tail], False)
            for head, kind, tail in text.relations
            if head in number and tail in number
        )
        yield Example(window, (), tuple(things), (), relations, ())
