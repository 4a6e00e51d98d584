"""A small network from a large one: some of its layers, and of these the heads and neurons that say most.

A head or neuron that adds to the stream nearly the same whatever the text says is left out, and its mean goes to the
bias behind it (as in Molchanov et al. 2017 for single weights; He et al. 2017 choose channels by what they add). What
is lost thereby, the small network learns back from the large one, layer by layer (Sun et al. 2019, "Patient Knowledge
Distillation").
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import cast

import torch
from torch import Tensor, nn

from paperatlas.extract.learned.pieces import Window
from paperatlas.extract.training.network import Block, Encoder, Network, Shape


def counterparts(layers: int, depth: int) -> list[int]:
    """Return for each of ``layers`` the one of ``depth`` whose states it shall come to.

    >>> counterparts(2, 6)
    [2, 5]
    """
    return [(n + 1) * depth // layers - 1 for n in range(layers)]


#: What a student may have fewer of than its teacher. All else is of one size: states are compared, heads taken over.
_FEWER = ("layers", "heads", "inner")


def misfit(shape: Shape, teacher: Shape) -> str:
    """Return why a network of ``shape`` cannot be the student of one of the shape ``teacher``, or nothing.

    >>> misfit(Shape(pieces=9, heads=16), Shape(pieces=9))
    'a student has 1 to 12 heads, not 16'
    """
    for name, own in asdict(shape).items():
        most = getattr(teacher, name)
        if name in _FEWER and not 1 <= own <= most:
            return f"a student has 1 to {most} {name}, not {own}"
        if name not in (*_FEWER, "dropout") and own != most:
            return f"a student has its teacher's {name}, {most}, not {own}"
    return ""


def student(teacher: Network, shape: Shape, windows: Sequence[Window]) -> Network:
    """Return a network of ``shape`` from ``teacher``'s parameters; ``windows`` show which of them say something."""
    said = _said(teacher.encoder, windows)
    network = copy.deepcopy(teacher)
    # Of the layers some at equal distances.
    places = [n * teacher.shape.layers // shape.layers for n in range(shape.layers)]
    network.encoder.blocks = nn.ModuleList(network.encoder.blocks[place] for place in places)
    for block, place in zip(network.encoder.blocks, places, strict=True):
        _thin(cast("Block", block), said[place], shape)
    for module in network.encoder.modules():
        if isinstance(module, nn.Dropout):
            module.p = shape.dropout
    network.shape = shape
    # The embeddings stay as they are: both models share them.
    network.encoder.pieces.weight.requires_grad_(False)  # PyTorch names it only in its own way
    return network


@dataclass
class _Moments:
    """Sums over pieces of what a layer's heads and neurons hold, and of its products."""

    width: int
    count: int = 0
    total: Tensor = field(init=False)
    products: Tensor = field(init=False)

    def __post_init__(self) -> None:
        self.total = torch.zeros(self.width)
        self.products = torch.zeros(self.width, self.width)

    def add(self, held: Tensor) -> None:
        """Add the pieces (T, D) of one text."""
        self.count += len(held)
        self.total += held.sum(0)
        self.products += held.T @ held

    @property
    def mean(self) -> Tensor:
        return self.total / self.count

    @property
    def covariance(self) -> Tensor:
        return self.products / self.count - torch.outer(self.mean, self.mean)


def _said(encoder: Encoder, windows: Iterable[Window]) -> list[tuple[_Moments, _Moments]]:
    """Return for each layer what its heads and its neurons held over ``windows``."""
    blocks = [cast("Block", block) for block in encoder.blocks]
    said = [(_Moments(block.out.in_features), _Moments(block.down.in_features)) for block in blocks]
    hooks = []
    for block, (heads, neurons) in zip(blocks, said, strict=True):
        for module, moments in ((block.out, heads), (block.down, neurons)):

            def hook(_: nn.Module, inputs: tuple[Tensor], moments: _Moments = moments) -> None:
                moments.add(inputs[0][0])

            hooks.append(module.register_forward_pre_hook(hook))
    encoder.eval()
    with torch.no_grad():
        for window in windows:
            encoder(torch.from_numpy(window.ids)[None], torch.from_numpy(window.kinds)[None])
    for handle in hooks:
        handle.remove()
    return said


def _thin(block: Block, said: tuple[_Moments, _Moments], shape: Shape) -> None:
    """Leave in ``block`` the heads and neurons whose share of the stream varies most."""
    heads, neurons = said
    with torch.no_grad():
        varied = _variance(block.out, heads).view(-1, shape.head).sum(1)
        kept = varied.topk(shape.heads).indices.sort().values
        columns = (kept[:, None] * shape.head + torch.arange(shape.head)).flatten()
        third = block.out.in_features
        rows = torch.cat([columns + n * third for n in range(3)])
        block.qkv = _rows(block.qkv, rows)
        block.out = _columns(block.out, columns, heads.mean)
        block.heads = shape.heads
        kept = _variance(block.down, neurons).topk(shape.inner).indices.sort().values
        block.up = _rows(block.up, kept)
        block.down = _columns(block.down, kept, neurons.mean)


def _variance(linear: nn.Linear, held: _Moments) -> Tensor:
    """Return for each input of ``linear`` how much of the variance of its output goes through it."""
    gram = linear.weight.T @ linear.weight
    return (gram * held.covariance).sum(1)


def _rows(linear: nn.Linear, kept: Tensor) -> nn.Linear:
    thin = nn.Linear(linear.in_features, len(kept))
    thin.weight.copy_(linear.weight[kept])
    thin.bias.copy_(linear.bias[kept])
    return thin


def _columns(linear: nn.Linear, kept: Tensor, mean: Tensor) -> nn.Linear:
    gone = torch.ones(linear.in_features, dtype=torch.bool)
    gone[kept] = False
    thin = nn.Linear(len(kept), linear.out_features)
    thin.weight.copy_(linear.weight[:, kept])
    thin.bias.copy_(linear.bias + linear.weight[:, gone] @ mean[gone])
    return thin
