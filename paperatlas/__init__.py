"""paperatlas: a grounded knowledge graph of what paper abstracts name.

The folders are the flow of data: :mod:`paperatlas.extract` (text in, facts out), :mod:`paperatlas.graph` (facts in, one
graph out), :mod:`paperatlas.export` (graph in, files out). What all of them speak is in :mod:`paperatlas.schema`.

A script begins with :func:`build` or :func:`open`; what both return is an :class:`Atlas`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paperatlas.version import VERSION

if TYPE_CHECKING:
    from paperatlas.extract.pipeline import extract_facts, load
    from paperatlas.extract.readers import read_papers
    from paperatlas.graph.atlas import Atlas, open_atlas
    from paperatlas.library import build, open

__all__ = ["Atlas", "__version__", "build", "extract_facts", "load", "open", "open_atlas", "read_papers"]

__version__ = VERSION

#: Where the public names live. They are imported when they are asked for: spaCy alone takes a second.
_HOMES = {
    "Atlas": "paperatlas.graph.atlas",
    "build": "paperatlas.library",
    "extract_facts": "paperatlas.extract.pipeline",
    "load": "paperatlas.extract.pipeline",
    "open": "paperatlas.library",
    "open_atlas": "paperatlas.graph.atlas",
    "read_papers": "paperatlas.extract.readers",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
