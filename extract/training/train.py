"""From a configuration to a model: read, prune, fit, export, tune."""

from __future__ import annotations

import hashlib
import os
import random
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from paperatlas.errors import InputError
from paperatlas.extract.jsonlines import read_objects, title_and_abstract
from paperatlas.extract.learned.model import CHECKSUMS, MODEL_FILES, SHARED_FILES, Calibration, Settings
from paperatlas.extract.learned.pieces import Pieces
from paperatlas.extract.pipeline import load
from paperatlas.extract.surface import words_of
from paperatlas.extract.training.examples import examples, untitled
from paperatlas.extract.training.fit import Plan, Variants, fit
from paperatlas.extract.training.network import Network, Shape, pretrained, student
from paperatlas.extract.training.ship import export, seal, write_embeddings, write_settings, write_vocabulary
from paperatlas.extract.training.silver import annotated
from paperatlas.extract.training.tune import tune
from paperatlas.extract.training.vocabulary import pruned

if TYPE_CHECKING:
    from spacy.language import Language

#: Texts of fewer or more characters are no abstracts to learn from.
_SHORTEST, _LONGEST = 400, 2500

#: Where thresholds stand before they are tuned.
UNTUNED = Settings(
    candidate=0.25,
    entity=0.5,
    relation=0.3,
    result=0.3,
    dataset=0.3,
    same=0.5,
    document=0.5,
    entity_calibration=Calibration(),
    relation_calibration=Calibration(),
)


@dataclass(frozen=True, slots=True)
class Silver:
    """What to let another model annotate: the folder of that ``model``, and how many ``abstracts`` of ``texts``.

    Abstracts that stand in the training or the held-out files, or in files of ``apart``, are not taken.
    """

    model: Path
    abstracts: int
    texts: tuple[Path, ...]
    apart: tuple[Path, ...] = ()
    workers: int = 2


@dataclass(frozen=True, slots=True)
class Config:
    """What to train on, and how. Paths count from the configuration's folder.

    ``train`` are files of annotated records, ``dev`` those that thresholds are chosen on; ``encoder`` and
    ``vocabulary`` are the pre-trained encoder's ``model.safetensors`` and ``tokenizer.json``; ``texts`` are files of
    abstracts that say which pieces are used, at least ``least_pieces`` times each. In their place ``student_of`` is the
    folder of a trained model to begin with, of which fewer layers are taken. ``silver`` is what else to learn from.
    """

    train: tuple[Path, ...]
    dev: tuple[Path, ...]
    encoder: Path | None = None
    vocabulary: Path | None = None
    encoder_sha256: str = ""
    texts: tuple[Path, ...] = ()
    least_pieces: int = 3
    student_of: Path | None = None
    silver: Silver | None = None
    network: Mapping[str, Any] = field(default_factory=dict)
    fit: Mapping[str, Any] = field(default_factory=dict)

    @property
    def files(self) -> Iterator[Path]:
        """All files that must be there."""
        yield from (*self.train, *self.dev, *self.texts)
        yield from (path for path in (self.encoder, self.vocabulary) if path)
        if self.student_of:
            yield self.student_of / "network.pt"
        if self.silver:
            yield from (self.silver.model / CHECKSUMS, *self.silver.texts, *self.silver.apart)

    @classmethod
    def read(cls, path: Path) -> Config:
        """Read a configuration. Raises :class:`InputError` if it is none."""
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
            lists = {"texts": ()} | data
            data |= {name: tuple(path.parent / p for p in lists[name]) for name in ("train", "dev", "texts")}
            single = ("encoder", "vocabulary", "student_of")
            data |= {name: path.parent / data[name] for name in single if name in data}
            if silver := data.get("silver"):
                places = {name: tuple(path.parent / p for p in silver.get(name, ())) for name in ("texts", "apart")}
                data["silver"] = Silver(**silver | places | {"model": path.parent / silver["model"]})
            return cls(**data)
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError, KeyError) as error:
            raise InputError(f"no configuration: {error}", where=str(path)) from error


def train(config: Config, folder: Path, report: Callable[[str], None]) -> None:
    """Train a model as ``config`` says and leave it in ``folder``. ``report`` is told a line now and then."""
    for path in config.files:
        if not path.is_file():
            raise InputError("no such file", where=str(path), hint="paths count from the configuration's folder")
    folder.mkdir(parents=True, exist_ok=True)
    plan = Plan(**config.fit)
    torch.manual_seed(plan.seed)
    vocabulary, network = _taught(config) if config.student_of else _pretrained(config)
    report(f"{vocabulary.get_vocab_size()} pieces, {sum(p.numel() for p in network.parameters())} parameters")
    records = read_records(config.train)
    nlp = load("rules", exclude=("tagger", "entities", "relations", "results"))
    variants = partial(_variants, nlp=nlp, pieces=Pieces(vocabulary), longest=network.shape.longest)
    data, more = variants(records), []
    if not data:
        raise InputError("no annotated abstract in it", where=str(config.train[0]) if config.train else "train")
    report(f"{len(data)} abstracts to train on")
    if silver := config.silver:
        apart = [*records, *read_records((*config.dev, *silver.apart))]
        more = variants(annotated(silver.model, _unannotated(silver, apart, plan.seed), workers=silver.workers))
        report(f"{len(more)} abstracts annotated by {silver.model.name}")
    network.load_state_dict(fit(network, data, plan, _reporter(report), more))
    torch.save(network.state_dict(), folder / "network.pt")
    export(network, folder)
    if config.student_of:
        shared = Path(os.path.relpath(config.student_of, folder))
        names = [str(shared / name) if name in SHARED_FILES else name for name in MODEL_FILES]
    else:
        names = [*MODEL_FILES]
        write_vocabulary(vocabulary, folder)
        write_embeddings(network, folder)
    write_settings(UNTUNED, folder)
    seal(folder, names)
    write_settings(tune(folder, read_records(config.dev), report), folder)
    seal(folder, names)


def _pretrained(config: Config) -> tuple[Tokenizer, Network]:
    """Return the vocabulary, cut down, and a network with the encoder that ``config`` names."""
    if not config.encoder or not config.vocabulary:
        raise InputError("no configuration: it names neither an encoder with its vocabulary nor a teacher")
    vocabulary = Tokenizer.from_file(str(config.vocabulary))
    vocabulary.no_truncation()
    vocabulary.no_padding()
    found = hashlib.sha256(config.encoder.read_bytes()).hexdigest()
    if config.encoder_sha256 not in ("", found):
        raise InputError(f"not the encoder that the configuration asks for: SHA-256 {found}", where=str(config.encoder))
    weights = load_file(config.encoder)
    if config.texts:
        vocabulary, kept = pruned(vocabulary, _texts(config.texts), least=config.least_pieces)
        table = next(name for name in weights if name.endswith("embeddings.word_embeddings.weight"))
        weights[table] = weights[table][kept]
    shape = Shape(pieces=vocabulary.get_vocab_size(), **config.network)
    network = Network(shape)
    network.encoder.load_state_dict(pretrained(weights, shape))
    return vocabulary, network


def _taught(config: Config) -> tuple[Tokenizer, Network]:
    """Return the vocabulary of the teacher, and a network that begins as some of the teacher's layers.

    The embeddings stay as they are: both models share them.
    """
    assert config.student_of  # noqa: S101  # for the type checker
    vocabulary = Tokenizer.from_file(str(config.student_of / "vocabulary.json"))
    network = Network(Shape(pieces=vocabulary.get_vocab_size(), **config.network))
    network.load_state_dict(student(torch.load(config.student_of / "network.pt", weights_only=True), network))
    network.encoder.pieces.weight.requires_grad_(False)  # PyTorch names it only in its own way
    return vocabulary, network


def _variants(records: Sequence[Mapping[str, Any]], *, nlp: Language, pieces: Pieces, longest: int) -> list[Variants]:
    """Return each abstract with its title, and without."""
    whole = examples(records, nlp, pieces, longest=longest)
    return [*zip(whole, examples(map(untitled, records), nlp, pieces, longest=longest), strict=True)]


def _unannotated(silver: Silver, apart: Sequence[Mapping[str, Any]], seed: int) -> list[str]:
    """Draw the abstracts that another model shall annotate, none of them in ``apart``."""
    known = {_opening(str(record["text"]).removeprefix(f"{record.get('title')}\n")) for record in apart}
    found = (title_and_abstract(record) for path in silver.texts for _, record in read_objects(path))
    texts = [
        (abstract, f"{title}\n{abstract}" if title else abstract)
        for title, abstract in found
        if _SHORTEST <= len(abstract) <= _LONGEST
    ]
    random.Random(seed).shuffle(texts)  # noqa: S311  # reproducible, not secret
    drawn: list[str] = []
    for abstract, text in texts:
        opening = _opening(abstract)
        if opening not in known and len(drawn) < silver.abstracts:
            known.add(opening)
            drawn.append(text)
    return drawn


def _opening(abstract: str) -> str:
    return words_of(abstract)[:80]


def _reporter(report: Callable[[str], None]) -> Callable[[int, int, Sequence[float]], None]:
    mean = [0.0] * 4

    def tell(step: int, steps: int, losses: Sequence[float]) -> None:
        mean[:] = [0.95 * old + 0.05 * new for old, new in zip(mean, losses, strict=True)]
        if step % 20 == 0 or step == steps:
            shown = ", ".join(
                f"{name} {value / (1 - 0.95**step):.3f}"
                for name, value in zip(("spans", "pairs", "types", "numbers"), mean, strict=True)
            )
            report(f"step {step} of {steps}: {shown}")

    return tell


def read_records(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """Read files of one JSON object a line. Raises :class:`InputError` with the line that is none."""
    return [record for path in paths for _, record in read_objects(path)]


def _texts(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        for _, record in read_objects(path):
            yield "\n".join(title_and_abstract(record))
