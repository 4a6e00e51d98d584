"""A file that another process writes while this one is at the next.

It is a help and no more: whatever becomes of that process, this one finds out, and can write the file itself, which
also tells what was in the way.
"""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import NoReturn
from uuid import uuid4

from paperatlas.export import write
from paperatlas.graph.atlas import open_atlas
from paperatlas.graph.memory import uncollected
from paperatlas.processes import started

#: A store of so many bytes, that of some thousand papers, is worth a process more, which takes as long to begin as to
#: write the Turtle file of five hundred.
_LARGE = 2**24
#: How much memory the process takes, of the size of the store, with something to spare: it holds the graph.
_MEMORY = 3


@contextmanager
def writing_beside(store: Path, format: str, path: Path) -> Iterator[Callable[[], bool]]:
    """Let another process write the atlas in ``store`` to ``path``, as :func:`paperatlas.export.write` does.

    What this gives waits for it and tells whether the file is there, which it is not if the store is too small to be
    worth it, or the memory. Behind it nothing of the process is left.
    """
    # A name of its own: what another process has left, or is still at, is never taken for what this one has written.
    made = path.with_name(f"{path.name}.{uuid4().hex}")
    process = _started(store, format, made)

    def is_written() -> bool:
        if process is None or process.wait() != 0 or not made.is_file():
            return False
        made.replace(path)
        return True

    try:
        yield is_written
    finally:
        if process:
            process.kill()
            process.wait()
            if process.stdin:
                process.stdin.close()
            for left in (made, *path.parent.glob(f".{made.name}.*")):
                left.unlink(missing_ok=True)


def _started(store: Path, format: str, path: Path) -> subprocess.Popen[bytes] | None:
    size = store.stat().st_size
    if size < _LARGE or _spare_memory() < _MEMORY * size:
        return None
    # What goes wrong there is tried again, and told, here.
    with suppress(OSError):
        nowhere = subprocess.DEVNULL
        return started("paperatlas.export.beside", str(store), format, str(path), stdout=nowhere, stderr=nowhere)
    return None


def _spare_memory() -> float:
    """Return how many bytes the system has to give; where it does not say, there is no end of them."""
    try:
        said = Path("/proc/meminfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return math.inf
    found = re.search(r"^MemAvailable:\s+(\d+) kB", said, re.M)
    return int(found[1]) * 1024 if found else math.inf


def main() -> NoReturn:
    """Write the file for the process that started this one, as long as that lives."""
    Thread(target=_end_with_parent, daemon=True).start()
    store, format, path = sys.argv[1:]
    try:
        with uncollected():
            write(open_atlas(Path(store)), format, Path(path))
    except BaseException:
        os._exit(1)
    # An orderly end would take time, and cannot be had while the thread reads.
    os._exit(0)


def _end_with_parent() -> None:
    """Wait for the end of the pipe that the parent holds open."""
    sys.stdin.buffer.read()
    os._exit(1)
