"""``python -m bench.reliability GOLD -o FILE.svg [--model NAME|DIR]``: is what has 0.8 right four times in five?

Things and relations by their confidence, in ten bins: the share that is right beside the confidence that was stated.
Prints the bins and draws them. Needs matplotlib (``pip install --group bench``).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt

from paperatlas.evaluation import bins, ece
from paperatlas.extract.annotations import read_annotated
from paperatlas.extract.facts import as_json
from paperatlas.extract.paper import Paper
from paperatlas.extract.pipeline import Options, extract_facts
from paperatlas.extract.scoring import outcomes


def main() -> None:
    """Print the bins and draw them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--model", default="default", metavar="NAME|DIR")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    options = parser.parse_args()
    documents = read_annotated([options.gold])
    papers = [Paper(str(document["text"]), id=str(document["id"])) for document in documents]
    found = map(as_json, extract_facts(papers, options=Options(model=options.model)))
    by_document = [outcomes(*pair) for pair in zip(documents, found, strict=True)]
    # The same figures give the same file.
    mpl.rcParams["svg.hashsalt"] = "paperatlas"
    figure, axes = plt.subplots(1, 2, figsize=(8, 4), sharey=True, layout="constrained")
    for number, (name, axis) in enumerate(zip(("things", "relations"), axes, strict=True)):
        pairs = [pair for document in by_document for pair in document[number]]
        points = bins(pairs)
        error = ece(pairs)
        print(f"{name}: {len(pairs)}, expected calibration error {error:.3f}")
        for confidence, share, count in points:
            print(f"  stated {confidence:.2f}, right {share:.2f}, of {count}")
        axis.plot([0, 1], [0, 1], color="0.7", linewidth=1)
        axis.scatter(
            [p[0] for p in points], [p[1] for p in points], s=[8 + 2 * p[2] for p in points], alpha=0.8, color="#3b6ea5"
        )
        axis.set(title=f"{name} (error {error:.3f})", xlabel="stated confidence", xlim=(0, 1), ylim=(0, 1.02))
    axes[0].set_ylabel("share that is right")
    figure.savefig(options.output, format="svg", metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    main()
