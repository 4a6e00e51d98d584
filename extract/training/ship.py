"""A trained network as the files of a model: ONNX graphs in eight-bit integers, vocabulary, settings, checksums."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import json
import logging
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from paperatlas.extract.learned.model import CHECKSUMS, Settings
from paperatlas.extract.learned.runtime import onnxruntime
from paperatlas.extract.training.network import Block, Network, attend

_OPSET = 17


def export(network: Network, folder: Path) -> None:
    """Write the graphs of ``network`` to ``folder``."""
    network.eval()
    length, width, count, mentions = 20, 12, 5, 7
    states = torch.randn(1, length, network.shape.width)

    def integers(high: int, *shape: int) -> Tensor:
        return torch.randint(0, high, shape)

    places = (integers(length, 1, width), integers(length, 1, width))
    geometry = {
        "mention_first": integers(length, 1, mentions),
        "mention_last": integers(length, 1, mentions),
        "mention_node": integers(count, 1, mentions),
        "kinds": integers(5, 1, count),
        "between_start": integers(length, 1, count, count),
        "between_end": integers(length, 1, count, count),
        "bucket": integers(5, 1, count, count),
    }
    tokens = {"first": {1: "W"}, "last": {1: "W"}}
    nodes = {
        name: {n: "M" if name.startswith("mention") else "N" for n in range(1, x.dim())} for name, x in geometry.items()
    }
    pieces = {"embedded": {1: "T"}, "kinds": {1: "T"}}
    _graph(_Encoder(network), (states, integers(5, 1, length)), pieces, ["states"], folder / "encoder.onnx")
    _graph(network.spans, (states, *places), {"states": {1: "T"}} | tokens, ["scores"], folder / "spans.onnx")
    outputs = ["pairs", "types", "numbers"]
    pairs = copy.deepcopy(network.pairs)
    pairs.block.attend = _fused
    _graph(pairs, (states, *geometry.values()), {"states": {1: "T"}} | nodes, outputs, folder / "pairs.onnx")


class _FusedAttention(torch.autograd.Function):
    """Attention that is written as one operator of ONNX Runtime, which is faster than its parts."""

    @staticmethod
    def symbolic(graph: Any, query: Any, key: Any, value: Any, heads: int) -> Any:
        """Say what to write."""
        fused = graph.op("com.microsoft::MultiHeadAttention", query, key, value, num_heads_i=heads)
        return fused.setType(query.type())

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor, heads: int) -> Tensor:
        """Do what it does."""
        return attend(query, key, value, heads, None)


def _fused(query: Tensor, key: Tensor, value: Tensor, heads: int, mask: Tensor | None) -> Tensor:
    # Nothing is masked: what is shipped reads one document at a time. PyTorch says nothing of the types.
    apply = cast("Callable[[Tensor, Tensor, Tensor, int], Tensor]", _FusedAttention.apply)
    return apply(query, key, value, heads)


class _Encoder(nn.Module):
    """The encoder behind the embeddings of its pieces, which are a file of their own: models may share them."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.encoder = copy.deepcopy(network.encoder)
        for block in self.encoder.modules():
            if isinstance(block, Block):
                block.attend = _fused

    def forward(self, embedded: Tensor, kinds: Tensor) -> Tensor:
        return self.encoder.states(embedded, kinds)


def write_embeddings(network: Network, folder: Path) -> None:
    """Write the embeddings of the pieces to ``folder``, each row in eight bits with a scale of its own."""
    weights = network.encoder.pieces.weight.detach().numpy()
    scales = np.maximum(np.abs(weights).max(axis=1), 1e-8) / 127
    rows = np.round(weights / scales[:, None]).astype(np.int8)
    np.savez_compressed(folder / "pieces.npz", rows=rows, scales=scales.astype(np.float32))


def _graph(
    module: nn.Module, inputs: tuple[Tensor, ...], axes: dict[str, dict[int, str]], outputs: list[str], path: Path
) -> None:
    """Trace ``module`` and write it with its weights in eight-bit integers.

    The weights keep to seven bits: without the VNNI instructions, sums of eight-bit products overflow.
    """
    with tempfile.TemporaryDirectory() as scratch, _silence():
        plain = Path(scratch) / path.name
        torch.onnx.export(
            module,
            inputs,
            str(plain),
            input_names=[*axes],
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=_OPSET,
            dynamo=False,
        )
        quantization = onnxruntime(".quantization")
        kind = quantization.QuantType.QInt8
        quantization.quantize_dynamic(plain, path, weight_type=kind, per_channel=True, reduce_range=True)
    graph = onnx.load(path)
    # Where the graph was made is nobody's business, and would change its checksum.
    graph.producer_name = graph.producer_version = graph.doc_string = ""
    for node in graph.graph.node:
        node.doc_string = ""
    onnx.save(graph, path)


@contextmanager
def _silence() -> Iterator[None]:
    """Keep back what the exporters say to developers of exporters."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def write_settings(settings: Settings, folder: Path) -> None:
    """Write ``settings`` to ``folder``."""
    text = json.dumps(dataclasses.asdict(settings), indent=2) + "\n"
    (folder / "settings.json").write_text(text, encoding="utf-8")


def write_vocabulary(vocabulary: Tokenizer, folder: Path) -> None:
    """Write ``vocabulary`` to ``folder``."""
    (folder / "vocabulary.json").write_text(vocabulary.to_str() + "\n", encoding="utf-8")


def seal(folder: Path, names: Sequence[str]) -> None:
    """Write the checksums of the files ``names`` of a model, paths from ``folder``."""
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")
