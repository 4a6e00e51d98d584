"""How well extraction does, on the user's gold standard where it is there. The bars are the ones that were promised."""

import importlib.util
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from paperatlas.building import build

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.parametrize(
    ("name", "pipeline", "bars"),
    [
        ("dev.jsonl", "rules", {"entities+type": 45, "relations": 20, "results": 50}),
        ("seeds.dev.jsonl", "rules", {"entities+type": 45, "relations": 20, "results": 50}),
        ("dev.jsonl", "learned", {"entities+type": 77, "relations": 50, "pairs": 57, "results": 68}),
        ("seeds.dev.jsonl", "learned", {"entities+type": 84, "relations": 58}),
    ],
)
def test_scores_on_gold(
    name: str, pipeline: str, bars: dict[str, float], shared: Path, paperatlas: Run, tmp_path: Path
) -> None:
    gold = shared / "gold" / name
    done = paperatlas("extract", gold, "--pipeline", pipeline, "-o", tmp_path / "found.jsonl")
    assert done.returncode == 0, done.stderr
    spec = importlib.util.spec_from_file_location("score", shared / "gold" / "score.py")
    assert spec
    assert spec.loader
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    documents = [
        [json.loads(line) for line in path.read_text().splitlines()] for path in (gold, tmp_path / "found.jsonl")
    ]
    figures, _ = scorer.score(*documents)
    assert {d["id"] for d in documents[0]} == {d["id"] for d in documents[1]}
    for figure, bar in bars.items():
        assert figures[figure]["F1"] >= bar, figure


def test_the_seeds(shared: Path, tmp_path: Path) -> None:
    atlas, reading = build([str(shared / "seeds")], tmp_path)
    assert (reading.records, len(reading.papers), reading.skipped) == (50, 44, ())
    wanted = {
        "Gato": "Model",
        "Imagen 3": "Model",
        "Flamingo": "Model",
        "Gopher": "Model",
        "Chinchilla": "Model",
        "AlphaCode": "Model",
        "BigGAN": "Model",
        "ImageNet": "Dataset",
        "VQ-VAE": "Method",
        "Kinetics-600": "Dataset",
        "AudioSet": "Dataset",
    }
    nodes = atlas.graph.nodes
    for name, kind in wanted.items():
        named = [node for node in atlas.things() if name in (nodes[node]["name"], *nodes[node]["aliases"])]
        assert [nodes[node]["type"] for node in named] == [kind], name
