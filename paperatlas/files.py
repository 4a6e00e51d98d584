"""Writing files so that nobody ever sees half of one, and telling what it means that one cannot be used."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO, cast

from paperatlas.errors import InputError, OutputError

if TYPE_CHECKING:
    from typing_extensions import Buffer


@contextmanager
def atomic_writer(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of ``path`` once it is written whole; on any error ``path`` is as it was.

    Raises:
        OutputError: ``path`` cannot be written to.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise OutputError("is a folder", where=str(path))
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False
        ) as handle:
            temporary = Path(handle.name)
            yield cast("BinaryIO", handle)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException as error:
        if temporary:
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise OutputError(f"cannot be written: {error.strerror}", where=str(path)) from error
        raise


def stdin() -> TextIO:
    """Return the standard input.

    Raises:
        InputError: there is none: whoever started this has closed it.
    """
    if sys.stdin is None:
        raise InputError("is closed", where="<stdin>")
    return sys.stdin


class ClosedPipe(BaseException):
    """Whoever read our output has seen enough. No error, so that nothing takes it for one."""


class _Output(io.FileIO):
    """A stream's file that says what it means that it cannot be written to, once."""

    def write(self, content: Buffer, /) -> int:
        try:
            return super().write(content)
        except OSError as error:
            # What is still buffered has nowhere to go; nobody shall try again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            if isinstance(error, BrokenPipeError):
                raise ClosedPipe from None
            raise OutputError(f"cannot be written: {error.strerror}", where="<stdout>") from error


class _Closed(io.RawIOBase):
    """The file of a stream that there is not: it says so, once."""

    def __init__(self) -> None:
        self._said = False

    def writable(self) -> bool:
        return True

    def write(self, content: Buffer, /) -> int:
        if not self._said:
            self._said = True
            raise OutputError("is closed", where="<stdout>")
        return len(memoryview(content))


def watched(stream: TextIO | None) -> TextIO:
    """Return a stream to where ``stream`` goes; writing to it raises :class:`ClosedPipe` or :class:`OutputError`.

    There is none (``None``) where whoever started this has closed it.
    """
    if stream is None:
        return io.TextIOWrapper(io.BufferedWriter(_Closed()), "utf-8")
    try:
        file = _Output(stream.fileno(), "wb", closefd=False)
    except OSError:
        return stream
    buffered = io.BufferedWriter(file)
    # A terminal that does not know a character shows its number; what is written in UTF-8 is held to it.
    errors = stream.errors if stream.encoding.lower().replace("-", "") == "utf8" else "backslashreplace"
    return io.TextIOWrapper(buffered, stream.encoding, errors, line_buffering=stream.isatty())


def put_in_place(moves: Sequence[tuple[Path, Path]]) -> None:
    """Let finished files take the places of others on the same disk, one right after the other, for good.

    Raises:
        OutputError: a file cannot be moved; the places behind it are as they were.
    """
    for made, _ in moves:
        made.chmod(0o666 & ~_umask())
        _to_disk(made)
    for made, place in moves:
        try:
            made.replace(place)
        except OSError as error:
            raise OutputError(f"cannot be written: {error.strerror}", where=str(place)) from error
    for folder in {place.parent for _, place in moves}:
        # A renaming is on disk once its folder is; not every system lets a folder be opened.
        with suppress(OSError):
            _to_disk(folder)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
