"""The graph's triples and Oxigraph (WebAssembly), to be queried in the page."""

from __future__ import annotations

import base64
import gzip
import io
from importlib.resources import files
from typing import TypedDict

from paperatlas.export.namespaces import PREFIXES, THINGS
from paperatlas.export.rdf import write_ntriples
from paperatlas.graph.atlas import Atlas


class Sparql(TypedDict):
    """What the page needs: the module's script, its binary and the triples (gzip, base64), and the namespaces."""

    script: str
    binary: str
    triples: str
    prefixes: dict[str, str]
    base: str


def sparql(atlas: Atlas) -> Sparql:
    """Return all that it takes to query ``atlas`` offline."""
    data = files("paperatlas.export.html") / "data"
    module = (data / "oxigraph.js").read_text(encoding="utf-8")
    triples = io.BytesIO()
    write_ntriples(atlas, triples)
    return Sparql(
        # What a module exports nobody else in a page can import; so it hands it over itself.
        script=f"{module}\nwindow.oxigraph = {{ initSync, Store }};\n",
        binary=_text((data / "oxigraph.wasm.gz").read_bytes()),
        triples=_text(gzip.compress(triples.getvalue(), 9, mtime=0)),
        prefixes=dict(PREFIXES),
        base=THINGS,
    )


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
