"""A model that is shipped, back as a network: its parameters as the eight bits hold them.

What was rounded stays so: the network is not the one that was trained, but what is run. To go on from it, or to teach
a smaller one, that is as good.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import GraphProto, NodeProto, numpy_helper
from torch import Tensor

from paperatlas.errors import InputError
from paperatlas.extract.learned.model import verify
from paperatlas.extract.training.network import Network, Shape

#: What stands between the product of a layer in integers and its bias.
_SCALING = ("Cast", "Mul")


def restored(folder: Path) -> Network:
    """Return the network of the model in ``folder``.

    Raises:
        ModelError: a file is missing or is not what it was.
        InputError: the graphs are not of the kind that this version writes.
    """
    _, paths = verify(folder)
    try:
        graphs = {name: onnx.load(paths[f"{name}.onnx"]).graph for name in ("encoder", "spans", "pairs")}
        found = dict(_parameters(graphs["encoder"]))
        found |= {f"{head}.{name}": value for head in ("spans", "pairs") for name, value in _parameters(graphs[head])}
        with np.load(paths["pieces.npz"]) as file:
            found["encoder.pieces.weight"] = torch.from_numpy(file["rows"] * file["scales"][:, None])
        network = Network(_shape(found, _heads(graphs["encoder"])))
        network.load_state_dict(found)
    except (KeyError, RuntimeError, StopIteration, ValueError) as error:
        raise InputError("no model that this version wrote", where=str(folder), hint="train it again") from error
    return network


def _shape(found: Mapping[str, Tensor], heads: int) -> Shape:
    first = "encoder.blocks.0"
    return Shape(
        pieces=len(found["encoder.pieces.weight"]),
        layers=sum(name.endswith("qkv.weight") and name.startswith("encoder") for name in found),
        width=found[f"{first}.qkv.weight"].shape[1],
        heads=heads,
        head=len(found[f"{first}.qkv.weight"]) // (3 * heads),
        inner=len(found[f"{first}.up.weight"]),
        span=len(found["spans.start.bias"]),
        longest=len(found["spans.lengths.weight"]),
        node=len(found["pairs.norm.bias"]),
    )


def _heads(graph: GraphProto) -> int:
    attention = next(node for node in graph.node if node.op_type == "MultiHeadAttention")
    return int(next(attribute.i for attribute in attention.attribute if attribute.name == "num_heads"))


def _parameters(graph: GraphProto) -> Iterator[tuple[str, Tensor]]:
    """Yield the parameters of ``graph`` by name: those in floats, tables in eight bits, the weights of layers."""
    held = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}

    def whole(name: str) -> Tensor:
        """Return what is written as ``name`` in eight bits, one scale for all or for each column."""
        rows, zero, scale = (held[f"{name}_{part}"] for part in ("quantized", "zero_point", "scale"))
        return torch.from_numpy((rows.astype(np.float32) - zero.astype(np.float32)) * scale)

    for name, array in held.items():
        if name.endswith((".weight", ".bias")):
            yield name, torch.from_numpy(array.copy())
        elif name.endswith(".weight_quantized"):
            yield name.removesuffix("_quantized"), whole(name.removesuffix("_quantized"))
    followers = {name: node for node in graph.node for name in node.input}
    for node in graph.node:
        if node.op_type == "MatMulInteger" and node.input[1] in held:
            # A layer's weight has lost its name in the graph; its bias has kept it.
            bias = _bias(node, followers)
            yield f"{bias.removesuffix('.bias')}.weight", whole(node.input[1].removesuffix("_quantized")).T.contiguous()


def _bias(node: NodeProto, followers: Mapping[str, NodeProto]) -> str:
    """Return the name of what is added to the product that ``node`` makes."""
    while (node := followers[node.output[0]]).op_type in _SCALING:
        pass
    return str(next(name for name in node.input if name.endswith(".bias")))
