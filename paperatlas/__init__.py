"""paperatlas: a grounded knowledge graph of what paper abstracts name.

The folders are the flow of data: :mod:`paperatlas.extract` (text in, facts out), :mod:`paperatlas.graph` (facts in, one
graph out), :mod:`paperatlas.export` (graph in, files out). What all of them speak is in :mod:`paperatlas.schema`.
"""

from __future__ import annotations

from typing import Any

__all__ = ["Atlas", "__version__", "extract_facts", "load", "open_atlas", "read_papers"]

__version__ = "0.1.0"

#: Where the public names live. They are imported when they are asked for: spaCy alone takes a second.
_HOMES = {
    "Atlas": "paperatlas.graph.atlas",
    "open_atlas": "paperatlas.graph.atlas",
    "extract_facts": "paperatlas.extract.pipeline",
    "load": "paperatlas.extract.pipeline",
    "read_papers": "paperatlas.extract.readers",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
