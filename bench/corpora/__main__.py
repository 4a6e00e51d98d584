"""``python -m bench.corpora CORPUS --train FILE... --dev FILE --test FILE [--seed N]``: one JSON line of figures.

Micro F1 on exact spans and types; ``rel`` with both spans and the relation's type right, ``rel_strict`` with the types
of both ends as well. Thresholds are chosen on the development part.

The network begins as the model that is shipped, which has seen abstracts of papers and none of these corpora; what
tells the corpus' own types and relations apart begins anew. With ``--encoder DIR`` it begins as a BERT.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from spacy.vocab import Vocab
from tokenizers import Tokenizer

from bench.corpora.data import Labels, Text, examples_of, text_of
from paperatlas.extract.learned.model import Floats, folder_of, sigmoid
from paperatlas.extract.learned.nodes import Scheme, geometry
from paperatlas.extract.learned.pieces import Pieces, Window
from paperatlas.extract.learned.reading import Reading, View, within_sentence
from paperatlas.extract.places import Tokens
from paperatlas.extract.scoring import Tally
from paperatlas.extract.training.fit import fit
from paperatlas.extract.training.network import Network, Shape, pretrained
from paperatlas.extract.training.plan import Plan
from paperatlas.extract.training.restore import restored
from paperatlas.extract.training.train import read_records

CORPORA = ("scier", "scierc", "gsap", "tdmsci", "scirex", "scirex_abs", "scinlp", "dsmention")
#: The parameters whose numbers stand for types and relations.
_OWN = tuple(f"spans.{part}" for part in ("start_class", "end_class", "inside", "lengths")) + tuple(
    f"pairs.{part}" for part in ("kind", "pairs", "types")
)
#: How long to train, in batches; small corpora are gone over more often.
_STEPS = 1500
#: How many of the words are hidden: these corpora are small, and their names would be learned by heart.
_HIDDEN = 0.12
_GRID = [n / 20 for n in range(2, 17)]


@dataclass(slots=True)
class Predicted:
    """What was found in one text: mentions with their probabilities, relations between their numbers likewise."""

    mentions: list[tuple[Tokens, str, float]] = field(default_factory=list)
    relations: list[tuple[int, str, int, float]] = field(default_factory=list)


def predict(network: Network, text: Text, found: Sequence[Window], labels: Labels, least: float) -> Predicted:
    """Find mentions that are likelier than ``least``, and score every pair of them in one sentence."""
    views, states = [], []
    with torch.inference_mode():
        for window in found:
            ids, kinds, first, last = (
                torch.from_numpy(array)[None] for array in (window.ids, window.kinds, window.first, window.last)
            )
            hidden = network.encoder(ids, kinds)
            spans: Floats = network.spans(hidden, first, last)[0].exp().numpy()
            outside = ~within_sentence(window, spans.shape[1])
            spans[outside] = 0.0
            spans[outside, 0] = 1.0
            views.append(View(window, hidden[0].numpy(), spans))
            states.append(hidden)
        candidates = Reading(tuple(views)).candidates(least)
        predicted = Predicted([(c.tokens, labels.types[int(c.types.argmax())], c.probability) for c in candidates])
        sentence = [text.doc[c.tokens[0]].sent.start for c in candidates]
        type_of = [labels.types[int(c.types.argmax())] for c in candidates]
        seen: dict[tuple[int, int], Floats] = {}
        for window, hidden in zip(found, states, strict=True):
            inside = [n for n, c in enumerate(candidates) if window.start <= c.tokens[0] and c.tokens[1] <= window.end]
            if len(inside) < 2 or not labels.relations:
                continue
            mentions = [
                [],
                *([(c[0] - window.start, c[1] - window.start)] for c in (candidates[n].tokens for n in inside)),
            ]
            kinds_of = [labels.scheme.nodes[0], *(int(candidates[n].types.argmax()) for n in inside)]
            places = geometry(window, mentions, kinds_of)
            names = ("mention_first", "mention_last", "mention_node", "kinds", "between_start", "between_end", "bucket")
            scores, _, _ = network.pairs(hidden, *(torch.from_numpy(getattr(places, name))[None] for name in names))
            pairs = sigmoid(scores[0].numpy())
            for i, one in enumerate(inside, 1):
                for j, other in enumerate(inside, 1):
                    if i != j and (sentence[one] == sentence[other] or not labels.one_sentence):
                        seen.setdefault((one, other), pairs[i, j, : len(labels.relations)])
    for (one, other), row in seen.items():
        allowed = [(type_of[one], relation, type_of[other]) in labels.signatures for relation in labels.relations]
        kind = int(np.where(allowed, row, 0).argmax())
        if allowed[kind]:
            # A relation is as sure as its ends are.
            sureness = np.sqrt(candidates[one].probability * candidates[other].probability)
            predicted.relations.append((one, labels.relations[kind], other, float(row[kind] * sureness)))
    return predicted


def tallies(texts: Sequence[Text], found: Sequence[Predicted], span: float, relation: float) -> dict[str, Tally]:
    """Count hits, false alarms and misses at two thresholds."""
    total = {name: Tally() for name in ("ner", "rel", "rel_strict")}
    for text, predicted in zip(texts, found, strict=True):
        kept = {n: (tokens, kind) for n, (tokens, kind, p) in enumerate(predicted.mentions) if p >= span}
        right = [*text.mentions]
        total["ner"] += _tally(set(kept.values()), set(right))
        ours = [
            (kept[h], kind, kept[t]) for h, kind, t, p in predicted.relations if p >= relation and {h, t} <= kept.keys()
        ]
        theirs = [(right[h], kind, right[t]) for h, kind, t in text.relations]
        total["rel_strict"] += _tally(set(ours), set(theirs))
        total["rel"] += _tally({(h[0], k, t[0]) for h, k, t in ours}, {(h[0], k, t[0]) for h, k, t in theirs})
    return total


def _tally(ours: set[object], theirs: set[object]) -> Tally:
    return Tally(len(ours & theirs), len(ours - theirs), len(theirs - ours))


def main() -> None:
    """Train, choose thresholds, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", choices=CORPORA)
    for part in ("train", "dev", "test"):
        parser.add_argument(f"--{part}", type=Path, nargs="+", required=True, metavar="FILE")
    parser.add_argument("--encoder", type=Path, metavar="DIR", help="a BERT to begin with in place of what is shipped")
    parser.add_argument("--steps", type=int, default=_STEPS, help="how long to train, in batches")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    vocab = Vocab()
    begin = partial(_pretrained, options.encoder) if options.encoder else _shipped
    torch.manual_seed(options.seed)
    records = {part: read_records(getattr(options, part)) for part in ("train", "dev", "test")}
    labels = Labels.of(records["train"])
    network, vocabulary = begin(labels.scheme)
    pieces = Pieces(vocabulary)
    texts = {part: [text_of(record, vocab) for record in records[part]] for part in records}
    found = {part: [[*pieces.windows(text.doc)] for text in texts[part]] for part in texts}

    started = time.perf_counter()
    data = [e for text, ws in zip(texts["train"], found["train"], strict=True) for e in examples_of(text, labels, ws)]
    length = float(np.mean([len(example.window.ids) for example in data]))
    # As many pieces a batch as a dozen abstracts have.
    batch = max(4, round(3000 / length))
    epochs = min(30, max(2, round(options.steps * batch / len(data))))
    plan = Plan(epochs=epochs, batch=batch, untitled=0.0, split=0.0, distractors=4, hidden=_HIDDEN, seed=options.seed)
    print(f"{len(data)} windows, {epochs} epochs of batches of {batch}", file=sys.stderr)
    network.load_state_dict(fit(network, [(e, e) for e in data], plan, _report, mask=pieces.mask))
    network.eval()
    seconds = time.perf_counter() - started

    dev = [predict(network, *pair, labels, 0.1) for pair in zip(texts["dev"], found["dev"], strict=True)]
    span = max(_GRID, key=lambda t: tallies(texts["dev"], dev, t, 0.5)["ner"].f1)
    relation = max(_GRID, key=lambda t: tallies(texts["dev"], dev, span, t)["rel_strict"].f1)
    print(f"on the development part: {_figures(tallies(texts['dev'], dev, span, relation))}", file=sys.stderr)
    started = time.perf_counter()
    test = [predict(network, *pair, labels, 0.1) for pair in zip(texts["test"], found["test"], strict=True)]
    reading = time.perf_counter() - started
    figures = _figures(tallies(texts["test"], test, span, relation))
    # An abstract has some 250 pieces.
    abstracts = sum(len(window.ids) for windows in found["test"] for window in windows) / 250
    print(json.dumps(figures | {"seconds_train": round(seconds), "abstracts_per_s": round(abstracts / reading, 1)}))


def _figures(counted: Mapping[str, Tally]) -> dict[str, float]:
    return {name: round(100 * tally.f1, 1) for name, tally in counted.items()}


def _shipped(scheme: Scheme) -> tuple[Network, Tokenizer]:
    """Return the model that is shipped with outputs for ``scheme``, and its vocabulary."""
    folder = folder_of("default")
    begun = restored(folder)
    network = Network(begun.shape, scheme)
    network.load_state_dict(
        {name: own if name.startswith(_OWN) else begun.state_dict()[name] for name, own in network.state_dict().items()}
    )
    return network, Tokenizer.from_file(str(folder / "vocabulary.json"))


def _pretrained(folder: Path, scheme: Scheme) -> tuple[Network, Tokenizer]:
    """Return a network for ``scheme`` with the encoder in ``folder``, and that one's vocabulary."""
    vocabulary = Tokenizer.from_file(str(folder / "tokenizer.json"))
    vocabulary.no_truncation()
    vocabulary.no_padding()
    network = Network(Shape(pieces=vocabulary.get_vocab_size()), scheme)
    network.encoder.load_state_dict(pretrained(load_file(folder / "model.safetensors"), network.shape))
    return network, vocabulary


def _report(step: int, steps: int, losses: Sequence[float]) -> None:
    if step % 50 == 0 or step == steps:
        print(f"step {step} of {steps}: " + " ".join(f"{loss:.3f}" for loss in losses), file=sys.stderr)


if __name__ == "__main__":
    main()
