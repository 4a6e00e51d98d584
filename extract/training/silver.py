"""Silver annotation: abstracts annotated by one trained model for the next to learn from.

This is self-training with what is unsure left open (as in Xie et al. 2020, "Self-training with Noisy Student"): what
the model is sure of is stated, what it is not sure of is marked optional, so that nothing is learned from it. Names
are then brought into line through all texts: what nearly all of them take for a dataset is one where a single text
misleads.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from paperatlas.extract.facts import Entity, Facts, as_json
from paperatlas.extract.learned.document import facts_of
from paperatlas.extract.learned.model import Calibration, Model, Settings
from paperatlas.extract.learned.nodes import TYPES
from paperatlas.extract.learned.reading import Reading
from paperatlas.extract.learned.scores import score
from paperatlas.extract.names import is_mixed
from paperatlas.extract.paper import Paper
from paperatlas.extract.pipeline import facts_from, load
from paperatlas.extract.surface import surface_key

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

#: From which probability on something is looked at, and from which on it is stated: between them it is left open.
_LOOKED_AT = 0.03
_ENTITY = (0.25, 0.6)
_RELATION = (0.2, 0.5)
_RESULT = (0.4, 0.7)
#: A type that has this share of what is said of a name is an alternative.
_ALTERNATIVE = 0.3
#: With so many other texts the rest of the collection counts as much as the text itself; it never counts for more than
#: the share behind.
_TEXTS, _MOST = 6, 0.6

_Types = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Draft:
    """What the model says of one text: a record as ``paperatlas extract`` writes it, with probabilities as they come.

    ``types`` has for each entity, by key, the probability of each type; ``names`` likewise for each name in the text,
    as it is spelt, whether it was taken for an entity or not.
    """

    record: dict[str, Any]
    types: dict[str, _Types]
    names: dict[str, _Types]


def annotated(folder: Path, texts: Sequence[str], *, workers: int = 2) -> list[dict[str, Any]]:
    """Return ``texts`` as annotated records, in order, by the model in ``folder``."""
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        drafts = [*pool.map(_draft, [folder] * len(texts), texts, chunksize=50)]
    known = _collected(drafts)
    return [_finished(draft, known) for draft in drafts]


@cache
def _opened(folder: Path) -> tuple[Language, Model, Settings]:
    model = Model(folder)
    open_to_all = replace(
        model.settings,
        entity=_ENTITY[0] / 2,
        relation=_RELATION[0],
        result=_RESULT[0],
        entity_calibration=Calibration(),
        relation_calibration=Calibration(),
    )
    return load("learned", model=str(folder), exclude=("document",)), model, open_to_all


def _draft(folder: Path, text: str) -> Draft:
    nlp, model, settings = _opened(folder)
    doc = nlp(text)
    reading: Reading = doc._.reading
    (scores,) = score([(doc, reading, doc._.entities)], model)
    found = facts_of(doc, doc._.entities, scores, settings)
    types = {entity.key: _types_of(doc, entity, reading) for entity in found.entities}
    names: dict[str, _Types] = {}
    for candidate in reading.candidates(_LOOKED_AT):
        words = doc[slice(*candidate.tokens)].text
        if is_mixed(words):
            names[words] = np.maximum(names.get(words, np.zeros(len(TYPES))), candidate.types)
    facts: Facts = facts_from(doc, Paper(text), found.entities, found.relations, found.results)
    return Draft(as_json(facts), types, names)


def _types_of(doc: Doc, entity: Entity, reading: Reading) -> _Types:
    """Return the probability of each type: half as the document is read, half as the single mentions are."""
    types = np.zeros(len(TYPES))
    for span in entity.mentions:
        found = doc.char_span(*span, alignment_mode="expand")
        seen = None if found is None else reading.types_of((found.start, found.end))
        if seen is not None:
            types += seen
    types = types / max(types.sum(), 1e-6)
    types[TYPES.index(entity.type)] += 1
    scaled: _Types = entity.confidence * types / types.sum()
    return scaled


def _collected(drafts: Iterable[Draft]) -> dict[str, tuple[int, _Types]]:
    """Return for each surface form in how many texts it stands, and the sum of what they say of its types."""
    known: dict[str, tuple[int, _Types]] = defaultdict(lambda: (0, np.zeros(len(TYPES))))
    for draft in drafts:
        for key, types in _by_surface(draft).items():
            count, total = known[key]
            known[key] = count + 1, total + types
    return dict(known)


def _by_surface(draft: Draft) -> dict[str, _Types]:
    found = {surface_key(name): types for name, types in draft.names.items()}
    for entity in draft.record["entities"]:
        found |= {surface_key(alias): draft.types[entity["key"]] for alias in entity["aliases"]}
    return found


def _in_line(key: str, own: _Types, known: Mapping[str, tuple[int, _Types]]) -> _Types:
    """Return what is said of a thing's types here, drawn towards what the other texts say."""
    count, total = known[key]
    others = count - 1
    if others < 2:
        return own
    share = min(others / (others + _TEXTS), _MOST)
    return np.asarray((1 - share) * own + share * (total - own) / others)


def _finished(draft: Draft, known: Mapping[str, tuple[int, _Types]]) -> dict[str, Any]:
    """Make an annotated record of a draft."""
    record = draft.record
    entities, listed = [], set()
    for entity in record["entities"]:
        keys = {surface_key(alias) for alias in entity["aliases"]}
        own = draft.types[entity["key"]]
        types = np.mean([_in_line(key, own, known) for key in sorted(keys)], axis=0)
        if types.sum() >= _ENTITY[0]:
            entities.append(_entity(entity["key"], entity["name"], entity["aliases"], types))
            listed |= keys
    entities += _missed(draft, known, listed)
    ends = {"PAPER", *(entity["key"] for entity in entities)}
    relations = [
        {**relation, "optional": relation["confidence"] < _RELATION[1]}
        for relation in record["relations"]
        if {relation["head"], relation["tail"]} <= ends
    ]
    results = [{**result, "optional": result["confidence"] < _RESULT[1]} for result in record["results"]]
    return {"text": record["text"], "entities": entities, "relations": relations, "results": results}


def _missed(draft: Draft, known: Mapping[str, tuple[int, _Types]], listed: set[str]) -> Iterator[dict[str, Any]]:
    """Yield the names that were not taken for things here, but are known for it."""
    text = draft.record["text"]
    taken = {place for entity in draft.record["entities"] for span in entity["mentions"] for place in range(*span)}
    for name, own in draft.names.items():
        key = surface_key(name)
        types = _in_line(key, own, known)
        if not key or key in listed or types.sum() < _ENTITY[1]:
            continue
        # The name by itself, not within another: BERT, not that of RoBERTa.
        places = (match.start() for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text))
        if any(place not in taken for place in places):
            yield _entity(f"name:{key}", name, [name], types)


def _entity(key: str, name: str, aliases: Sequence[str], types: _Types) -> dict[str, Any]:
    order = [int(kind) for kind in np.argsort(-types, kind="stable")]
    return {
        "key": key,
        "name": name,
        "type": TYPES[order[0]].value,
        "alt_types": [TYPES[kind].value for kind in order[1:] if types[kind] >= _ALTERNATIVE * types.sum()],
        "aliases": [*aliases],
        "optional": bool(types.sum() < _ENTITY[1]),
    }
