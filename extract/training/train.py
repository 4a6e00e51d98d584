"""From a configuration to a model: read, prune, fit, export, tune."""

from __future__ import annotations

import hashlib
import json
import os
import random
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from paperatlas.errors import InputError
from paperatlas.extract.annotations import read_annotated
from paperatlas.extract.jsonlines import read_objects, title_and_abstract
from paperatlas.extract.learned.model import (
    CHECKSUMS,
    MODEL_FILES,
    SHARED_FILES,
    Calibration,
    Settings,
    folder_of,
    verify,
)
from paperatlas.extract.learned.pieces import Pieces
from paperatlas.extract.pipeline import load
from paperatlas.extract.surface import words_of
from paperatlas.extract.training.examples import examples, untitled
from paperatlas.extract.training.fit import Variants, fit
from paperatlas.extract.training.network import Network, Shape, pretrained
from paperatlas.extract.training.plan import Plan
from paperatlas.extract.training.restore import restored
from paperatlas.extract.training.ship import export, seal, write_embeddings, write_settings, write_vocabulary
from paperatlas.extract.training.silver import annotated
from paperatlas.extract.training.student import misfit, student
from paperatlas.extract.training.tune import tune
from paperatlas.extract.training.vocabulary import pruned

if TYPE_CHECKING:
    from spacy.language import Language

#: Texts of fewer or more characters are no abstracts to learn from.
_SHORTEST, _LONGEST = 400, 2500

#: So many abstracts show which of a teacher's heads and neurons say something.
_SHOWN = 500

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
    folder of a trained model to begin with, of which fewer layers, heads or neurons may be taken; ``shares`` that of a
    model with the same teacher, or the teacher, whose embeddings and vocabulary are used in place of copies. Models of
    the package may be given by their names. ``silver`` is what else to learn from.
    """

    train: tuple[Path, ...]
    dev: tuple[Path, ...]
    encoder: Path | None = None
    vocabulary: Path | None = None
    encoder_sha256: str = ""
    texts: tuple[Path, ...] = ()
    least_pieces: int = 3
    student_of: Path | None = None
    shares: Path | None = None
    silver: Silver | None = None
    network: Mapping[str, Any] = field(default_factory=dict)
    fit: Mapping[str, Any] = field(default_factory=dict)

    @property
    def files(self) -> Iterator[Path]:
        """All files that must be there."""
        yield from (*self.train, *self.dev, *self.texts)
        yield from (path for path in (self.encoder, self.vocabulary) if path)
        if self.student_of:
            yield self.student_of / CHECKSUMS
        if self.shares:
            yield from (self.shares / name for name in SHARED_FILES)
        if self.silver:
            yield from (self.silver.model / CHECKSUMS, *self.silver.texts, *self.silver.apart)

    @classmethod
    def read(cls, path: Path) -> Config:
        """Read a configuration. Raises :class:`InputError` if it is none."""
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
            lists = {"texts": ()} | data
            data |= {name: tuple(path.parent / p for p in lists[name]) for name in ("train", "dev", "texts")}
            data |= {name: path.parent / data[name] for name in ("encoder", "vocabulary") if name in data}
            data |= {name: _model(path.parent, data[name]) for name in ("student_of", "shares") if name in data}
            if silver := data.get("silver"):
                places = {name: tuple(path.parent / p for p in silver.get(name, ())) for name in ("texts", "apart")}
                data["silver"] = Silver(**silver | places | {"model": _model(path.parent, silver["model"])})
            found = cls(**data)
            # Whether their tables can be understood, too.
            Plan(**found.fit), Shape(pieces=1, **found.network)
            return found
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from error
        except (ValueError, TypeError, KeyError, AttributeError, ZeroDivisionError) as error:
            raise InputError(f"no configuration: {error}", where=str(path)) from error


def _model(parent: Path, name: str) -> Path:
    """Return the folder of a model that a configuration in ``parent`` names: one of the package, or a path."""
    packaged = folder_of(name)
    return packaged if Path(name).name == name and packaged.is_absolute() else parent / name


def train(config: Config, folder: Path, report: Callable[[str], None]) -> None:
    """Train a model as ``config`` says and leave it in ``folder``. ``report`` is told a line now and then.

    Raises:
        InputError: a file is missing or not what it should be, or the sizes do not fit the teacher's. What can be told
            before anything is fitted is.
    """
    for path in config.files:
        if not path.is_file():
            raise InputError("no such file", where=str(path), hint="paths count from the configuration's folder")
    folder = folder.resolve()
    _refuse_to_overwrite(config, folder)
    records, held_out = read_annotated(config.train), read_annotated(config.dev)
    if not records or not held_out:
        raise InputError("no files of annotated abstracts", where="dev" if records else "train")
    folder.mkdir(parents=True, exist_ok=True)
    # A model that is there stays until there is another. Beside it: paths to shared files count from both.
    with TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}.") as scratch:
        names = _trained(config, records, held_out, Path(scratch), report)
        for name in (CHECKSUMS, *names):
            if (own := Path(name)).name == name:
                (Path(scratch) / own).replace(folder / own)
        for name in SHARED_FILES:
            if name not in names:
                (folder / name).unlink(missing_ok=True)


def _refuse_to_overwrite(config: Config, folder: Path) -> None:
    """Raise :class:`InputError` if a model that training needs would be written over."""
    needed = (config.student_of, config.shares, config.silver and config.silver.model)
    if folder in {other.resolve() for other in needed if other}:
        raise InputError("the model of the configuration itself", where=str(folder), hint="name another folder")


def _trained(
    config: Config,
    records: Sequence[Mapping[str, Any]],
    held_out: Sequence[Mapping[str, Any]],
    folder: Path,
    report: Callable[[str], None],
) -> Sequence[str]:
    """Train a model in ``folder``; return the names of its files, as paths from it."""
    plan = Plan(**config.fit)
    torch.manual_seed(plan.seed)
    vocabulary, network = _teacher(config.student_of) if config.student_of else _pretrained(config)
    teacher = network if config.student_of else None
    shape = replace(network.shape, **config.network)
    if teacher and (wrong := misfit(shape, teacher.shape)):
        raise InputError(f"no teacher of the network that is configured: {wrong}", where=str(config.student_of))
    # A student's embeddings are its teacher's: what they are shared with is known before hours of fitting.
    write_vocabulary(vocabulary, folder)
    write_embeddings(network, folder)
    names = _shared(config.shares, folder) if config.shares else MODEL_FILES
    nlp = load("rules", exclude=("tagger", "entities", "relations", "results"))
    pieces = Pieces(vocabulary)
    if plan.hidden and not pieces.mask:
        raise InputError("no word can be hidden: the vocabulary has no [MASK]", hint="leave hidden out of [fit]")
    variants = partial(_variants, nlp=nlp, pieces=pieces, longest=network.shape.longest)
    data, more = variants(records), []
    report(f"{len(data)} abstracts to train on")
    if silver := config.silver:
        apart = [*records, *held_out, *read_records(silver.apart)]
        more = variants(annotated(silver.model, _unannotated(silver, apart, plan.seed), workers=silver.workers))
        report(f"{len(more)} abstracts annotated by {silver.model.name}")
    if teacher:
        network = student(teacher, shape, [e.window for e, _ in data[:_SHOWN]])
    report(f"{vocabulary.get_vocab_size()} pieces, {sum(p.numel() for p in network.parameters())} parameters")
    network.load_state_dict(fit(network, data, plan, _reporter(report), more, teacher, pieces.mask))
    export(network, folder)
    if not teacher:
        write_embeddings(network, folder)
    write_settings(UNTUNED, folder)
    seal(folder, names)
    write_settings(tune(folder, held_out, report), folder)
    seal(folder, names)
    return names


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
    if wrong := _unlike(shape, weights, config.encoder):
        raise InputError(f"no encoder of the network that is configured: {wrong}", where=str(config.encoder))
    network = Network(shape)
    network.encoder.load_state_dict(pretrained(weights, shape))
    return vocabulary, network


def _unlike(shape: Shape, weights: Mapping[str, torch.Tensor], encoder: Path) -> str:
    """Return why an encoder's ``weights`` cannot be those of a network of ``shape``, or nothing.

    How many heads it has only the description beside it tells, if there is one.
    """
    inner = [weight.shape for name, weight in weights.items() if name.endswith("intermediate.dense.weight")]
    if not 1 <= shape.layers <= len(inner):
        return f"it has {len(inner)} layers, not {shape.layers}"
    sizes = {"inner": inner[0][0], "width": inner[0][1]}
    if (described := encoder.with_name("config.json")).is_file():
        sizes["heads"] = json.loads(described.read_text(encoding="utf-8"))["num_attention_heads"]
    found = {name: getattr(shape, name) for name in sizes}
    return "" if found == sizes else f"it has {_listed(sizes)}, not {_listed(found)}"


def _listed(sizes: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {size}" for name, size in sizes.items())


def _teacher(folder: Path) -> tuple[Tokenizer, Network]:
    """Return the vocabulary and the network of the trained model in ``folder``."""
    return Tokenizer.from_file(str(verify(folder)[1]["vocabulary.json"])), restored(folder).eval()


def _shared(other: Path, folder: Path) -> list[str]:
    """Drop from ``folder`` the files that those of ``other`` stand for, too; return the names of all, as paths from it.

    A student's embeddings and vocabulary are its teacher's, and so those of the teacher's other students.
    """
    for name in SHARED_FILES:
        if (other / name).read_bytes() != (folder / name).read_bytes():
            raise InputError("not the same as this model's", where=str(other / name), hint="share only what one taught")
        (folder / name).unlink()
    # However many links lead to either: the path is written down.
    place = Path(os.path.relpath(other.resolve(), folder.resolve()))
    return [str(place / name) if name in SHARED_FILES else name for name in MODEL_FILES]


def _variants(records: Sequence[Mapping[str, Any]], *, nlp: Language, pieces: Pieces, longest: int) -> list[Variants]:
    """Return each abstract with its title, and without."""
    whole = examples(records, nlp, pieces, longest=longest)
    return [*zip(whole, examples(map(untitled, records), nlp, pieces, longest=longest), strict=True)]


def _unannotated(silver: Silver, apart: Sequence[Mapping[str, Any]], seed: int) -> list[str]:
    """Draw the abstracts that another model shall annotate, none of them in ``apart``."""
    # Their first line may be a title.
    known = {_opening(part) for record in apart for part in (record["text"], record["text"].partition("\n")[2]) if part}
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
    heads = ("spans", "pairs", "types", "numbers")
    names = (*heads, "states", *(f"taught {head}" for head in heads))
    mean = dict.fromkeys(names, 0.0)

    def tell(step: int, steps: int, losses: Sequence[float]) -> None:
        # What is not taught by another has no losses of the kinds behind.
        found = dict(zip(names, losses, strict=False))
        mean.update({name: 0.95 * mean[name] + 0.05 * loss for name, loss in found.items()})
        if step % 20 == 0 or step == steps:
            shown = ", ".join(f"{name} {mean[name] / (1 - 0.95**step):.3f}" for name in found)
            report(f"step {step} of {steps}: {shown}")

    return tell


def read_records(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """Read files of one JSON object a line. Raises :class:`InputError` with the line that is none."""
    return [record for path in paths for _, record in read_objects(path)]


def _texts(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        for _, record in read_objects(path):
            yield "\n".join(title_and_abstract(record))
