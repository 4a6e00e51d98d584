"""The trained extractor as spaCy components.

``doc._.reading`` holds what the encoder made of the text (:class:`~paperatlas.extract.learned.reading.Reading`) until
the document component takes it off again: it is large.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from spacy.language import Language
from spacy.pipeline import Pipe
from spacy.tokens import Doc, Span

from paperatlas.extract.components import SPANS_KEY
from paperatlas.extract.learned.document import facts_of
from paperatlas.extract.learned.model import CHECKSUMS, Model, folder_of
from paperatlas.extract.learned.nodes import TYPES
from paperatlas.extract.learned.reading import read
from paperatlas.extract.learned.scores import score

#: How many texts go through one part of the model before the next, or fewer that have so many words: what they need is
#: held for all of them.
_TOGETHER, _WORDS = 16, 8000

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


class _Together(Pipe, ABC):
    """A component that works on the texts of a batch together; what it makes of each hangs on that one alone."""

    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def work(self, docs: Sequence[Doc]) -> None:
        """Annotate ``docs``; if that fails, they stay as they are."""

    def __call__(self, doc: Doc) -> Doc:
        self.work([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = _TOGETHER) -> Iterator[Doc]:
        """Annotate docs, some at a time; one that fails is told to whoever handles errors, and only that one."""
        for docs in _batches(stream, min(batch_size, _TOGETHER)):
            try:
                self.work(docs)
            except Exception:
                yield from self._one_by_one(docs)
            else:
                yield from docs

    def _one_by_one(self, docs: Iterable[Doc]) -> Iterator[Doc]:
        for doc in docs:
            try:
                self.work([doc])
            except Exception as error:
                self.get_error_handler()(self.name, self, [doc], error)
            else:
                yield doc


def _batches(stream: Iterable[Doc], size: int) -> Iterator[list[Doc]]:
    """Yield docs in lists of ``size``, or of fewer that together have many words; none is taken ahead."""
    batch: list[Doc] = []
    for doc in stream:
        batch.append(doc)
        if len(batch) == size or sum(map(len, batch)) >= _WORDS:
            yield batch
            batch = []
    if batch:
        yield batch


class Encoder(_Together):
    """Let the model read each text."""

    def __init__(self, name: str, model: Model) -> None:
        super().__init__(name)
        self.model = model

    def work(self, docs: Sequence[Doc]) -> None:
        """Write what the model reads to ``doc._.reading``."""
        for doc, reading in zip(docs, read(docs, self.model), strict=True):
            doc._.reading = reading


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


class DocumentReader(_Together):
    """Judge the entities, relate them and find the results, from the document as a whole."""

    def __init__(self, name: str, model: Model, *, judge: bool) -> None:
        super().__init__(name)
        self.model = model
        self.judge = judge

    def work(self, docs: Sequence[Doc]) -> None:
        """Write what is found to ``doc._.entities``, ``doc._.relations`` and ``doc._.results``."""
        scored = score([(doc, doc._.reading, doc._.entities) for doc in docs], self.model)
        found = [
            facts_of(doc, doc._.entities, scores, self.model.settings, judge=self.judge)
            for doc, scores in zip(docs, scored, strict=True)
        ]
        for doc, facts in zip(docs, found, strict=True):
            doc._.entities, doc._.relations, doc._.results = facts.entities, facts.relations, facts.results
            doc._.reading = None


@Language.factory(
    "paperatlas_encoder",
    default_config={"model": "default"},
    requires=["token.is_sent_start"],
    assigns=["doc._.reading"],
)
def encoder(nlp: Language, name: str, model: str) -> Encoder:
    """Create the encoder; ``model`` names a model of the package, or its folder."""
    return Encoder(name, open_model(model))


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
    return DocumentReader(name, open_model(model), judge=judge)
