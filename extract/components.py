"""The pipeline's components: each a thin wrapper that keeps the outcome of a pure function on the ``Doc``.

============================ ===============================================================
``doc._.folded``             the text without its LaTeX, and the way back (``Folded``)
``doc._.acronyms``           what the text abbreviates (``list[Acronym]``)
``doc.spans["paperatlas"]``  mentions labelled with their types; ``.attrs["scores"]`` beside them
``doc._.entities``           what is named (``tuple[Entity, ...]``)
``doc._.relations``          what is stated of it (``tuple[Relation, ...]``)
``doc._.results``            the numbers reported (``tuple[Result, ...]``)
============================ ===============================================================

All offsets count in ``doc.text``; :func:`paperatlas.extract.pipeline.facts_of` moves them to the paper's own text.
The span group is the seam for other taggers: whatever writes it is read by the components behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy
import spacy
from spacy.attrs import SENT_START
from spacy.language import Language
from spacy.tokens import Doc

from paperatlas.errors import ModelError
from paperatlas.extract.acronyms import find_acronyms
from paperatlas.extract.assertion import asserted
from paperatlas.extract.entities import group_mentions
from paperatlas.extract.gazetteer import Gazetteer, read_gazetteer
from paperatlas.extract.rules.relations import relate
from paperatlas.extract.rules.results import report
from paperatlas.extract.rules.roles import roles_of
from paperatlas.extract.rules.tagger import KEEP, tag
from paperatlas.extract.sentences import sentence_starts, sentences_of
from paperatlas.extract.words import words_in
from paperatlas.schema import EntityType

#: The key of ``doc.spans`` that taggers write their mentions to.
SPANS_KEY = "paperatlas"

for _name, _default in (("acronyms", ()), ("entities", ()), ("relations", ()), ("results", ())):
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=_default)


@Language.component("paperatlas_sentences", assigns=["token.is_sent_start"])
def sentences(doc: Doc) -> Doc:
    """Split ``doc`` into sentences."""
    starts = sentence_starts(words_in(doc).texts)
    # All at once: setting a token's flag looks through the whole doc each time.
    flags: Any = numpy.array([[1 if begins else -1] for begins in starts], dtype="int64").astype("uint64")
    return doc.from_array([SENT_START], flags)


@Language.component("paperatlas_acronyms", assigns=["doc._.acronyms"])
def acronyms(doc: Doc) -> Doc:
    """Find the abbreviations that ``doc`` defines."""
    doc._.acronyms = find_acronyms(words_in(doc).text)
    return doc


class RuleTagger:
    """Write the mentions that the rules find, and how sure they are, to ``doc.spans``."""

    def __init__(self, keep: float) -> None:
        self.keep = keep

    def __call__(self, doc: Doc) -> Doc:
        found = tag(doc, doc._.acronyms, keep=self.keep)
        doc.spans[SPANS_KEY] = [span for span, _ in found]
        doc.spans[SPANS_KEY].attrs["scores"] = [score for _, score in found]
        return doc


@Language.factory(
    "paperatlas_rule_tagger",
    default_config={"keep": KEEP},
    requires=["doc._.acronyms", "token.is_sent_start"],
    assigns=["doc.spans"],
)
def rule_tagger(nlp: Language, name: str, keep: float) -> RuleTagger:
    """Create the rule tagger; ``keep`` is how much evidence a candidate needs."""
    return RuleTagger(keep)


class PipelineTagger:
    """Write what another spaCy pipeline finds to ``doc.spans``: its entities and its span groups.

    ``labels`` says what its labels are called here; those that are types of the schema, in whatever case, need no word.
    """

    def __init__(self, inner: Language, labels: Mapping[str, str]) -> None:
        self.inner = inner
        self.types = {kind.value.casefold(): kind.value for kind in EntityType}
        self.types |= {label.casefold(): EntityType(kind).value for label, kind in labels.items()}

    def __call__(self, doc: Doc) -> Doc:
        other = self.inner(words_in(doc).text)
        found: dict[tuple[int, int, str], float] = {}
        for spans in (other.ents, *other.spans.values()):
            scores = getattr(spans, "attrs", {}).get("scores", [1.0] * len(spans))
            for span, score in zip(spans, scores, strict=True):
                kind = self.types.get(span.label_.casefold())
                if kind:
                    found[span.start_char, span.end_char, kind] = float(score)
        mentions = {key: doc.char_span(*key[:2], label=key[2], alignment_mode="expand") for key in sorted(found)}
        kept = {key: span for key, span in mentions.items() if span is not None}
        doc.spans[SPANS_KEY] = [*kept.values()]
        doc.spans[SPANS_KEY].attrs["scores"] = [found[key] for key in kept]
        return doc


@Language.factory("paperatlas_pipeline_tagger", default_config={"labels": {}}, assigns=["doc.spans"])
def pipeline_tagger(nlp: Language, name: str, pipeline: str, labels: dict[str, str]) -> PipelineTagger:
    """Create a tagger from a spaCy pipeline: the name of an installed package, or a folder.

    Raises:
        ModelError: there is none, or it cannot be loaded.
    """
    try:
        return PipelineTagger(spacy.load(pipeline), labels)
    except (OSError, ValueError, ImportError) as error:
        reason = str(error).splitlines()[0]
        raise ModelError(f"no spaCy pipeline that can be loaded: {reason}", where=pipeline) from error


class GazetteerTagger:
    """Add the names of a list to ``doc.spans``, in the place of what overlaps them."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer

    def __call__(self, doc: Doc) -> Doc:
        named = self.gazetteer(doc)
        taken = {token for span in named for token in range(span.start, span.end)}
        before = doc.spans.get(SPANS_KEY, [])
        scores = getattr(before, "attrs", {}).get("scores", [])
        rest = [
            (span, score)
            for span, score in zip(before, scores, strict=True)
            if taken.isdisjoint(range(span.start, span.end))
        ]
        pairs = sorted([*rest, *((span, 1.0) for span in named)], key=lambda pair: pair[0].start)
        doc.spans[SPANS_KEY] = [span for span, _ in pairs]
        doc.spans[SPANS_KEY].attrs["scores"] = [score for _, score in pairs]
        return doc


@Language.factory("paperatlas_gazetteer", requires=["doc.spans"], assigns=["doc.spans"])
def gazetteer(nlp: Language, name: str, path: str) -> GazetteerTagger:
    """Create the tagger that knows the names listed in the file ``path``."""
    return GazetteerTagger(Gazetteer(nlp, read_gazetteer(Path(path))))


@Language.component("paperatlas_entities", requires=["doc.spans"], assigns=["doc._.entities"])
def entities(doc: Doc) -> Doc:
    """Put mentions of one thing together."""
    spans = doc.spans.get(SPANS_KEY, [])
    scores = getattr(spans, "attrs", {}).get("scores", [1.0] * len(spans))
    doc._.entities = group_mentions(doc, zip(spans, map(float, scores), strict=True), doc._.acronyms)
    return doc


@Language.component("paperatlas_relations", requires=["doc._.entities"], assigns=["doc._.relations"])
def relations(doc: Doc) -> Doc:
    """Find what is stated of the entities."""
    found = relate(roles_of(doc, doc._.entities), doc._.entities)
    spans = [sentence.span for sentence in sentences_of(doc)]
    doc._.relations = tuple(asserted(found, doc._.entities, spans, words_in(doc).text))
    return doc


@Language.component("paperatlas_results", requires=["doc._.entities"], assigns=["doc._.results"])
def results(doc: Doc) -> Doc:
    """Find the numbers reported."""
    doc._.results = report(roles_of(doc, doc._.entities), doc._.entities)
    return doc
