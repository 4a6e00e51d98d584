"""What a batch of annotated abstracts says that a network gets wrong: one loss for each head, and what a teacher says.

Where the annotation allows several classes ("optional", ``alt_types``), all of them are right: the loss is that of
their summed probability, with less weight on alternatives. A student also learns what its teacher holds behind each
layer, and what each of its heads says (Hinton et al. 2015, "Distilling the Knowledge in a Neural Network"; Sun et al.
2019).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations, product
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from paperatlas.extract.learned.nodes import Geometry, Scheme, geometry
from paperatlas.extract.learned.reading import within_sentence
from paperatlas.extract.places import Tokens
from paperatlas.extract.training.examples import Example, Figure, class_weights, span_classes
from paperatlas.extract.training.network import Network
from paperatlas.extract.training.plan import Plan
from paperatlas.extract.training.student import counterparts


@dataclass(frozen=True, slots=True)
class Nodes:
    """The nodes of one example in one step: the paper, its things, distractors, its numbers; and what is right of them.

    ``labels`` hold (head, label, tail) with 1 for what is stated and -1 for what may be.
    """

    places: Geometry
    labels: dict[tuple[int, int, int], int]
    classes: list[tuple[int, npt.NDArray[np.float32]]]
    optional: list[int]
    numbers: list[Figure]
    first_number: int
    count: int


def losses_of(
    network: Network, batch: Sequence[Example], plan: Plan, chance: random.Random, teacher: Network | None
) -> list[Tensor]:
    """Return the losses of the spans, the pairs, the nodes' types and the numbers; of a student, of what it is taught.

    That is, the losses of its states, and again of the spans, the pairs, the types and the numbers.
    """
    windows = [example.window for example in batch]
    ids, kinds = (_padded([getattr(w, name) for w in windows]) for name in ("ids", "kinds"))
    mask = _padded([np.ones(len(w.ids), dtype=bool) for w in windows])
    first, last = (_padded([getattr(w, name) for w in windows]) for name in ("first", "last"))
    longest = network.shape.longest
    with torch.autocast("cpu", torch.bfloat16):
        layers = network.encoder.layers(network.encoder.pieces(ids), kinds, mask)
        states = layers[-1]
        spans = network.spans(states, first, last)
    right = _padded([span_classes(e, longest, network.scheme.classes) for e in batch]).log().clamp(min=-1e4)
    valid = _padded([within_sentence(window, longest) for window in windows])
    loss = -(spans + right).logsumexp(-1)
    required = max(sum(len(t.mentions) for e in batch for t in e.things if not t.optional), 1)
    span_loss = (loss * valid).sum() / required

    likely = (1 - spans.detach()[..., 0].exp()).masked_fill(~valid, 0)
    kind_of_span = spans.detach()[..., 1:].argmax(-1)
    nodes = [_nodes(e, likely[n], kind_of_span[n], network.scheme, plan, chance) for n, e in enumerate(batch)]
    count = max(n.count for n in nodes)
    fills = {"mention_node": count, "kinds": network.scheme.nodes[-1]}
    names = ("mention_first", "mention_last", "mention_node", "kinds", "between_start", "between_end", "bucket")
    inputs = {name: _padded([getattr(n.places, name) for n in nodes], fills.get(name, 0)) for name in names}
    with torch.autocast("cpu", torch.bfloat16):
        pairs, types, numbers = network.pairs(states, **inputs, mask=mask)
    losses = [
        span_loss,
        _pair_loss(pairs, nodes, network.scheme),
        _type_loss(types, nodes),
        _number_loss(numbers, nodes),
    ]
    if teacher:
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            held = teacher.encoder.layers(teacher.encoder.pieces(ids), kinds, mask)
            said = teacher.spans(held[-1], first, last)
            said_of_nodes = teacher.pairs(held[-1], **inputs, mask=mask)
        losses.append(_states_loss(layers, held, mask))
        losses.append(((said.exp() * (said - spans)).sum(-1) * valid).sum() / required)
        losses += _taught_losses((pairs, types, numbers), said_of_nodes, nodes, network.scheme)
    return losses


def _states_loss(layers: Sequence[Tensor], held: Sequence[Tensor], mask: Tensor) -> Tensor:
    """Return the share of the teacher's states that is missed, summed over the layers."""
    total = torch.zeros(())
    for own, place in zip(layers, counterparts(len(layers), len(held)), strict=True):
        right = held[place][mask].float()
        total = total + (own[mask].float() - right).square().mean() / right.square().mean()
    return total


def _nodes(example: Example, likely: Tensor, kinds: Tensor, scheme: Scheme, plan: Plan, chance: random.Random) -> Nodes:
    """Set up the nodes; ``likely`` and ``kinds`` (W, L) are what the span head now holds for things, and for which."""
    mentions: list[Sequence[Tokens]] = [example.own]
    paper_kind, number_kind, _ = scheme.nodes
    node_kinds = [paper_kind]
    classes: list[tuple[int, npt.NDArray[np.float32]]] = []
    numbers_of = {0: [0]}
    split = chance.random() < plan.split
    for n, thing in enumerate(example.things, 1):
        numbers_of[n] = []
        for form in thing.forms if split else [thing.mentions] if thing.mentions else []:
            numbers_of[n].append(len(mentions))
            classes.append((len(mentions), class_weights(thing.types, scheme.classes, nothing=thing.optional)))
            mentions.append(form)
            any_type = chance.random() < plan.mistyped
            node_kinds.append(chance.randrange(scheme.types) if any_type else thing.types[0])
    for span, kind in _distractors(example, likely, kinds, plan, chance):
        classes.append((len(mentions), class_weights((), scheme.classes, nothing=True)))
        mentions.append((span,))
        node_kinds.append(kind)
    first_number = len(mentions)
    labels: dict[tuple[int, int, int], int] = {}
    for numbers in numbers_of.values():
        labels |= {(one, scheme.links[-1], other): 1 for one, other in permutations(numbers, 2)}
    for head, label, tail, optional in example.relations:
        for ends in product(numbers_of[head], numbers_of[tail]):
            labels[ends[0], label, ends[1]] = -1 if optional else 1
    for n, figure in enumerate(example.figures, first_number):
        mentions.append((figure.tokens,))
        node_kinds.append(number_kind)
        stated = -1 if figure.optional else 1
        labels |= {(n, label, number): stated for label, node in figure.links for number in numbers_of[node]}
    return Nodes(
        geometry(example.window, mentions, node_kinds),
        labels,
        classes,
        [number for n, thing in enumerate(example.things, 1) if thing.optional for number in numbers_of[n]],
        [*example.figures],
        first_number,
        len(mentions),
    )


def _distractors(
    example: Example, likely: Tensor, kinds: Tensor, plan: Plan, chance: random.Random
) -> list[tuple[Tokens, int]]:
    """Return some of the likeliest spans that are no things."""
    known = {span for thing in example.things for span in thing.mentions} | {span for span, _ in example.doubtful}
    width, longest = likely.shape
    found: list[tuple[Tokens, int]] = []
    for index in likely.flatten().topk(min(40, width * longest)).indices.tolist():
        start, length = divmod(index, longest)
        span = (start, start + length + 1)
        if span not in known and span[1] <= example.window.width:
            found.append((span, int(kinds[start, length])))
    found = found[: plan.distractors + 4]
    chance.shuffle(found)
    return found[: chance.randint(0, plan.distractors)]


def _pair_loss(logits: Tensor, nodes: Sequence[Nodes], scheme: Scheme) -> Tensor:
    """Return the loss of the pairs, a stated relation. What touches an optional thing counts half if it is stated."""
    weight = _asked(logits, nodes, scheme)
    right = np.zeros_like(weight)
    for n, node in enumerate(nodes):
        weight[n, node.optional, :, : scheme.relations] = 0
        weight[n, :, node.optional, : scheme.relations] = 0
        for (head, label, tail), stated in node.labels.items():
            right[n, head, tail, label] = stated > 0
            weight[n, head, tail, label] = max(weight[n, head, tail, label], 0.5) if stated > 0 else 0
    target = torch.from_numpy(right)
    loss = functional.binary_cross_entropy_with_logits(logits, target, torch.from_numpy(weight), reduction="sum")
    return loss / target.sum().clamp(min=1)


def _asked(logits: Tensor, nodes: Sequence[Nodes], scheme: Scheme) -> npt.NDArray[np.float32]:
    """Return 1 for each label (B, N, N, R) that a pair may have: two things' relation or sameness, a number's link."""
    relations, same_as = scheme.relations, scheme.links[-1]
    asked = np.zeros(logits.shape, dtype=np.float32)
    for n, node in enumerate(nodes):
        asked[n, : node.first_number, : node.first_number, :relations] = 1
        asked[n, : node.first_number, : node.first_number, same_as] = 1
        asked[n, node.first_number : node.count, : node.first_number, relations:same_as] = 1
        asked[n, range(node.count), range(node.count)] = 0
    return asked


def _type_loss(logits: Tensor, nodes: Sequence[Nodes]) -> Tensor:
    rows = [(n, node, classes) for n, nodes_ in enumerate(nodes) for node, classes in nodes_.classes]
    if not rows:
        return logits.sum() * 0
    allowed = torch.from_numpy(np.stack([weights for _, _, weights in rows])).log().clamp(min=-1e4)
    chosen = logits[[n for n, _, _ in rows], [node for _, node, _ in rows]].log_softmax(-1)
    return -(chosen + allowed).logsumexp(-1).mean()


def _number_loss(logits: Tensor, nodes: Sequence[Nodes]) -> Tensor:
    rows = [
        (n, place, figure)
        for n, node in enumerate(nodes)
        for place, figure in enumerate(node.numbers, node.first_number)
        if not figure.optional
    ]
    if not rows:
        return logits.sum() * 0
    chosen = logits[[n for n, _, _ in rows], [place for _, place, _ in rows]]
    right = torch.tensor([(figure.is_result, figure.is_gain) for _, _, figure in rows], dtype=torch.float32)
    # Whether it is a gain is asked of results only.
    weight = torch.stack([torch.ones(len(rows)), right[:, 0]], dim=-1)
    return functional.binary_cross_entropy_with_logits(chosen, right, weight, reduction="sum") / len(rows)


def _taught_losses(
    own: tuple[Tensor, Tensor, Tensor], said: tuple[Tensor, Tensor, Tensor], nodes: Sequence[Nodes], scheme: Scheme
) -> list[Tensor]:
    """Return how far the pairs, types and numbers are from what the teacher says, as Kullback & Leibler measure it."""
    count = own[1].shape[1]
    thing, number = (torch.zeros(len(nodes), count) for _ in range(2))
    for n, node in enumerate(nodes):
        thing[n, 1 : node.first_number] = 1
        number[n, node.first_number : node.count] = 1
    asked = torch.from_numpy(_asked(own[0], nodes, scheme))
    types, right = own[1].log_softmax(-1), said[1].log_softmax(-1)
    stated = (said[0].sigmoid() * asked).sum().clamp(min=1)
    return [
        (_divergence(own[0], said[0]) * asked).sum() / stated,
        ((right.exp() * (right - types)).sum(-1) * thing).sum() / thing.sum().clamp(min=1),
        (_divergence(own[2], said[2]).sum(-1) * number).sum() / number.sum().clamp(min=1),
    ]


def _divergence(own: Tensor, said: Tensor) -> Tensor:
    """Return that of two answers of yes and no, given as logits."""
    right = said.sigmoid()
    surprise = functional.binary_cross_entropy_with_logits
    return surprise(own, right, reduction="none") - surprise(said, right, reduction="none")


def _padded(arrays: Sequence[npt.NDArray[Any]], fill: float = 0) -> Tensor:
    """Stack arrays of one rank, filled up to the largest."""
    shape = np.max([array.shape for array in arrays], axis=0)
    stacked = np.full((len(arrays), *shape), fill, dtype=arrays[0].dtype)
    for row, array in zip(stacked, arrays, strict=True):
        row[tuple(map(slice, array.shape))] = array
    return torch.from_numpy(stacked)
