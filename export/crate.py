"""RO-Crate 1.1 metadata for the folder of an atlas: what each file is, what it was made from, and by what.

See https://w3id.org/ro/crate/1.1. The folder gets ``ro-crate-metadata.json``, and beside it ``void.ttl`` (VoID, DCAT),
``ontology.ttl`` and ``shapes.ttl``, so that it can be understood where it is put.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox

from paperatlas.errors import AtlasError
from paperatlas.export.namespaces import ONTOLOGY
from paperatlas.export.rdf.dataset import described, statistics
from paperatlas.export.rdf.vocabulary import ONTOLOGY_FILE, SHAPES_FILE
from paperatlas.export.sparql import load
from paperatlas.files import atomic_writer
from paperatlas.graph.atlas import PAGE, STORE, TURTLE, Atlas
from paperatlas.graph.lookup import as_text
from paperatlas.graph.runs import Run

METADATA, VOID_FILE = "ro-crate-metadata.json", "void.ttl"

#: What a file of the folder is: its media type and a sentence; of files by their endings, unless named.
_FILES = {
    STORE: ("application/vnd.sqlite3", "The store: papers, what was found in them, and where each piece of it stands."),
    TURTLE: ("text/turtle", "The knowledge graph as RDF, every statement with its evidence."),
    PAGE: ("text/html", "The explorer: one page that opens offline."),
    VOID_FILE: ("text/turtle", "What the RDF holds, with counts (VoID, DCAT)."),
    ONTOLOGY_FILE: ("text/turtle", "The ontology that the RDF is written in (OWL)."),
    SHAPES_FILE: ("text/turtle", "The shapes that the RDF conforms to (SHACL)."),
}
_ENDINGS = {
    ".ttl": "text/turtle",
    ".nt": "application/n-triples",
    ".nq": "application/n-quads",
    ".trig": "application/trig",
    ".jsonld": "application/ld+json",
    ".json": "application/json",
    ".csv": "text/csv",
    ".html": "text/html",
    ".graphml": "application/graphml+xml",
    ".gexf": "application/gexf+xml",
    ".cypher": "text/plain",
}


def write_crate(atlas: Atlas, folder: Path, *, licence: str = "") -> list[Path]:
    """Make ``folder``, which holds ``atlas``, a crate; return what was written.

    The date is that of the latest file, or ``SOURCE_DATE_EPOCH`` where that is set. ``licence`` is an IRI.

    Raises:
        AtlasError: there is no RDF in the folder.
        OutputError: the folder cannot be written to.
    """
    if not (folder / TURTLE).is_file():
        raise AtlasError(f"no {TURTLE} here", where=str(folder), hint=f"paperatlas export DIR -o DIR/{TURTLE}")
    date = _date(folder)
    counted = statistics(load(folder).store)
    base = "file:///crate/"
    absolute = described(
        f"{base}#dataset", as_text(folder.resolve().name), counted, dumps={base + TURTLE: "text/turtle"}
    )
    void = ox.serialize((ox.Triple(*row) for row in absolute), format=ox.RdfFormat.TURTLE) or b""
    contents = {
        # Relative to where the file lies, wherever that is.
        VOID_FILE: void.replace(f"<{base}".encode(), b"<"),
        **{name: (files("paperatlas.export") / "data" / name).read_bytes() for name in (ONTOLOGY_FILE, SHAPES_FILE)},
    }
    written = []
    for name, content in contents.items():
        written.append(_put(folder / name, content))
    graph = [*_entities(atlas, folder, date, licence)]
    document = {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    return [*written, _put(folder / METADATA, text.encode())]


def _put(path: Path, content: bytes) -> Path:
    with atomic_writer(path) as out:
        out.write(content)
    return path


def _date(folder: Path) -> str:
    known = os.environ.get("SOURCE_DATE_EPOCH", "")
    seconds = int(known) if known.isdecimal() else int((folder / TURTLE).stat().st_mtime)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _entities(atlas: Atlas, folder: Path, date: str, licence: str) -> Iterator[dict[str, Any]]:
    parts = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    parts = [path for path in parts if path.name != METADATA]
    things = len(atlas.things())
    yield {
        "@id": METADATA,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
    }
    yield {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Atlas {as_text(folder.resolve().name)}",
        "description": f"A knowledge graph of what {len(atlas.papers)} papers name and state: {things} things, "
        f"{atlas.graph.number_of_edges()} relations, every one with the sentence that says so.",
        "datePublished": date,
        "license": {"@id": licence} if licence else "not stated",
        "conformsTo": {"@id": ONTOLOGY.rstrip("#")},
        "hasPart": [{"@id": _iri(path)} for path in parts],
        "mentions": [{"@id": f"#run-{run.id}"} for run in atlas.runs],
    }
    for path in parts:
        yield _file(path)
    yield {"@id": ONTOLOGY.rstrip("#"), "@type": "CreativeWork", "name": "Paperatlas ontology"}
    for run in atlas.runs:
        yield from _run(run, [path.name for path in parts if path.name in (STORE, TURTLE, PAGE)])
    yield {
        "@id": "#paperatlas",
        "@type": "SoftwareApplication",
        "name": "paperatlas",
        "softwareVersion": version("paperatlas"),
    }
    if licence:
        yield {"@id": licence, "@type": "CreativeWork", "name": licence}


def _iri(path: Path) -> str:
    """Return the relative IRI of a file of the folder; of a name that is no text, it names the bytes."""
    return re.sub(r"[^\w.~-]+", lambda odd: quote(os.fsencode(odd[0])), path.name)


def _file(path: Path) -> dict[str, Any]:
    kind, about = _FILES.get(path.name, (_ENDINGS.get(path.suffix, "application/octet-stream"), ""))
    described = {
        "@id": _iri(path),
        "@type": "File",
        "name": as_text(path.name),
        "encodingFormat": kind,
        "contentSize": str(path.stat().st_size),
    }
    return described | ({"description": about} if about else {})


def _run(run: Run, results: list[str]) -> Iterator[dict[str, Any]]:
    """Yield what found the facts, as the action that made the files."""
    settings = "; ".join(f"{name}={value}" for name, value in run.settings)
    yield {
        "@id": f"#run-{run.id}",
        "@type": "CreateAction",
        "name": " ".join(part for part in ("extraction", run.pipeline, run.model) if part),
        "description": f"fingerprint {run.fingerprint}" + (f"; {settings}" if settings else ""),
        "instrument": {"@id": "#paperatlas"},
        "result": [{"@id": name} for name in results],
    }
