"""Annotated abstracts as the network learns from them.

A record is one JSON object: ``text``, ``entities`` (``key``, ``type``, ``alt_types``, ``aliases``, ``optional``),
``relations`` (``head``, ``type``, ``tail``, ``optional``) and ``results`` (``subject``, ``metric``, ``value``,
``dataset``, ``kind``). Aliases are surface forms: wherever one stands in the text, it is a mention.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from paperatlas.extract.entities import bare
from paperatlas.extract.facts import Span
from paperatlas.extract.learned.nodes import (
    HAS_DATASET,
    HAS_METRIC,
    HAS_SUBJECT,
    RELATIONS,
    SCHEME,
    SELF,
    TYPES,
)
from paperatlas.extract.learned.pieces import Pieces, Window
from paperatlas.extract.numbers import NUMBER
from paperatlas.extract.places import Tokens, places_of, tokens_of
from paperatlas.extract.surface import surface_key
from paperatlas.extract.words import words_in
from paperatlas.schema import PAPER, SIGNATURES, EntityType, RelationType

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

#: What an alternative type weighs beside the annotated one: right, but not the first choice.
ALTERNATIVE = 0.3
#: Two mentions in different sentences are as far apart as this many tokens more.
_OTHER_SENTENCE = 500


@dataclass(frozen=True, slots=True)
class Thing:
    """An annotated entity: the numbers of its types, the annotated one first, and where it is named.

    ``nested`` are mentions within longer ones: they may be found or not. ``forms`` are the mentions by their spelling.
    """

    types: tuple[int, ...]
    optional: bool
    mentions: tuple[Tokens, ...]
    nested: frozenset[Tokens]
    forms: tuple[tuple[Tokens, ...], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the text; ``links`` are pairs of a label and a node's number, 0 for the paper.

    Of what is ``optional`` there is nothing to learn.
    """

    tokens: Tokens
    is_result: bool
    is_gain: bool
    links: tuple[tuple[int, int], ...]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """One abstract. ``relations`` hold (head, label, tail, optional); nodes are numbered from 1, 0 is the paper.

    ``doubtful`` are spans that are spelt like a thing but are not listed: they may be found or not.
    """

    window: Window
    own: tuple[Tokens, ...]
    things: tuple[Thing, ...]
    doubtful: tuple[tuple[Tokens, tuple[int, ...]], ...]
    relations: tuple[tuple[int, int, int, bool], ...]
    figures: tuple[Figure, ...]


def examples(records: Iterable[Mapping[str, Any]], nlp: Language, pieces: Pieces, *, longest: int) -> list[Example]:
    """Return an example a record. ``nlp`` must split sentences; a text longer than a window is cut to its first."""
    found = []
    for record in records:
        doc = nlp(record["text"])
        window = next(pieces.windows(doc))
        found.append(_example(record, doc, window, longest))
    return found


def _example(record: Mapping[str, Any], doc: Doc, window: Window, longest: int) -> Example:
    entities = record.get("entities", [])
    places = [{place for alias in e["aliases"] for place in places_of(doc, record["text"], alias)} for e in entities]
    places = [{place for place in spans if place[1] <= window.end} for spans in places]
    everywhere = set().union(*places)
    things = tuple(
        Thing(
            tuple(dict.fromkeys(TYPES.index(EntityType(t)) for t in (e["type"], *e.get("alt_types", ())))),
            bool(e.get("optional")),
            tuple(sorted(spans)),
            frozenset(s for s in spans if any(o != s and o[0] <= s[0] and s[1] <= o[1] for o in everywhere)),
            tuple(_forms(doc, sorted(spans))),
        )
        for e, spans in zip(entities, places, strict=True)
    )
    nodes = {PAPER: 0} | {e["key"]: n for n, e in enumerate(entities, 1)}
    keys = {
        surface_key(alias): thing.types for e, thing in zip(entities, things, strict=True) for alias in e["aliases"]
    }
    return Example(
        window,
        tuple((token.i, token.i + 1) for token in doc[: window.end] if token.lower_ in SELF),
        things,
        tuple(_spelt_alike(doc[: window.end].as_doc(), keys, everywhere, longest)),
        tuple(_relations(record, nodes)),
        _figures(record, doc, window, things, nodes),
    )


def _forms(doc: Doc, mentions: Iterable[Tokens]) -> Iterable[tuple[Tokens, ...]]:
    forms: dict[str, list[Tokens]] = {}
    for start, end in mentions:
        found = doc[start:end]
        span = bare(words_in(doc).text, Span(found.start_char, found.end_char))
        forms.setdefault(surface_key(span.of(words_in(doc).text)), []).append((start, end))
    return map(tuple, forms.values())


def untitled(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``record`` without the title, and without what only the title names: many abstracts come alone."""
    _, _, abstract = record["text"].partition("\n")
    if not abstract.strip():
        return dict(record)
    entities = [
        {**entity, "aliases": aliases}
        for entity in record.get("entities", [])
        if (aliases := [alias for alias in entity["aliases"] if alias in abstract])
    ]
    keys = {PAPER, *(entity["key"] for entity in entities)}
    relations = [r for r in record.get("relations", []) if {r["head"], r["tail"]} <= keys]
    return {**record, "text": abstract, "entities": entities, "relations": relations}


def _spelt_alike(
    doc: Doc, keys: Mapping[str, tuple[int, ...]], known: set[Tokens], longest: int
) -> Iterable[tuple[Tokens, tuple[int, ...]]]:
    text, ends = words_in(doc).text, [token.idx + len(token) for token in doc]
    # Most words begin no name; an article may stand before one.
    openings = {key[:2] for key in keys}
    for first in doc:
        begins = surface_key(first.text)[:2] in openings or first.lower_ in ("the", "a", "an")
        if first.is_punct or first.is_space or not begins:
            continue
        for end in range(first.i + 1, min(len(doc), first.i + longest) + 1):
            types = keys.get(surface_key(text[first.idx : ends[end - 1]]))
            if types and (first.i, end) not in known and not doc[end - 1].is_punct and not doc[end - 1].is_space:
                yield (first.i, end), types


def _relations(record: Mapping[str, Any], nodes: Mapping[str, int]) -> Iterable[tuple[int, int, int, bool]]:
    for relation in record.get("relations", []):
        kind = RelationType(relation["type"])
        ends = (nodes[relation["head"]], nodes[relation["tail"]])
        for head, tail in {ends, ends[::-1]} if SIGNATURES[kind].symmetric else {ends}:
            yield head, RELATIONS.index(kind), tail, bool(relation.get("optional"))


def _figures(
    record: Mapping[str, Any], doc: Doc, window: Window, things: tuple[Thing, ...], nodes: Mapping[str, int]
) -> tuple[Figure, ...]:
    """Return the numbers of the text; each annotated result is tied to the one of its value nearest to its metric."""
    matches = [
        (m, tokens) for m in NUMBER.finditer(words_in(doc).text) if (tokens := tokens_of(doc, Span(*m.span("value"))))
    ]
    matches = [(match, tokens) for match, tokens in matches if tokens[1] <= window.end]
    tied: dict[int, Figure] = {}
    for result in record.get("results", []):
        value = _value(str(result["value"]))
        fitting = [n for n, (match, _) in enumerate(matches) if _value(match["value"]) == value]
        metric = nodes.get(result["metric"])
        if metric and (mentions := things[metric - 1].mentions):
            fitting.sort(key=lambda n: min(_distance(window, matches[n][1], mention) for mention in mentions))
        fitting = [n for n in fitting if n not in tied] or fitting
        if not fitting:
            continue
        links = {HAS_METRIC: metric, HAS_DATASET: nodes.get(str(result.get("dataset")))}
        links[HAS_SUBJECT] = nodes.get(str(result.get("subject")))
        known = tuple((label, node) for label, node in links.items() if node is not None)
        before = tied.get(fitting[0])
        known = tuple(dict.fromkeys((*(before.links if before else ()), *known)))
        optional = bool(result.get("optional")) and (before is None or before.optional)
        tied[fitting[0]] = Figure(matches[fitting[0]][1], True, result.get("kind") == "gain", known, optional)
    return tuple(tied.get(n, Figure(tokens, False, False, ())) for n, (_, tokens) in enumerate(matches))


def _value(text: str) -> str:
    digits = re.search(r"\d+(?:\.\d+)?|\.\d+", text.replace(",", ""))
    return f"{float(digits[0]):g}" if digits else text


def _distance(window: Window, one: Tokens, other: Tokens) -> int:
    apart = window.sentences[one[0] - window.start] != window.sentences[other[0] - window.start]
    return abs(one[0] - other[0]) + _OTHER_SENTENCE * bool(apart)


def span_classes(example: Example, longest: int, classes: int = SCHEME.classes) -> npt.NDArray[np.float32]:
    """Return how right each class (W, L, C) is for each span: 1, :data:`ALTERNATIVE` or 0.

    More than one is right where the annotation leaves it open.
    """
    right = np.zeros((example.window.width, longest, classes), dtype=np.float32)
    right[..., 0] = 1

    def allow(span: Tokens, types: tuple[int, ...], *, nothing: bool) -> None:
        start, end = span
        if end - start <= longest:
            right[start, end - start - 1] = class_weights(types, classes, nothing=nothing)

    for span, types in example.doubtful:
        allow(span, types, nothing=True)
    for thing in example.things:
        for span in thing.nested:
            allow(span, thing.types, nothing=True)
    for thing in example.things:
        for span in thing.mentions:
            if span not in thing.nested:
                allow(span, thing.types, nothing=thing.optional)
    return right


def class_weights(types: Sequence[int], classes: int, *, nothing: bool) -> npt.NDArray[np.float32]:
    """Return how right each class is for a thing of ``types``, the annotated one first; ``nothing`` may be right, too.

    >>> class_weights((2, 0), 6, nothing=False).tolist()[3], class_weights((), 6, nothing=True).tolist()
    (1.0, [1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    """
    weights = np.zeros(classes, dtype=np.float32)
    weights[0] = nothing
    weights[[1 + kind for kind in types]] = ALTERNATIVE
    weights[[1 + kind for kind in types[:1]]] = 1
    return weights
