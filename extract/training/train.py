"""From a configuration to a model: read, prune, fit, export, tune."""

from __future__ import annotations

import gzip
import hashlib
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from paperatlas.errors import InputError
from paperatlas.extract.learned.model import MODEL_FILES, Calibration, Settings
from paperatlas.extract.pipeline import load
from paperatlas.extract.training.examples import examples, untitled
from paperatlas.extract.training.fit import Plan, fit
from paperatlas.extract.training.network import Network, Shape, pretrained
from paperatlas.extract.training.ship import export, seal, write_settings, write_vocabulary
from paperatlas.extract.training.tune import tune
from paperatlas.extract.training.vocabulary import pruned
from paperatlas.schema import EntityType, RelationType

#: Where thresholds stand before they are tuned.
UNTUNED = Settings(
    candidate=0.25,
    entity={kind.value: 0.5 for kind in EntityType},
    relation={kind.value: 0.3 for kind in RelationType},
    result=0.3,
    dataset=0.3,
    same=0.5,
    document=0.5,
    entity_calibration=Calibration(),
    relation_calibration=Calibration(),
)


@dataclass(frozen=True, slots=True)
class Config:
    """What to train on, and how. Paths count from the configuration's folder.

    ``train`` are files of annotated records, ``dev`` the file that thresholds are chosen on; ``encoder`` and
    ``vocabulary`` are the pre-trained encoder's ``model.safetensors`` and ``tokenizer.json``; ``texts`` are files of
    abstracts that say which pieces are used, at least ``least_pieces`` times each.
    """

    train: tuple[Path, ...]
    dev: Path
    encoder: Path
    vocabulary: Path
    encoder_sha256: str = ""
    texts: tuple[Path, ...] = ()
    least_pieces: int = 3
    network: Mapping[str, Any] = field(default_factory=dict)
    fit: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Config:
        """Read a configuration. Raises :class:`InputError` if it is none."""
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
            data |= {name: tuple(path.parent / p for p in data.get(name, ())) for name in ("train", "texts")}
            data |= {name: path.parent / data[name] for name in ("dev", "encoder", "vocabulary")}
            return cls(**data)
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError, KeyError) as error:
            raise InputError(f"no configuration: {error}", where=str(path)) from error


def train(config: Config, folder: Path, report: Callable[[str], None]) -> None:
    """Train a model as ``config`` says and leave it in ``folder``. ``report`` is told a line now and then."""
    for path in (*config.train, config.dev, config.encoder, config.vocabulary, *config.texts):
        if not path.is_file():
            raise InputError("no such file", where=str(path), hint="paths count from the configuration's folder")
    folder.mkdir(parents=True, exist_ok=True)
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
    report(f"{vocabulary.get_vocab_size()} pieces")
    torch.manual_seed(Plan(**config.fit).seed)
    shape = Shape(pieces=vocabulary.get_vocab_size(), **config.network)
    network = Network(shape)
    network.encoder.load_state_dict(pretrained(weights, shape))
    records = [record for path in config.train for record in read_records(path)]
    nlp = load("rules", exclude=("tagger", "entities", "relations", "results"))
    whole = examples(records, nlp, vocabulary, longest=shape.longest)
    bare = examples(map(untitled, records), nlp, vocabulary, longest=shape.longest)
    data = [*zip(whole, bare, strict=True)]
    report(f"{len(data)} abstracts to train on")
    network.load_state_dict(fit(network, data, Plan(**config.fit), _reporter(report)))
    torch.save(network.state_dict(), folder / "network.pt")
    export(network, folder)
    write_vocabulary(vocabulary, folder)
    write_settings(UNTUNED, folder)
    seal(folder, MODEL_FILES)
    write_settings(tune(folder, read_records(config.dev), report), folder)
    seal(folder, MODEL_FILES)


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


def read_records(path: Path) -> list[dict[str, Any]]:
    """Read a file of one JSON object a line, packed or not. Raises :class:`InputError` with the line that is none."""
    records = []
    for number, line in enumerate(_lines(path), 1):
        try:
            records.append(json.loads(line))
        except ValueError as error:
            raise InputError("not JSON", where=f"{path}:{number}") from error
    return records


def _lines(path: Path) -> Iterator[str]:
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as file:
            yield from (line for line in file if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", where=str(path)) from error


def _texts(paths: Sequence[Path]) -> Iterator[str]:
    for path in paths:
        for record in map(json.loads, _lines(path)):
            yield f"{record.get('title') or ''}\n{record.get('abstract') or ''}"
