"""How a network is fitted: the numbers that a configuration may set."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """How to fit: passes over the data, documents a step, learning rates, seed.

    ``distractors``: the most spans a document that are no things but are shown to the pair head as if they were;
    ``untitled``: how often a text is shown without its title; ``split``: how often each way to spell a thing is a node
    of its own, for the pair head to tell that they are the same; ``mistyped``: how often a thing is shown to the pair
    head as of any type, for it to look at the text: at run time the type is a guess; ``hidden``: how often a word is
    not shown, to a teacher neither, so that what it is must be told from its company. The weights are the losses':
    ``states_weight`` and ``taught_weight`` say how much a student heeds what its teacher holds, and what it says.
    """

    epochs: int = 8
    batch: int = 12
    encoder_rate: float = 1.5e-4
    head_rate: float = 5e-4
    warmup: float = 0.08
    weight_decay: float = 0.01
    distractors: int = 10
    untitled: float = 0.3
    split: float = 0.5
    mistyped: float = 0.12
    hidden: float = 0.0
    document_weight: float = 0.5
    number_weight: float = 0.3
    states_weight: float = 1.0
    taught_weight: float = 1.0
    seed: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.hidden < 1:
            raise ValueError(f"hidden = {self.hidden}")
        for name, least in (("epochs", 1), ("batch", 1), ("warmup", 1e-9)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} = {getattr(self, name)}")
