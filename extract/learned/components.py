"""The trained extractor as spaCy components.

``doc._.reading`` holds what the encoder made of the text (:class:`~paperatlas.extract.learned.reading.Reading`) until
the document component takes it off again: it is large.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc, Span

from paperatlas.extract.components import SPANS_KEY
from paperatlas.extract.learned.document import facts_of
from paperatlas.extract.learned.model import CHECKSUMS, Model, folder_of
from paperatlas.extract.learned.nodes import TYPES
from paperatlas.extract.learned.reading import read

if not Doc.has_extension("reading"):
    Doc.set_extension("reading", default=None)


def open_model(name: str) -> Model:
    """Return the model of this name or in this folder; the components of a pipeline share it."""
    folder = folder_of(name)
    listed = folder / CHECKSUMS
    # What stands in a folder may be another model than it was.
    return _opened(folder, listed.read_bytes() if listed.is_file() else b"")


@lru_cache(maxsize=4)
def _opened(folder: Path, _listed: bytes) -> Model:
    return Model(folder)


class Encoder:
    """Let the model read each text."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def __call__(self, doc: Doc) -> Doc:
        doc._.reading = read(doc, self.model)
        return doc


class SpanTagger:
    """Write the spans that may name something, with their probabilities, to ``doc.spans``."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def __call__(self, doc: Doc) -> Doc:
        found = doc._.reading.candidates(self.model.settings.candidate)
        spans = [Span(doc, c.tokens[0], c.tokens[1], label=TYPES[int(c.types.argmax())].value) for c in found]
        doc.spans[SPANS_KEY] = spans
        doc.spans[SPANS_KEY].attrs["scores"] = [c.probability for c in found]
        return doc


class DocumentReader:
    """Judge the entities, relate them and find the results, from the document as a whole."""

    def __init__(self, model: Model, *, judge: bool) -> None:
        self.model = model
        self.judge = judge

    def __call__(self, doc: Doc) -> Doc:
        found = facts_of(doc, doc._.reading, doc._.entities, self.model, judge=self.judge)
        doc._.entities, doc._.relations, doc._.results = found.entities, found.relations, found.results
        doc._.reading = None
        return doc


@Language.factory(
    "paperatlas_encoder",
    default_config={"model": "default"},
    requires=["token.is_sent_start"],
    assigns=["doc._.reading"],
)
def encoder(nlp: Language, name: str, model: str) -> Encoder:
    """Create the encoder; ``model`` names a model of the package, or its folder."""
    return Encoder(open_model(model))


@Language.factory(
    "paperatlas_span_tagger", default_config={"model": "default"}, requires=["doc._.reading"], assigns=["doc.spans"]
)
def span_tagger(nlp: Language, name: str, model: str) -> SpanTagger:
    """Create the tagger that reads the encoder's outcome."""
    return SpanTagger(open_model(model))


@Language.factory(
    "paperatlas_document",
    default_config={"model": "default", "judge": True},
    requires=["doc._.reading", "doc._.entities"],
    assigns=["doc._.entities", "doc._.relations", "doc._.results"],
)
def document(nlp: Language, name: str, model: str, judge: bool) -> DocumentReader:
    """Create the component that reads the document as a whole; without ``judge`` it takes the entities as they are."""
    return DocumentReader(open_model(model), judge=judge)
