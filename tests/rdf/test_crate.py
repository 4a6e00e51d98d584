"""The folder of an atlas as an RO-Crate, read by the crates' own library."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
from rdflib import RDF, VOID, Graph, URIRef
from rocrate.rocrate import ROCrate

from paperatlas.export.crate import write_crate

from .conftest import small_atlas

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_a_crate_says_what_each_file_is_and_what_made_it(paperatlas: Run, example_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(example_folder, folder)
    for _ in range(2):
        done = paperatlas("export", folder, "--crate")
        assert (done.returncode, done.stdout) == (0, "")
        first = (folder / "ro-crate-metadata.json").read_bytes()
    crate = ROCrate(folder)
    parts = {str(part.id): part for part in crate.root_dataset["hasPart"]}
    assert {"atlas.db", "atlas.ttl", "atlas.html", "void.ttl", "ontology.ttl", "shapes.ttl"} <= parts.keys()
    for name, part in parts.items():
        assert part["contentSize"] == str((folder / name).stat().st_size)
        assert part["encodingFormat"]
    assert parts["atlas.ttl"]["encodingFormat"] == "text/turtle"
    assert "40 papers" in crate.root_dataset["description"]
    (action,) = (entity for entity in crate.get_entities() if entity.type == "CreateAction")
    assert action["instrument"]["name"] == "paperatlas"
    assert {str(made.id) for made in action["result"]} == {"atlas.db", "atlas.ttl", "atlas.html"}
    assert (folder / "ro-crate-metadata.json").read_bytes() == first


def test_names_that_are_no_text(small_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(small_folder, tmp_path / os.fsdecode(b"at\xfe"))
    (folder / os.fsdecode(b"x y\xfa \xc3\xa9.txt")).touch()
    write_crate(small_atlas(), folder)
    graph = json.loads((folder / "ro-crate-metadata.json").read_text(encoding="utf-8"))["@graph"]
    named = {entity["@id"]: entity.get("name") for entity in graph}
    assert named["./"] == "Atlas at\ufffd"
    assert named["x%20y%FA%20\u00e9.txt"] == "x y\ufffd \u00e9.txt"
    assert named["atlas.ttl"] == "atlas.ttl"
    assert '"at\ufffd"@en' in (folder / "void.ttl").read_text(encoding="utf-8")


def test_its_description_counts_what_there_is(paperatlas: Run, small_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "small"
    shutil.copytree(small_folder, folder)
    write_crate(small_atlas(), folder)
    graph = Graph().parse(folder / "void.ttl", publicID="http://example.org/void.ttl")
    (dataset,) = graph.subjects(RDF.type, VOID.Dataset)
    store = ox.Store()
    store.bulk_load(path=str(folder / "atlas.ttl"))
    assert str(graph.value(dataset, VOID.triples)) == str(len(store))
    assert set(graph.objects(dataset, VOID.dataDump)) == {URIRef("http://example.org/atlas.ttl")}
    done = paperatlas("export", tmp_path / "small", "--crate", "-f", "turtle")
    assert done.returncode == 2
