"""What the runtime does in an encoder, by operator: how long, and how many numbers are multiplied with each other."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from paperatlas.extract.components import sentences
from paperatlas.extract.learned.components import open_model
from paperatlas.extract.learned.model import folder_of, session
from paperatlas.extract.pipeline import load


class Operator(NamedTuple):
    """What an operator takes of a text, and its products of two numbers, if they are what it is there for."""

    name: str
    seconds: float
    products: float


def operators(model: str, texts: list[str]) -> list[Operator]:
    """Return the operators of the model's encoder, those that take longest first, on windows as long as the texts'."""
    make_doc, pieces = load("rules").make_doc, open_model(model).pieces
    lengths = [len(window.ids) for text in texts for window in pieces.windows(sentences(make_doc(text)))]
    chance = np.random.default_rng(0)
    with TemporaryDirectory() as scratch:
        running = session(folder_of(model) / "encoder.onnx", profile=str(Path(scratch) / "encoder"))
        width = next(one.shape[2] for one in running.get_inputs() if one.name == "embedded")
        for length in lengths:
            # What the numbers are makes no difference to the time.
            embedded = chance.normal(size=(1, length, width)).astype(np.float32)
            running.run(None, {"embedded": embedded, "kinds": np.zeros((1, length), np.int64)})
        events = json.loads(Path(running.end_profiling()).read_text(encoding="utf-8"))
    took: Counter[str] = Counter()
    products: Counter[str] = Counter()
    for event in events:
        if event["name"].endswith("_kernel_time"):
            kind = event["args"]["op_name"]
            took[kind] += event["dur"]
            products[kind] += _products(kind, _shape(event, "input"), _shape(event, "output"))
    return [
        Operator(kind, took[kind] / len(texts) / 1e6, products[kind] / len(texts)) for kind, _ in took.most_common()
    ]


def _shape(event: dict[str, dict[str, list[dict[str, list[int]]]]], side: str) -> list[int]:
    """Return the shape of the first tensor that goes in, or comes out."""
    (shape,) = event["args"][f"{side}_type_shape"][0].values()
    return shape


def _products(kind: str, given: list[int], made: list[int]) -> int:
    if kind == "DynamicQuantizeMatMul":
        return given[1] * given[2] * made[2]
    # All pieces with all, once for how much they attend to each other and once for what comes of it.
    return 2 * given[1] * given[1] * given[2] if kind == "MultiHeadAttention" else 0
