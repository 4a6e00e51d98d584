"""Papers to facts: the spaCy pipeline as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, TypeVar

from paperatlas.extract.facts import Entity, Facts, Relation, Result, Span
from paperatlas.extract.paper import Paper

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from paperatlas.extract.latex import Folded


_Statement = TypeVar("_Statement", Relation, Result)


def load() -> Language:
    """Return the extraction pipeline, a spaCy ``Language``: ``data/pipeline.cfg`` made real.

    >>> doc = load()("We introduce Foonet, a neural network. Foonet is evaluated on ImageNet.")
    >>> [(entity.name, entity.type.value) for entity in doc._.entities]
    [('Foonet', 'Model'), ('neural network', 'Method'), ('ImageNet', 'Dataset')]
    """
    import spacy

    # Registers the names that the config uses, also in a checkout that is not installed.
    from paperatlas.extract import components, tokenizer  # noqa: F401

    with as_file(files("paperatlas.extract") / "data" / "pipeline.cfg") as config:
        return spacy.util.load_model_from_config(spacy.util.load_config(config), auto_fill=True, validate=True)


def extract_facts(papers: Iterable[Paper], nlp: Language | None = None) -> Iterator[Facts]:
    """Yield the facts of each paper, in order."""
    nlp = nlp or load()
    for doc, paper in nlp.pipe(((paper.text, paper) for paper in papers), as_tuples=True):
        yield facts_of(doc, paper)


def facts_of(doc: Doc, paper: Paper) -> Facts:
    """Collect what the pipeline left on ``doc``, in offsets of the paper's own text."""
    from paperatlas.extract.tokenizer import folded_of

    folded = folded_of(doc)
    return Facts(
        paper,
        tuple(_entity(entity, folded) for entity in doc._.entities),
        tuple(_moved(relation, folded) for relation in doc._.relations),
        tuple(_moved(result, folded) for result in doc._.results),
    )


def _entity(entity: Entity, folded: Folded) -> Entity:
    mentions = tuple(Span(*folded.origin(*span)) for span in entity.mentions)
    aliases = tuple(dict.fromkeys(span.of(folded.original) for span in mentions))
    return replace(entity, mentions=mentions, aliases=aliases)


def _moved(statement: _Statement, folded: Folded) -> _Statement:
    return replace(statement, evidence=Span(*folded.origin(*statement.evidence)))


def fingerprint() -> str:
    """Hash everything that extraction depends on beside the text: facts found under another one are found anew."""
    package = files("paperatlas.extract")
    folders = [package, package / "rules", package / "data"]
    sources = [path for folder in folders for path in folder.iterdir() if path.name.endswith((".py", ".toml", ".cfg"))]
    digest = hashlib.sha256()
    for source in sorted(sources, key=str):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]
