"""``python -m bench.ablation GOLD [--model NAME|DIR ...]``: what each part of extraction is worth, as a table.

F1 on annotated documents: of each model as it is, then of the first one with a part of it switched off.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from math import inf
from pathlib import Path

from paperatlas.extract.annotations import read_annotated
from paperatlas.extract.facts import as_json
from paperatlas.extract.learned.model import Model, Settings, folder_of
from paperatlas.extract.paper import Paper
from paperatlas.extract.pipeline import Options, extract_facts
from paperatlas.extract.scoring import Score, score_document, total
from paperatlas.extract.training.tune import read_held_out, scored

_NAMES = ("entities+type", "relations", "pairs", "results")


def variants(settings: Settings) -> Iterator[tuple[str, Settings]]:
    """Yield the settings with one part switched off at a time."""
    yield "things judged by their mentions alone", replace(settings, document=0.0)
    yield "things judged by the document alone", replace(settings, document=1.0)
    yield "no joining of names by the pair head", replace(settings, same=inf)
    yield "thresholds at one half", replace(settings, entity=0.5, relation=0.5, result=0.5)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--model", nargs="+", default=["default"], metavar="NAME|DIR")
    options = parser.parse_args()
    documents = read_annotated([options.gold])
    print("| | " + " | ".join(_NAMES) + " |\n|---|" + "---|" * len(_NAMES))
    for n, name in enumerate(options.model):
        model = Model(folder_of(name))
        held = read_held_out(folder_of(name), documents)
        _print(f"model {Path(name).name}", scored(held, model.settings))
        for part, settings in variants(model.settings) if n == 0 else ():
            _print(f"… {part}", scored(held, settings))
    papers = [Paper(str(document["text"]), id=str(document["id"])) for document in documents]
    rules = map(as_json, extract_facts(papers, options=Options(pipeline="rules")))
    _print("rules", total(map(score_document, documents, rules)))


def _print(name: str, score: Score) -> None:
    print(f"| {name} | " + " | ".join(f"{100 * score.tallies[n].f1:.1f}" for n in _NAMES) + " |", flush=True)


if __name__ == "__main__":
    main()
