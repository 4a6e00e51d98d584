"""Fitting the network to annotated abstracts.

All heads learn at once. What is shipped is a running mean of the parameters (Polyak averaging), which is better and
steadier than the last of them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from paperatlas.extract.training.examples import Example
from paperatlas.extract.training.losses import losses_of
from paperatlas.extract.training.network import Network
from paperatlas.extract.training.plan import Plan

#: One abstract with its title, and without.
Variants = tuple[Example, Example]


def fit(
    network: Network,
    data: Sequence[Variants],
    plan: Plan,
    report: Callable[[int, int, Sequence[float]], None],
    silver: Sequence[Variants] = (),
    teacher: Network | None = None,
    mask: int = 0,
) -> dict[str, Tensor]:
    """Train ``network`` and return the averaged parameters. ``report`` is told step, steps and the losses.

    All of ``data`` is shown in every pass; of ``silver``, which another model has annotated, every pass shows a part,
    so that each of its texts is seen once. A ``teacher`` is what ``network`` is a student of. ``mask`` is the piece
    that stands for hidden words.
    """
    random.seed(plan.seed)
    torch.manual_seed(plan.seed)
    chance = random.Random(plan.seed)  # noqa: S311  # reproducible, not secret
    optimizer = torch.optim.AdamW(
        [
            {"params": [*network.encoder.parameters()], "lr": plan.encoder_rate},
            {"params": [*network.spans.parameters(), *network.pairs.parameters()], "lr": plan.head_rate},
        ],
        weight_decay=plan.weight_decay,
        fused=True,
    )
    silver = chance.sample(silver, len(silver))
    parts = [[*data, *silver[n :: plan.epochs]] for n in range(plan.epochs)]
    size = min(plan.batch, len(data))
    steps = sum(len(part) // size for part in parts)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, step / (plan.warmup * steps)) * max(0.02, 1 - step / steps)
    )
    heads = (1.0, 1.0, plan.document_weight, plan.number_weight)
    weights = (*heads, plan.states_weight, *(plan.taught_weight * weight for weight in heads))
    mean = {name: value.clone() for name, value in network.state_dict().items()}
    network.train()
    step = 0
    for part in parts:
        shown = [untitled if chance.random() < plan.untitled else whole for whole, untitled in part]
        if plan.hidden:
            shown = [_with_hidden(example, plan.hidden, mask, chance) for example in shown]
        for batch in _batches(shown, size, chance):
            losses = losses_of(network, batch, plan, chance, teacher)
            optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward([weight * loss for weight, loss in zip(weights, losses, strict=False)])
            torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimizer.step()
            schedule.step()
            step += 1
            decay = min(0.995, step / (step + 20))
            with torch.no_grad():
                for name, value in network.state_dict().items():
                    mean[name].lerp_(value, 1 - decay)
            report(step, steps, [float(loss.detach()) for loss in losses])
    return mean


def _with_hidden(example: Example, share: float, mask: int, chance: random.Random) -> Example:
    """Return ``example`` with a ``share`` of its words, each with all its pieces, shown as ``mask``."""
    window = example.window
    ids = window.ids.copy()
    for first, last in zip(window.first.tolist(), window.last.tolist(), strict=True):
        if chance.random() < share:
            ids[first : last + 1] = mask
    return replace(example, window=replace(window, ids=ids))


def _batches(data: Sequence[Example], size: int, chance: random.Random) -> Iterator[list[Example]]:
    """Yield batches of texts of about one length, in random order; the rest that fills no batch waits for next time."""
    order = [*data]
    chance.shuffle(order)
    batches = []
    for start in range(0, len(order), 20 * size):
        near = sorted(order[start : start + 20 * size], key=lambda example: len(example.window.ids))
        batches += [near[i : i + size] for i in range(0, len(near), size)]
    batches = [batch for batch in batches if len(batch) == size]
    chance.shuffle(batches)
    yield from batches
