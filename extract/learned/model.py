"""The trained model as files: what is in its folder, and how its graphs are run.

===================== =====================================================================================
``pieces.npz``        the embeddings of the pieces in eight bits: ``rows`` (V, D) and their ``scales`` (V)
``encoder.onnx``      embedded pieces to their states: ``embedded`` (1, T, D), ``kinds`` (1, T) to ``states`` (1, T, D)
``spans.onnx``        ``states``, ``first``, ``last`` (1, W) to ``scores`` (1, W, L, 6): for the span of each
                      token and length, log-probabilities of "none" and the five entity types
``pairs.onnx``        ``states`` and a :class:`~paperatlas.extract.learned.nodes.Geometry` to ``pairs`` (1, N, N, R),
                      ``types`` (1, N, 6) and ``numbers`` (1, N, 2): logits of the pair labels, of the nodes' types,
                      and of being a result and a gain
``vocabulary.json``   the pieces, in the format of the tokenizers library
``settings.json``     thresholds and calibration, chosen on held-out documents
``checksums.txt``     SHA-256 of the others, checked when the model is loaded; a file of another model's folder
                      that this one shares is listed by its path ("../default/pieces.npz")
===================== =====================================================================================

A document is read alone and by one thread, so that its facts depend on nothing but its text: activations are quantised
by their range, and in a batch that would be the batch's.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from paperatlas.errors import ModelError
from paperatlas.extract.learned.nodes import Geometry
from paperatlas.extract.learned.pieces import Pieces, Window

Floats = npt.NDArray[np.float32]

CHECKSUMS = "checksums.txt"
#: The files that the checksums are of.
MODEL_FILES = ("pieces.npz", "encoder.onnx", "spans.onnx", "pairs.onnx", "vocabulary.json", "settings.json")
#: Those of them that a smaller model shares with the one that taught it.
SHARED_FILES = ("pieces.npz", "vocabulary.json")

#: What the runtime's errors have in them where there was not enough memory.
_NO_MEMORY = ("AllocateRaw", "Failed to allocate memory", "bad_alloc", "bad allocation")

_AGAIN = "install paperatlas anew, or name another model"


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a score p becomes a probability: sigmoid(rise * ln p - fall * ln(1 - p) + offset).

    This is beta calibration (Kull et al. 2017); with ``rise`` and ``fall`` alike it is Platt's (1999).
    """

    rise: float = 1.0
    fall: float = 1.0
    offset: float = 0.0

    def __call__(self, score: float) -> float:
        """Return the calibrated probability, rounded to three decimals."""
        toward, away = log_odds(score)
        return round(probable(self.rise * toward + self.fall * away + self.offset), 3)


@dataclass(frozen=True, slots=True)
class Settings:
    """What was chosen on held-out documents.

    ``candidate``: from which probability on a span is looked at; ``entity``, ``relation`` and ``result``: from which on
    it is kept; ``dataset``: likewise for the dataset of a result; ``same``: from which on two
    names are one thing's; ``document``: the weight of the document's view of a thing against that of its spans.
    """

    candidate: float
    entity: float
    relation: float
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
    return packaged if Path(name).name == name and (packaged / CHECKSUMS).is_file() else Path(name)


class Model:
    """A trained model in ``folder``. Raises :class:`ModelError` if a file is missing or is not what it was.

    The graphs are loaded when they are first run.
    """

    def __init__(self, folder: Path) -> None:
        self.checksum, self._files = verify(folder)
        self.settings = Settings.from_json(json.loads(self._files["settings.json"].read_text(encoding="utf-8")))

    @cached_property
    def pieces(self) -> Pieces:
        """The pieces that the encoder knows."""
        from tokenizers import Tokenizer

        return Pieces(Tokenizer.from_file(str(self._files["vocabulary.json"])))

    @cached_property
    def _embeddings(self) -> tuple[npt.NDArray[np.int8], Floats]:
        with np.load(self._files["pieces.npz"]) as file:
            return file["rows"], file["scales"]

    @cached_property
    def _sessions(self) -> Mapping[str, Any]:
        return {name: session(self._files[f"{name}.onnx"]) for name in ("encoder", "spans", "pairs")}

    def _run(self, graph: str, *outputs: str, **inputs: npt.NDArray[Any]) -> list[Floats]:
        try:
            found = self._sessions[graph].run(outputs, {name: array[None] for name, array in inputs.items()})
        except Exception as error:
            # The runtime has no class of its own for it.
            if any(sign in str(error) for sign in _NO_MEMORY):
                raise MemoryError(f"none left for {graph}.onnx") from error
            raise
        return [array[0] for array in found]

    def encode(self, window: Window) -> Floats:
        """Return the states (T, D) of the window's pieces."""
        rows, scales = self._embeddings
        embedded = rows.take(window.ids, axis=0) * scales.take(window.ids)[:, None]
        return self._run("encoder", "states", embedded=embedded, kinds=window.kinds)[0]

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


def session(graph: Path, *, profile: str = "") -> Any:
    """Return an ``onnxruntime.InferenceSession`` of ``graph`` with one thread.

    With ``profile`` it notes what each operator takes, in a file whose path begins with that, once it is told to end.
    """
    from paperatlas.extract.learned.runtime import onnxruntime

    runtime = onnxruntime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    if profile:
        options.enable_profiling, options.profile_file_prefix = True, profile
    # The optimizer that is left out makes one operator of two, which on a CPU takes longer.
    left_out = ["SkipLayerNormFusion"]
    return runtime.InferenceSession(
        str(graph), options, providers=["CPUExecutionProvider"], disabled_optimizers=left_out
    )


def verify(folder: Path) -> tuple[str, dict[str, Path]]:
    """Check the files of a model against their checksums; return the checksum of these, and the files by name."""
    found = {}
    try:
        listed = (folder / CHECKSUMS).read_text(encoding="utf-8")
        for line in listed.splitlines():
            expected, _, name = line.partition("  ")
            path = found[name.rsplit("/", 1)[-1]] = folder / name
            if hashlib.sha256(path.read_bytes()).hexdigest() != expected:
                raise ModelError("not the file that the model was made with", where=str(path), hint=_AGAIN)
    except (OSError, UnicodeDecodeError) as error:
        where = str(getattr(error, "filename", folder / CHECKSUMS))
        raise ModelError("a file of the model cannot be read", where=where, hint=_AGAIN) from error
    if missing := [name for name in MODEL_FILES if name not in found]:
        raise ModelError(f"no checksum of {missing[0]}", where=str(folder / CHECKSUMS), hint=_AGAIN)
    return hashlib.sha256(listed.encode()).hexdigest(), found


def sigmoid(x: npt.NDArray[Any]) -> Floats:
    """Return 1 / (1 + exp(-x)), without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)), dtype=np.float32)


def probable(logit: float) -> float:
    """Return the probability whose log-odds ``logit`` are."""
    return 0.5 * (1.0 + math.tanh(0.5 * logit))


def softmax(x: Floats) -> Floats:
    """Return the probabilities of logits, along the last axis."""
    exponents = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=-1, keepdims=True), dtype=np.float32)


def log_odds(probability: float) -> tuple[float, float]:
    """Return ln p and -ln(1 - p), bounded where they are infinite; their sum is the logit."""
    p = min(max(probability, 1e-4), 1 - 1e-4)
    return math.log(p), -math.log(1 - p)


def logit(probability: float) -> float:
    """Return log(p / (1 - p)), bounded where that is infinite."""
    return sum(log_odds(probability))
