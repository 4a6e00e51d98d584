"""A file that another process writes while this one is at the next.

It is a help and no more: whatever becomes of that process, this one finds out, and can write the file itself, which
also tells what was in the way.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import NoReturn

from paperatlas.export import write
from paperatlas.graph.atlas import open_atlas
from paperatlas.graph.memory import uncollected

#: Lets the process find what this one finds, whatever was put on the path there.
_PROGRAM = "import sys; sys.path[:] = {path!r}; from paperatlas.export.beside import main; main()"


@contextmanager
def writing_beside(store: Path, format: str, path: Path) -> Iterator[Callable[[], bool]]:
    """Let another process write the atlas in ``store`` to ``path``, as :func:`paperatlas.export.write` does.

    What this gives waits for it and tells whether it is done. Behind it nothing of the process is left.
    """
    process = _started(store, format, path)
    try:
        yield lambda: process is not None and process.wait() == 0
    finally:
        if process:
            process.kill()
            process.wait()
            if process.stdin:
                process.stdin.close()


def _started(store: Path, format: str, path: Path) -> subprocess.Popen[bytes] | None:
    command = [sys.executable, "-c", _PROGRAM.format(path=sys.path), str(store), format, str(path)]
    try:
        return subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            # What goes wrong here is tried again, and told, there.
            stderr=subprocess.DEVNULL,
            # A group of its own: Ctrl-C is told to the other process alone, which ends this one.
            process_group=0 if os.name == "posix" else None,
        )
    except OSError:
        return None


def main() -> NoReturn:
    """Write the file for the process that started this one, as long as that lives."""
    Thread(target=_end_with_parent, daemon=True).start()
    store, format, path = sys.argv[1:]
    with uncollected():
        write(open_atlas(Path(store)), format, Path(path))
    # All is on disk: nothing that is left to do is worth the time.
    os._exit(0)


def _end_with_parent() -> None:
    """Wait for the end of the pipe that the parent holds open."""
    sys.stdin.buffer.read()
    os._exit(1)
