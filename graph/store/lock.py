"""One build at a time: a lock on an atlas' folder, which goes when its holder does, however that ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from paperatlas.errors import AtlasError, OutputError

LOCK = ".lock"


@contextmanager
def locked(folder: Path, *, wait: float | None, waiting: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock on ``folder``, which is made if it is not there, and goes again if nothing comes into it.

    Where another holds it, ``waiting`` is told so, and it is waited for: up to ``wait`` seconds, or without end.

    Raises:
        AtlasError: it is still held after ``wait`` seconds.
        OutputError: ``folder`` cannot be written to.
    """
    from filelock import FileLock, Timeout

    made = [place for place in (folder, *folder.absolute().parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if wait != 0:
                waiting(f"{folder}: another build is at work here; waiting for it")
            try:
                lock.acquire(timeout=-1 if wait is None else wait, poll_interval=0.1)
            except Timeout:
                raise AtlasError(
                    "another build is at work here", where=str(folder), hint="wait for its end, or give --wait more"
                ) from None
    except OSError as error:
        raise OutputError(f"cannot be written to: {error.strerror}", where=str(folder)) from error
    try:
        yield
    finally:
        # Those who wait see that the file is gone, and make it anew. Windows keeps a file that is open.
        with suppress(OSError):
            (folder / LOCK).unlink()
        lock.release()
        with suppress(OSError):
            for place in made:
                place.rmdir()
