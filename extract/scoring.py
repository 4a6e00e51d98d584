"""How well extraction does on annotated documents, at the level of the document.

A thing is found if one of its surface forms is; one annotated thing pays for one found thing, so that a thing split in
two costs a false alarm and two things merged cost a miss. Relations count between aligned things. What is annotated as
optional counts neither for nor against. Figures are micro-averaged over documents.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from paperatlas.schema import PAPER, SIGNATURES, RelationType

#: An annotated or extracted document, in the form that ``paperatlas extract`` writes.
Document = Mapping[str, Any]
_Triple = tuple[str, str, str]

_MACRO = re.compile(r"\\[a-zA-Z]+\{([^{}]*)\}")
_ARTICLE = re.compile(r"^(?:the|a|an) ")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
#: The relations whose direction says nothing.
_SYMMETRIC = frozenset(kind.value for kind in RelationType if SIGNATURES[kind].symmetric)


@dataclass(slots=True)
class Tally:
    """Hits, false alarms and misses."""

    hits: int = 0
    alarms: int = 0
    misses: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.hits + other.hits, self.alarms + other.alarms, self.misses + other.misses)

    @property
    def precision(self) -> float:
        """The share of what was found that is right."""
        found = self.hits + self.alarms
        return self.hits / found if found else 0.0

    @property
    def recall(self) -> float:
        """The share of what is there that was found."""
        there = self.hits + self.misses
        return self.hits / there if there else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall.

        >>> Tally(hits=2, alarms=1, misses=3).f1
        0.5
        """
        both = 2 * self.hits + self.alarms + self.misses
        return 2 * self.hits / both if both else 0.0


@dataclass(slots=True)
class Score:
    """The tallies of one document or of many, by what they count, and which type was taken for which.

    The names are "entities", "entities+type", "relations", "pairs" (relations of any type), "results", and each type of
    entity and relation.
    """

    tallies: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, other: Score) -> None:
        """Add the tallies of ``other``."""
        for name, tally in other.tallies.items():
            self.tallies[name] += tally
        self.confusion += other.confusion


def total(scores: Iterable[Score]) -> Score:
    """Return the sum of ``scores``."""
    summed = Score()
    for score in scores:
        summed.add(score)
    return summed


def score_document(gold: Document, found: Document) -> Score:
    """Compare what was found in a document with what is annotated."""
    score = Score()
    aligned = _align(gold["entities"], found["entities"])
    _score_entities(score, gold["entities"], found["entities"], aligned)
    _score_relations(score, gold, found, aligned)
    _score_results(score, gold, found)
    return score


def outcomes(gold: Document, found: Document) -> tuple[list[tuple[float, bool]], list[tuple[float, bool]]]:
    """Return the confidence of each thing and of each relation that counts, and whether it is right."""
    aligned = _align(gold["entities"], found["entities"])
    annotated = {e["key"]: e for e in gold["entities"]}
    things = []
    for entity in found["entities"]:
        key = aligned.get(entity["key"])
        if not (annotated[key].get("optional") if key else _repeats_optional(entity, gold["entities"])):
            things.append((entity["confidence"], key is not None and entity["type"] in _types(annotated[key])))
    must, may, optional = _stated(gold, typed=True)
    relations = []
    for relation in found["relations"]:
        triple = _aligned_triple(relation, aligned, typed=True)
        if not ({triple[0], triple[2]} & optional) and triple not in may:
            relations.append((relation["confidence"], triple in must))
    return things, relations


def fold_surface(surface: str) -> str:
    """Fold case, LaTeX, accents, hyphens, blanks and a plural s away.

    >>> fold_surface("Auto-Encoders"), fold_surface("loss")
    ('autoencoder', 'loss')
    """
    plain = unicodedata.normalize("NFKD", _MACRO.sub(r"\1", surface).replace("\\", "").replace("$", ""))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold().strip()
    plain = re.sub(r"[^\w+#]", "", _ARTICLE.sub("", plain))
    return plain[:-1] if len(plain) > 3 and plain.endswith("s") and not plain.endswith("ss") else plain


def _surfaces(entity: Mapping[str, Any]) -> set[str]:
    forms = (fold_surface(form) for form in (entity.get("name", ""), *entity.get("aliases", ())) if form)
    return {form for form in forms if form}


def _types(entity: Mapping[str, Any]) -> set[str]:
    return {entity["type"], *entity.get("alt_types", ())}


def _align(gold: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return which annotated thing each found one is, by keys: those with most forms in common first."""
    ours = [(entity["key"], entity.get("type"), _surfaces(entity)) for entity in found]
    theirs = [(entity["key"], _types(entity), _surfaces(entity)) for entity in gold]
    shared = sorted(
        (-len(forms & others), kind not in kinds, key, other)
        for key, kind, forms in ours
        for other, kinds, others in theirs
        if forms & others
    )
    aligned: dict[str, str] = {}
    for _, _, key, other in shared:
        if key not in aligned and other not in aligned.values():
            aligned[key] = other
    return aligned


def _repeats_optional(entity: Mapping[str, Any], gold: Iterable[Mapping[str, Any]]) -> bool:
    return any(_surfaces(entity) & _surfaces(other) for other in gold if other.get("optional"))


def _score_entities(
    score: Score,
    gold: Sequence[Mapping[str, Any]],
    found: Sequence[Mapping[str, Any]],
    aligned: Mapping[str, str],
) -> None:
    annotated = {entity["key"]: entity for entity in gold}
    tallies = score.tallies
    for entity in found:
        other = annotated.get(aligned.get(entity["key"], ""))
        if other is None:
            if not _repeats_optional(entity, gold):
                for name in ("entities", "entities+type", entity["type"]):
                    tallies[name].alarms += 1
                score.confusion["-", entity["type"]] += 1
        elif not other.get("optional"):
            tallies["entities"].hits += 1
            right = entity["type"] in _types(other)
            score.confusion[other["type"], other["type"] if right else entity["type"]] += 1
            if right:
                tallies["entities+type"].hits += 1
                tallies[other["type"]].hits += 1
            else:
                tallies["entities+type"] += Tally(0, 1, 1)
                tallies[other["type"]].misses += 1
                tallies[entity["type"]].alarms += 1
    for key in annotated.keys() - aligned.values():
        if not annotated[key].get("optional"):
            for name in ("entities", "entities+type", annotated[key]["type"]):
                tallies[name].misses += 1
            score.confusion[annotated[key]["type"], "-"] += 1


def _triple(head: str, kind: str, tail: str, *, typed: bool) -> _Triple:
    if not typed or kind in _SYMMETRIC:
        head, tail = sorted((head, tail))
    return head, kind if typed else "", tail


def _aligned_triple(relation: Mapping[str, Any], aligned: Mapping[str, str], *, typed: bool) -> _Triple:
    # What is no annotated thing keeps a name that none of these has.
    head, tail = (
        PAPER if end == PAPER else aligned.get(end, f"?{end}") for end in (relation["head"], relation["tail"])
    )
    return _triple(head, relation["type"], tail, typed=typed)


def _stated(gold: Document, *, typed: bool) -> tuple[set[_Triple], set[_Triple], set[str]]:
    """Return the relations that must be found, those that may be, and the optional things."""
    optional = {entity["key"] for entity in gold["entities"] if entity.get("optional")}
    must: set[_Triple] = set()
    may: set[_Triple] = set()
    for relation in gold["relations"]:
        triple = _triple(relation["head"], relation["type"], relation["tail"], typed=typed)
        (may if relation.get("optional") or {relation["head"], relation["tail"]} & optional else must).add(triple)
    return must, may - must, optional


def _score_relations(score: Score, gold: Document, found: Document, aligned: Mapping[str, str]) -> None:
    for name, typed in (("relations", True), ("pairs", False)):
        must, may, optional = _stated(gold, typed=typed)
        got = {_aligned_triple(relation, aligned, typed=typed) for relation in found["relations"]}
        got = {triple for triple in got - may if not {triple[0], triple[2]} & optional}
        score.tallies[name] += Tally(len(got & must), len(got - must), len(must - got))
        if typed:
            for triple in got | must:
                hit = Tally(triple in got & must, triple not in must, triple not in got)
                score.tallies[triple[1]] += hit


def _score_results(score: Score, gold: Document, found: Document) -> None:
    ours = {entity["key"]: _surfaces(entity) for entity in found["entities"]}
    theirs = {entity["key"]: _surfaces(entity) for entity in gold["entities"]}

    def forms(name: str | None, known: Mapping[str, set[str]]) -> set[str]:
        return known.get(name, {fold_surface(name)}) if name else set()

    def meets(result: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
        one, two = fold_surface(str(result["metric"])), fold_surface(str(other["metric"]))
        return (
            _value(result["value"]) == _value(other["value"])
            and (bool(forms(result["metric"], theirs) & forms(other["metric"], ours)) or one in two or two in one)
            and (not result.get("dataset") or bool(forms(result["dataset"], theirs) & forms(other["dataset"], ours)))
        )

    left = [*found["results"]]
    for result in gold.get("results", ()):
        hit = next((other for other in left if meets(result, other)), None)
        if hit is not None:
            left.remove(hit)
            score.tallies["results"].hits += 1
        elif not result.get("optional"):
            score.tallies["results"].misses += 1
    score.tallies["results"].alarms += len(left)


def _value(value: object) -> str:
    digits = _NUMBER.search(str(value).replace(",", ""))
    return f"{float(digits[0]):g}" if digits else str(value).strip()
