"""The encoder's vocabulary, cut down to what papers use: a third of the model's file is its embeddings."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from tokenizers import Tokenizer

#: The signs that must stay: the encoder's own.
_SIGNS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_BATCH = 1000


def pruned(vocabulary: Tokenizer, texts: Iterable[str], *, least: int) -> tuple[Tokenizer, list[int]]:
    """Return ``vocabulary`` with the pieces that ``texts`` hold ``least`` times, and where each stood in the old one.

    Pieces of one letter or sign stay too: with them everything that could be spelt still can.
    """
    counts: Counter[int] = Counter()
    for batch in _batches(texts):
        for encoding in vocabulary.encode_batch(batch, add_special_tokens=False):
            counts.update(encoding.ids)
    pieces = sorted(vocabulary.get_vocab().items(), key=lambda item: item[1])
    kept = [
        (piece, old)
        for piece, old in pieces
        if piece in _SIGNS or counts[old] >= least or len(piece.removeprefix("##")) == 1
    ]
    data = json.loads(vocabulary.to_str())
    data["model"]["vocab"] = {piece: new for new, (piece, _) in enumerate(kept)}
    new_ids = {piece: new for new, (piece, _) in enumerate(kept)}
    data["added_tokens"] = [t | {"id": new_ids[t["content"]]} for t in data["added_tokens"] if t["content"] in new_ids]
    # A text is never cut or filled up here, and its opening and closing signs are the windows' business.
    data |= {"truncation": None, "padding": None, "post_processor": None}
    return Tokenizer.from_str(json.dumps(data)), [old for _, old in kept]


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(texts)
    while batch := [*islice(rest, _BATCH)]:
        yield batch
