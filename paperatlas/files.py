"""Writing files so that nobody ever sees half of one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from paperatlas.errors import OutputError


@contextmanager
def atomic_writer(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of ``path`` once it is written whole; on any error ``path`` is as it was.

    Raises:
        OutputError: ``path`` cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise OutputError("is a folder", where=str(path))
        # Closed below, in a block of its own: only then it is known whether it takes the file's place.
        handle = tempfile.NamedTemporaryFile(  # noqa: SIM115
            dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False
        )
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", where=str(path)) from error
    temporary = Path(handle.name)
    try:
        with handle:
            yield cast("BinaryIO", handle)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise OutputError(f"cannot be written: {error.strerror}", where=str(path)) from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
