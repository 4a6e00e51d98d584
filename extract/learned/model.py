"""The trained model as files: what is in its folder, and how its graphs are run.

===================== =====================================================================================
``encoder.onnx``      pieces to their states: ``ids``, ``kinds`` (1, T) to ``states`` (1, T, D)
``spans.onnx``        ``states``, ``first``, ``last`` (1, W) to ``scores`` (1, W, L, 6): for the span of each
                      token and length, log-probabilities of "none" and the five entity types
``pairs.onnx``        ``states`` and a :class:`~paperatlas.extract.learned.nodes.Geometry` to ``pairs`` (1, N, N, R),
                      ``types`` (1, N, 6) and ``numbers`` (1, N, 2): logits of the pair labels, of the nodes' types,
                      and of being a result and a gain
``vocabulary.json``   the pieces, in the format of the tokenizers library
``settings.json``     thresholds and calibration, chosen on held-out documents
``checksums.txt``     SHA-256 of the others, checked when the model is loaded
===================== =====================================================================================

A document is read alone and by one thread, so that its facts depend on nothing but its text: activations are quantised
by their range, and in a batch that would be the batch's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from paperatlas.errors import ModelError
from paperatlas.extract.learned.nodes import Geometry
from paperatlas.extract.learned.pieces import Window

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Floats = npt.NDArray[np.float32]

CHECKSUMS = "checksums.txt"
#: The files that the checksums are of.
MODEL_FILES = ("encoder.onnx", "spans.onnx", "pairs.onnx", "vocabulary.json", "settings.json")

_AGAIN = "install paperatlas anew, or name another model"


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a score becomes a probability: sigmoid(slope * logit + offset), after Platt (1999)."""

    slope: float = 1.0
    offset: float = 0.0

    def __call__(self, probability: float) -> float:
        """Return the calibrated probability, rounded to three decimals."""
        return round(float(sigmoid(np.asarray(self.slope * logit(probability) + self.offset))), 3)


@dataclass(frozen=True, slots=True)
class Settings:
    """What was chosen on held-out documents.

    ``candidate``: from which probability on a span is looked at; ``entity`` by type, ``relation`` by relation and
    ``result``: from which on it is kept; ``dataset``: likewise for the dataset of a result; ``same``: from which on two
    names are one thing's; ``document``: the weight of the document's view of a thing against that of its spans.
    """

    candidate: float
    entity: Mapping[str, float]
    relation: Mapping[str, float]
    result: float
    dataset: float
    same: float
    document: float
    entity_calibration: Calibration
    relation_calibration: Calibration

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Settings:
        """Read settings from their JSON form."""
        calibrations = {name: Calibration(**data[name]) for name in ("entity_calibration", "relation_calibration")}
        return cls(**{**data, **calibrations})


@dataclass(frozen=True, slots=True)
class PairScores:
    """What the pair head says of N nodes: probabilities, for labels in the order of the ``nodes`` module.

    ``pairs`` (N, N, R), ``types`` (N, 6) with "none" first, ``numbers`` (N, 2): is a result, is a gain.
    """

    pairs: Floats
    types: Floats
    numbers: Floats


def folder_of(name: str) -> Path:
    """Return the folder of the model that comes with the package under ``name``, else ``name`` as a folder."""
    packaged = Path(str(files("paperatlas.extract"))) / "model" / name
    return packaged if packaged.is_dir() else Path(name)


class Model:
    """A trained model in ``folder``. Raises :class:`ModelError` if a file is missing or is not what it was.

    The graphs are loaded when they are first run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.checksum = verify(folder)
        self.settings = Settings.from_json(json.loads((folder / "settings.json").read_text(encoding="utf-8")))

    @cached_property
    def vocabulary(self) -> Tokenizer:
        """The pieces that the encoder knows."""
        from tokenizers import Tokenizer

        return Tokenizer.from_file(str(self.folder / "vocabulary.json"))

    @cached_property
    def _sessions(self) -> Mapping[str, Any]:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        paths = (self.folder / f"{name}.onnx" for name in ("encoder", "spans", "pairs"))
        return {
            path.stem: onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
            for path in paths
        }

    def _run(self, graph: str, *outputs: str, **inputs: npt.NDArray[Any]) -> list[Floats]:
        found = self._sessions[graph].run(outputs, {name: array[None] for name, array in inputs.items()})
        return [array[0] for array in found]

    def encode(self, window: Window) -> Floats:
        """Return the states (T, D) of the window's pieces."""
        return self._run("encoder", "states", ids=window.ids, kinds=window.kinds)[0]

    def spans(self, window: Window, states: Floats) -> Floats:
        """Return log-probabilities (W, L, 6) of what the span of each token and length is."""
        return self._run("spans", "scores", states=states, first=window.first, last=window.last)[0]

    def pairs(self, states: Floats, nodes: Geometry) -> PairScores:
        """Return the probabilities for the nodes and their pairs."""
        inputs = {
            "mention_first": nodes.mention_first,
            "mention_last": nodes.mention_last,
            "mention_node": nodes.mention_node,
            "kinds": nodes.kinds,
            "between_start": nodes.between_start,
            "between_end": nodes.between_end,
            "bucket": nodes.bucket,
        }
        pairs, types, numbers = self._run("pairs", "pairs", "types", "numbers", states=states, **inputs)
        return PairScores(sigmoid(pairs), softmax(types), sigmoid(numbers))


def verify(folder: Path) -> str:
    """Check the files of a model against their checksums; return the checksum of these."""
    try:
        listed = (folder / CHECKSUMS).read_text(encoding="utf-8")
        for line in listed.splitlines():
            expected, name = line.split(maxsplit=1)
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != expected:
                raise ModelError("not the file that the model was made with", where=str(folder / name), hint=_AGAIN)
    except OSError as error:
        raise ModelError("a file of the model cannot be read", where=str(error.filename), hint=_AGAIN) from error
    return hashlib.sha256(listed.encode()).hexdigest()


def sigmoid(x: npt.NDArray[Any]) -> Floats:
    """Return 1 / (1 + exp(-x)), without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)), dtype=np.float32)


def softmax(x: Floats) -> Floats:
    """Return the probabilities of logits, along the last axis."""
    exponents = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=-1, keepdims=True), dtype=np.float32)


def logit(probability: float) -> float:
    """Return log(p / (1 - p)), bounded where that is infinite."""
    p = min(max(float(probability), 1e-4), 1 - 1e-4)
    return float(np.log(p / (1 - p)))
