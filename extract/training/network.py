"""The network: an encoder of pieces, a head that types spans, a head that relates nodes.

The encoder is BERT's (Devlin et al. 2019) in the size of MiniLM (Wang et al. 2020): it starts from the weights of
all-MiniLM-L6-v2. Spans are scored by start, end, inside and width, as in span-based extraction (Eberts & Ulges 2020),
with the start-end product of GlobalPointer (Su et al. 2022). Pairs of nodes are scored with a context of their own,
which both nodes attend to, after the localised context pooling of ATLOP (Zhou et al. 2021).

Shapes: B documents, T pieces, W tokens, L lengths of spans, N nodes, M mentions, D the width of the encoder, C classes,
R labels of pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from paperatlas.extract.learned.nodes import BUCKETS, SCHEME, Scheme
from paperatlas.extract.learned.pieces import DIGITS, WINDOW


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a network; ``longest`` is the number of tokens in the longest span that is scored.

    Each layer of the encoder has ``heads`` of ``head`` numbers each, together ``width`` unless said otherwise, and
    ``inner`` neurons.
    """

    pieces: int
    layers: int = 6
    width: int = 384
    heads: int = 12
    inner: int = 1536
    span: int = 256
    longest: int = 12
    node: int = 192
    dropout: float = 0.1
    head: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "head", self.head or self.width // self.heads)


#: Query, key and value (B, T, D), the number of heads, and the mask (B, T), to what was attended to (B, T, D).
Attend = Callable[[Tensor, Tensor, Tensor, int, Tensor | None], Tensor]


def attend(query: Tensor, key: Tensor, value: Tensor, heads: int, mask: Tensor | None) -> Tensor:
    """Attend with several heads, (B, T, D) to (B, T, D)."""
    batch, length, width = query.shape
    q, k, v = (x.view(batch, length, heads, width // heads).transpose(1, 2) for x in (query, key, value))
    seen = None if mask is None else mask[:, None, None, :]
    attended = functional.scaled_dot_product_attention(q, k, v, attn_mask=seen)
    return attended.transpose(1, 2).reshape(batch, length, width)


class Block(nn.Module):
    """A transformer layer, normalised after each part as BERT's are."""

    def __init__(self, width: int, heads: int, head: int, inner: int, dropout: float, *, eps: float = 1e-12) -> None:
        super().__init__()
        self.heads = heads
        self.attend: Attend = attend
        self.qkv = nn.Linear(width, 3 * heads * head)
        self.out = nn.Linear(heads * head, width)
        self.norm1 = nn.LayerNorm(width, eps=eps)
        self.up = nn.Linear(width, inner)
        self.down = nn.Linear(inner, width)
        self.norm2 = nn.LayerNorm(width, eps=eps)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Transform ``x`` (B, T, D); ``mask`` (B, T) is true for what is there."""
        query, key, value = self.qkv(x).chunk(3, dim=-1)
        attended = self.attend(query, key, value, self.heads, mask)
        x = self.norm1(x + self.dropout(self.out(attended)))
        normed: Tensor = self.norm2(x + self.dropout(self.down(functional.gelu(self.up(x)))))
        return normed


class Encoder(nn.Module):
    """Pieces and their kinds to states."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.pieces = nn.Embedding(shape.pieces, shape.width)
        self.positions = nn.Embedding(WINDOW, shape.width)
        self.kinds = nn.Embedding(1 + DIGITS, shape.width)
        self.norm = nn.LayerNorm(shape.width, eps=1e-12)
        self.dropout = nn.Dropout(shape.dropout)
        self.blocks = nn.ModuleList(
            Block(shape.width, shape.heads, shape.head, shape.inner, shape.dropout) for _ in range(shape.layers)
        )

    def forward(self, ids: Tensor, kinds: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the states (B, T, D) of pieces (B, T)."""
        return self.states(self.pieces(ids), kinds, mask)

    def states(self, embedded: Tensor, kinds: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the states (B, T, D) of embedded pieces (B, T, D)."""
        return self.layers(embedded, kinds, mask)[-1]

    def layers(self, embedded: Tensor, kinds: Tensor, mask: Tensor | None = None) -> list[Tensor]:
        """Return the states (B, T, D) behind each layer."""
        x: Tensor = embedded + self.positions.weight[: kinds.shape[1]] + self.kinds(kinds)
        x = self.dropout(self.norm(x))
        found = []
        for block in self.blocks:
            x = block(x, mask)
            found.append(x)
        return found


class SpanHead(nn.Module):
    """States to the log-probabilities of what each span is."""

    def __init__(self, shape: Shape, classes: int, *, product: int = 128) -> None:
        super().__init__()
        self.longest = shape.longest
        self.scale = product**-0.5
        self.start, self.end = (nn.Linear(shape.width, shape.span) for _ in range(2))
        self.start_key, self.end_key = (nn.Linear(shape.span, product) for _ in range(2))
        self.start_class, self.end_class = (nn.Linear(shape.span, classes) for _ in range(2))
        self.inside = nn.Linear(shape.width, classes)
        self.lengths = nn.Embedding(shape.longest, classes)
        with torch.no_grad():
            # Nearly all spans are nothing: begin with that.
            self.start_class.bias[0] += 5.0

    def forward(self, states: Tensor, first: Tensor, last: Tensor) -> Tensor:
        """Return (B, W, L, C): the span from each token on, by length; beyond the last token it means nothing."""
        first_states, last_states = _gather(states, first), _gather(states, last)
        start = functional.gelu(self.start(first_states))
        end = functional.gelu(self.end(last_states))
        width = first.shape[1]
        places = torch.arange(width, device=first.device)
        lengths = torch.arange(self.longest, device=first.device)
        ends = (places[:, None] + lengths).clamp(max=width - 1)
        affinity = self.scale * (self.start_key(start) @ self.end_key(end).transpose(1, 2))
        affinity = affinity.gather(2, ends.expand(len(first), -1, -1))
        inside = self.inside((first_states + last_states) / 2).float()
        summed = functional.pad(inside.cumsum(1), (0, 0, 1, 0))
        mean = (summed[:, ends + 1] - summed[:, :width, None]) / (lengths + 1)[:, None]
        scores = self.start_class(start)[:, :, None] + self.end_class(end)[:, ends] + mean + self.lengths.weight
        typed = scores[..., 1:] + affinity[..., None]
        return torch.cat([scores[..., :1], typed], dim=-1).float().log_softmax(-1)


class PairHead(nn.Module):
    """Nodes and how they stand to each other, to logits for their pairs, their types and, for numbers, their use."""

    def __init__(self, shape: Shape, scheme: Scheme, *, heads: int = 4, key: int = 32) -> None:
        super().__init__()
        self.absent = scheme.nodes[-1]
        width, node = shape.width, shape.node
        self.heads, self.key = heads, key
        self.mention = nn.Linear(2 * width, node)
        self.paper = nn.Linear(width, node)
        self.kind = nn.Embedding(1 + self.absent, node)
        self.norm = nn.LayerNorm(node)
        self.block = Block(node, heads, node // heads, 2 * node, shape.dropout, eps=1e-5)
        self.head, self.tail = nn.Linear(node, node), nn.Linear(node, node)
        self.head_factor, self.tail_factor, self.product = (nn.Linear(node, node) for _ in range(3))
        self.between = nn.Linear(width, node)
        self.head_query, self.tail_query = (nn.Linear(node, heads * key) for _ in range(2))
        self.context_key, self.context_value = nn.Linear(width, heads * key), nn.Linear(width, node)
        self.context = nn.Linear(node, node)
        self.bucket = nn.Embedding(BUCKETS, node)
        self.pairs = nn.Linear(node, scheme.labels)
        self.types = nn.Linear(node, scheme.classes)
        self.numbers = nn.Linear(node, 2)
        self.dropout = nn.Dropout(0.15)
        with torch.no_grad():
            self.pairs.bias.sub_(4.0)

    def forward(
        self,
        states: Tensor,
        mention_first: Tensor,
        mention_last: Tensor,
        mention_node: Tensor,
        kinds: Tensor,
        between_start: Tensor,
        between_end: Tensor,
        bucket: Tensor,
        mask: Tensor | None = None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return the logits (B, N, N, R), (B, N, C) and (B, N, 2); see ``learned.nodes.Geometry`` for the inputs."""
        present = kinds != self.absent
        nodes = self._nodes(states, mention_first, mention_last, mention_node, kinds)
        nodes = self.block(nodes, present) * present[..., None]
        product = self.product(self.head_factor(nodes)[:, :, None] * self.tail_factor(nodes)[:, None])
        pairs = self.head(nodes)[:, :, None] + self.tail(nodes)[:, None] + product + self.bucket(bucket)
        pairs = pairs + self._context(states, nodes, mask) + self._between(states, between_start, between_end)
        logits = self.pairs(self.dropout(functional.gelu(pairs)))
        return logits.float(), self.types(nodes).float(), self.numbers(nodes).float()

    def _nodes(self, states: Tensor, first: Tensor, last: Tensor, owner: Tensor, kinds: Tensor) -> Tensor:
        """Pool the mentions of each node; the paper, the first node, is the state of the opening sign."""
        mentions = self.mention(torch.cat([_gather(states, first), _gather(states, last)], dim=-1))
        count = kinds.shape[1]
        own = owner[:, None, :] == torch.arange(count, device=owner.device)[:, None]
        pooled = mentions[:, None].masked_fill(~own[..., None], -50.0).amax(2)
        nodes = torch.cat([self.paper(states[:, :1]), pooled[:, 1:]], dim=1)
        normed: Tensor = self.norm(self.dropout(functional.gelu(nodes)) + self.kind(kinds))
        return normed

    def _context(self, states: Tensor, nodes: Tensor, mask: Tensor | None) -> Tensor:
        """Return for each pair (B, N, N, node) the mean of the text that head and tail both attend to."""
        # Numbers, not what a trace would work out anew in each run.
        batch, key, value = len(states), self.key, self.context_value.out_features // self.heads
        count, length = nodes.shape[1], states.shape[1]

        def split(x: Tensor, size: int) -> Tensor:
            return x.view(batch, -1, self.heads, size).transpose(1, 2)

        keys, values = split(self.context_key(states), key), split(self.context_value(states), value)
        weights = []
        for query in (self.head_query, self.tail_query):
            scores = (split(query(nodes), key) @ keys.transpose(2, 3)).float() * self.key**-0.5
            if mask is not None:
                scores = scores.masked_fill(~mask[:, None, None], -1e4)
            weights.append((scores - scores.amax(-1, keepdim=True)).exp())
        # exp(a + b) = exp(a) exp(b): the attention of a pair is the product of its nodes'.
        contexts = []
        for head in range(self.heads):
            attention = weights[0][:, head, :, None] * weights[1][:, head, None]
            total = attention.sum(-1, keepdim=True) + 1e-6
            flat = attention.reshape(batch, -1, length).to(values.dtype)
            contexts.append((flat @ values[:, head]).view(batch, count, count, value) / total)
        context: Tensor = self.context(torch.cat(contexts, dim=-1).to(nodes.dtype))
        return context

    def _between(self, states: Tensor, start: Tensor, end: Tensor) -> Tensor:
        """Return for each pair (B, N, N, node) the mean of the pieces between its closest mentions."""
        projected = self.between(states)
        summed = functional.pad(projected.float().cumsum(1), (0, 0, 1, 0))

        def at(places: Tensor) -> Tensor:
            return _gather(summed, places.flatten(1)).view(*places.shape, projected.shape[-1])

        return ((at(end) - at(start)) / (end - start).clamp(min=1)[..., None]).to(projected.dtype)


class Network(nn.Module):
    """The encoder and its heads."""

    def __init__(self, shape: Shape, scheme: Scheme = SCHEME) -> None:
        super().__init__()
        self.shape = shape
        self.scheme = scheme
        self.encoder = Encoder(shape)
        self.spans = SpanHead(shape, scheme.classes)
        self.pairs = PairHead(shape, scheme)


def _gather(states: Tensor, places: Tensor) -> Tensor:
    """Return the states (B, T, D) at ``places`` (B, K), as (B, K, D)."""
    if torch.onnx.is_in_onnx_export():
        # What is shipped reads one document at a time, and rows are found faster than single numbers.
        return states[:, places[0]]
    return states.gather(1, places[..., None].expand(-1, -1, states.shape[-1]))


def pretrained(weights: Mapping[str, Tensor], shape: Shape) -> dict[str, Tensor]:
    """Return the parameters of an :class:`Encoder` from those of a BERT, its first layers if it has more."""

    def of(name: str) -> Tensor:
        return weights[name if name in weights else f"bert.{name}"]

    found = {
        "pieces.weight": of("embeddings.word_embeddings.weight"),
        "positions.weight": of("embeddings.position_embeddings.weight")[:WINDOW],
        "kinds.weight": of("embeddings.token_type_embeddings.weight")[:1].repeat(1 + DIGITS, 1),
        "norm.weight": of("embeddings.LayerNorm.weight"),
        "norm.bias": of("embeddings.LayerNorm.bias"),
    }
    for n in range(shape.layers):
        for kind in ("weight", "bias"):
            old, new = f"encoder.layer.{n}", f"blocks.{n}"
            parts = [of(f"{old}.attention.self.{part}.{kind}") for part in ("query", "key", "value")]
            found[f"{new}.qkv.{kind}"] = torch.cat(parts)
            found[f"{new}.out.{kind}"] = of(f"{old}.attention.output.dense.{kind}")
            found[f"{new}.norm1.{kind}"] = of(f"{old}.attention.output.LayerNorm.{kind}")
            found[f"{new}.up.{kind}"] = of(f"{old}.intermediate.dense.{kind}")
            found[f"{new}.down.{kind}"] = of(f"{old}.output.dense.{kind}")
            found[f"{new}.norm2.{kind}"] = of(f"{old}.output.LayerNorm.{kind}")
    return found
