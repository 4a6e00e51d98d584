"""Where SQLite puts what it sorts and what does not fit into memory, for those who have to make room there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def scratch() -> Path:
    """Return the folder that SQLite takes: the first that can be written to, see https://www.sqlite.org/tempfiles.html."""
    named = (os.environ.get(name, "") for name in ("SQLITE_TMPDIR", "TMPDIR"))
    usual = ("/var/tmp", "/usr/tmp", "/tmp", ".") if os.name == "posix" else ()  # noqa: S108 - SQLite's, not ours
    places = (Path(place) for place in (*named, *usual) if place)
    usable = (place for place in places if place.is_dir() and os.access(place, os.W_OK | os.X_OK))
    return next(usable, Path(tempfile.gettempdir()))


def advice() -> str:
    """Return what to do where there is no room, or no way to write, for a hint."""
    # The first wins over the second, whatever that says.
    name = next((name for name in ("SQLITE_TMPDIR", "TMPDIR") if os.environ.get(name)), "TMPDIR")
    return f"make room there, or set {name} to another folder"
