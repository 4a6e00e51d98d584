"""Papers to facts: the spaCy pipeline as a whole."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.metadata import entry_points
from importlib.resources import as_file, files
from itertools import chain, islice
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar, cast

from paperatlas.errors import ModelError
from paperatlas.extract.facts import Entity, Facts, Relation, Result, Span
from paperatlas.extract.paper import Paper, Source
from paperatlas.extract.readers.records import Skipped
from paperatlas.schema import PAPER

if TYPE_CHECKING:
    from confection import Config
    from spacy.language import Language
    from spacy.tokens import Doc

    from paperatlas.extract.latex import Folded


_Statement = TypeVar("_Statement", Relation, Result)

#: The words of how many lists of papers are remembered at once.
_REMEMBERED = 64

#: What spaCy can do without.
_LARGE = ("cupy", "tensorflow", "torch")

#: What extracts unless something else is asked for.
PIPELINE, MODEL = "learned", "default"
#: The pipelines of the package.
PIPELINES = ("learned", "rules")


@dataclass(frozen=True, slots=True)
class Options:
    """How facts are extracted.

    ``pipeline`` is "learned", "rules", the name or folder of a spaCy pipeline that takes the tagger's place, or a
    config file; ``model`` the name or folder of the trained model; ``gazetteer`` a file of names to be found; what is
    less sure than ``min_confidence`` is left out.
    """

    pipeline: str = PIPELINE
    model: str = MODEL
    gazetteer: str = ""
    min_confidence: float = 0.0


def load(pipeline: str = PIPELINE, *, model: str = MODEL, gazetteer: str = "", exclude: Iterable[str] = ()) -> Language:
    """Return an extraction pipeline, a spaCy ``Language``, without the components in ``exclude``; see :class:`Options`.

    >>> doc = load()("We introduce Foonet, a neural network. Foonet is evaluated on ImageNet.")
    >>> [(entity.name, entity.type.value) for entity in doc._.entities]
    [('Foonet', 'Model'), ('ImageNet', 'Dataset')]

    Raises:
        ModelError: there is no such pipeline or model, or the model's files are not what they were.
        InputError: the gazetteer cannot be read.
    """
    import spacy

    # Registers the names that configs use, also in a checkout that is not installed.
    from paperatlas.extract import components, tokenizer  # noqa: F401

    config = _config(pipeline)
    parts = config["components"]
    if any(component["factory"] in _LEARNED for component in parts.values()):
        from paperatlas.extract.learned import components as learned_components  # noqa: F401
    for component in parts.values():
        if component["factory"] in _LEARNED:
            component.setdefault("model", model)
    if gazetteer:
        parts["gazetteer"] = {"factory": "paperatlas_gazetteer", "path": gazetteer}
        config["nlp"]["pipeline"].insert(config["nlp"]["pipeline"].index("entities"), "gazetteer")
    return spacy.util.load_model_from_config(config, auto_fill=True, validate=True, exclude=[*exclude])


#: The components that read with a trained model.
_LEARNED = frozenset(("paperatlas_encoder", "paperatlas_span_tagger", "paperatlas_document"))


def _config(pipeline: str) -> Config:
    """Return the config of a pipeline: one of ``data/``, a file, or the learned one with another tagger."""
    from confection import Config, ConfigValidationError

    def read(path: Path) -> Config:
        try:
            return Config().from_disk(path)
        except (OSError, UnicodeDecodeError, ValueError, ConfigValidationError) as error:
            raise ModelError(f"no config of a pipeline: {error}", where=str(path)) from error

    data = files("paperatlas.extract") / "data"
    if pipeline in PIPELINES:
        with as_file(data / f"{pipeline}.cfg") as path:
            return read(path)
    if pipeline.endswith(".cfg"):
        return read(Path(pipeline))
    config = _config("learned")
    config["components"]["tagger"] = {"factory": "paperatlas_pipeline_tagger", "pipeline": pipeline}
    config["components"]["document"]["judge"] = False
    return config


def extract_facts(
    papers: Iterable[Paper],
    nlp: Language | None = None,
    options: Options | None = None,
    *,
    skip: Callable[[Skipped], None] | None = None,
) -> Iterator[Facts]:
    """Yield the facts of each paper, in order: those that ``nlp`` finds, or the pipeline that ``options`` describe.

    A text that makes the pipeline fail ends the work; with ``skip``, which is told of it, the work goes on without it.
    """
    options = options or Options()
    loaded = nlp or load(options.pipeline, model=options.model, gazetteer=options.gazetteer)
    if skip is None:
        yield from _read(papers, loaded, options)
        return
    rest = iter(papers)
    # In what somebody has made or added to, a batch may not be what its texts are one by one.
    size = loaded.batch_size if nlp is None and options.pipeline in PIPELINES else 1
    for group in remembering(iter(lambda: [*islice(rest, size)], []), loaded, options):
        for found in chain.from_iterable(_outcomes(some, loaded, options) for some in group):
            if isinstance(found, Skipped):
                skip(found)
            else:
                yield found


def leave_out_large_packages(options: Options) -> None:
    """Keep large packages out of this process, if it is there for nothing but the pipeline that ``options`` describe.

    spaCy loads them where they are installed, which takes longer than all the rest, and nothing of ours needs them. It
    also loads all parts that other packages have for it, and what these need.
    """
    parts = entry_points(group="spacy_factories")
    if options.pipeline in PIPELINES and all(part.value.startswith("paperatlas.") for part in parts):
        for name in _LARGE:
            # None says that a module is not there.
            cast("dict[str, ModuleType | None]", sys.modules).setdefault(name, None)


def remembering(
    lists: Iterable[Sequence[Paper]], nlp: Language, options: Options
) -> Iterator[Iterator[Sequence[Paper]]]:
    """Yield lists of papers in groups, each to be gone through before the next; behind it, spaCy forgets its words.

    It remembers every word that it has met, so that its memory grows with the papers. Somebody's own components may not
    be prepared for being made to forget; where there are any, there is one group.
    """
    rest = iter(lists)
    if options.pipeline not in PIPELINES:
        yield rest
        return
    for first in rest:
        with nlp.memory_zone():
            yield chain([first], islice(rest, _REMEMBERED - 1))


def outcomes(papers: Sequence[Paper], nlp: Language, options: Options) -> Iterator[Facts | Skipped]:
    """Yield what ``nlp`` finds in each of ``papers``, or why it fails at it.

    The package's own pipelines read the papers together, which is faster, and finds the same. Where that fails they
    come one by one, so that a failure is one paper's and not its list's; so they always do in somebody's own pipeline.

    Raises:
        MemoryError: there was not enough memory, which need not be a paper's fault.
    """
    together: list[Facts] = []
    if options.pipeline in PIPELINES and len(papers) > 1:
        try:
            together = [*_read(papers, nlp, options)]
        except MemoryError:
            raise
        except Exception:
            together = []
    if len(together) == len(papers):
        yield from together
    else:
        yield from (outcome(paper, nlp, options) for paper in papers)


def outcome(paper: Paper, nlp: Language, options: Options) -> Facts | Skipped:
    """Return what ``nlp`` finds in ``paper``, or why it fails at it.

    Raises:
        MemoryError: there was not enough memory, which need not be the paper's fault.
    """
    try:
        return confident(facts_of(nlp(paper.text), paper), options.min_confidence)
    except MemoryError:
        raise
    except Exception as error:
        # Whatever it is, it is the components' (a model, somebody's own pipeline), and told with the paper.
        return not_extracted(paper, f"{type(error).__name__}: {error}")


def _outcomes(papers: Sequence[Paper], nlp: Language, options: Options) -> list[Facts | Skipped]:
    """Return the :func:`outcomes` in a process that goes on without memory for a paper."""
    try:
        return [*outcomes(papers, nlp, options)]
    except MemoryError as error:
        if len(papers) == 1:
            return [not_extracted(papers[0], f"MemoryError: {error}")]
        return [*chain.from_iterable(_outcomes([paper], nlp, options) for paper in papers)]


def _read(papers: Iterable[Paper], nlp: Language, options: Options) -> Iterator[Facts]:
    for doc, paper in nlp.pipe(((paper.text, paper) for paper in papers), as_tuples=True):
        yield confident(facts_of(doc, paper), options.min_confidence)


def not_extracted(paper: Paper, reason: str) -> Skipped:
    """Return the record of a paper that could be read but not extracted."""
    source = paper.sources[0] if paper.sources else Source(paper.key, 1)
    return Skipped(source, f"{paper.key or 'a paper'} could not be extracted: {reason}")


def confident(facts: Facts, least: float) -> Facts:
    """Return ``facts`` without what is less sure than ``least``, and without what is stated of it."""
    kept = tuple(entity for entity in facts.entities if entity.confidence >= least)
    keys = {PAPER, "", *(entity.key for entity in kept)}
    gone = {entity.key for entity in facts.entities} - keys
    return replace(
        facts,
        entities=kept,
        relations=tuple(r for r in facts.relations if r.confidence >= least and {r.head, r.tail} <= keys),
        results=tuple(
            r for r in facts.results if r.confidence >= least and not {r.subject, r.metric, r.dataset} & gone
        ),
    )


def facts_of(doc: Doc, paper: Paper) -> Facts:
    """Collect what the pipeline left on ``doc``, in offsets of the paper's own text."""
    return facts_from(doc, paper, doc._.entities, doc._.relations, doc._.results)


def facts_from(
    doc: Doc, paper: Paper, entities: Iterable[Entity], relations: Iterable[Relation], results: Iterable[Result]
) -> Facts:
    """Return what was found in ``doc``, the text of ``paper``, in offsets of the paper's own text."""
    from paperatlas.extract.tokenizer import folded_of

    folded = folded_of(doc)
    return Facts(
        paper,
        tuple(_entity(entity, folded) for entity in entities),
        tuple(_moved(relation, folded) for relation in relations),
        tuple(_moved(result, folded) for result in results),
    )


def _entity(entity: Entity, folded: Folded) -> Entity:
    mentions = tuple(Span(*folded.origin(*span)) for span in entity.mentions)
    aliases = tuple(dict.fromkeys(span.of(folded.original) for span in mentions))
    as_it_is = (mentions, aliases) == (entity.mentions, entity.aliases)
    return entity if as_it_is else replace(entity, mentions=mentions, aliases=aliases)


def _moved(statement: _Statement, folded: Folded) -> _Statement:
    evidence = Span(*folded.origin(*statement.evidence))
    return statement if evidence == statement.evidence else replace(statement, evidence=evidence)


def fingerprint(options: Options | None = None) -> str:
    """Hash all that extraction depends on beside the text: facts found under another hash are found anew."""
    options = options or Options()
    package = files("paperatlas.extract")
    folders = [package, package / "rules", package / "learned", package / "data"]
    sources = [path for folder in folders for path in folder.iterdir() if path.name.endswith((".py", ".toml", ".cfg"))]
    digest = hashlib.sha256(f"{options.pipeline}\n{options.min_confidence}\n".encode())
    for source in sorted(sources, key=str):
        digest.update(source.read_bytes())
    if models := models_of(options):
        from paperatlas.extract.learned.model import folder_of, verify

        for model in models:
            digest.update(verify(folder_of(model))[0].encode())
    if options.gazetteer and Path(options.gazetteer).is_file():
        digest.update(Path(options.gazetteer).read_bytes())
    if options.pipeline not in PIPELINES:
        _digest_pipeline(options.pipeline, digest.update)
    return digest.hexdigest()[:16]


def models_of(options: Options) -> list[str]:
    """Return the names or folders of the trained models that the pipeline reads with: a config may name its own."""
    if options.pipeline == "rules":
        return []
    if options.pipeline == "learned":
        return [options.model]
    parts = _config(options.pipeline)["components"].values()
    return sorted({part.get("model", options.model) for part in parts if part["factory"] in _LEARNED})


def _digest_pipeline(pipeline: str, add: Callable[[bytes], None]) -> None:
    """Add what a pipeline of one's own is: its config or the files of its folder, or the version of its package."""
    from importlib.metadata import PackageNotFoundError, version

    place = Path(pipeline)
    if place.is_file():
        add(place.read_bytes())
        inner = (part.get("pipeline", "") for part in _config(pipeline)["components"].values())
        for other in sorted({*inner} - {"", pipeline}):
            _digest_pipeline(other, add)
    elif place.is_dir():
        for file in sorted(file for file in place.rglob("*") if file.is_file()):
            add(str(file.relative_to(place)).encode() + b"\n" + file.read_bytes())
    else:
        with suppress(PackageNotFoundError):
            add(version(pipeline).encode())
