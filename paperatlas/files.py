"""Writing files so that nobody ever sees half of one, and telling what it means that one cannot be used."""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO, cast

from paperatlas.errors import InputError, Interrupted, OutputError

if TYPE_CHECKING:
    from typing_extensions import Buffer


@contextmanager
def atomic_writer(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of ``path`` once it is written whole; on any error ``path`` is as it was.

    If ``path`` is a device or a pipe, it is written to as it is.

    Raises:
        OutputError: ``path`` cannot be written to.
        ClosedPipe: whoever reads from it has seen enough.
    """
    if _is_stream(path):
        with _stream(path) as handle:
            yield handle
        return
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise OutputError("is a folder", where=str(path))
        # A link is written through.
        place = path.resolve() if path.is_symlink() else path
        with tempfile.NamedTemporaryFile(
            dir=place.parent, prefix=f".{place.name}.", suffix=".part", delete=False
        ) as whole:
            temporary = Path(whole.name)
            yield cast("BinaryIO", whole)
            whole.flush()
            os.fsync(whole.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(place)
    except BaseException as error:
        if temporary:
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise OutputError(f"cannot be written: {error.strerror}", where=str(path)) from error
        if isinstance(error, RuntimeError) and path.is_symlink():
            raise OutputError("cannot be written: it is a link to itself", where=str(path)) from error
        raise


def _is_stream(path: Path) -> bool:
    """Tell whether a path is a device or a pipe, or leads to what is open already."""
    try:
        is_other = path.exists() and not path.is_file() and not path.is_dir()
        return is_other or _descriptor(path) is not None
    except OSError:
        return False


def _descriptor(path: Path) -> int | None:
    """Return which open file of this process a path means, such as ``/dev/stdout``; none for others."""
    for place in _links(path.absolute()):
        if match := _OPEN.fullmatch(str(place)):
            return int(match[1])
    return None


def _links(path: Path) -> Iterator[Path]:
    """Yield a path and what it leads to, link by link."""
    for _ in range(40):
        yield path
        if not path.is_symlink():
            return
        path = path.parent / path.readlink()


@contextmanager
def _stream(path: Path) -> Iterator[BinaryIO]:
    """Open what is written to as it is: nothing takes its place, and what is there already stays."""
    try:
        number = _descriptor(path)
        # What is open is gone on with, where whoever opened it is.
        with path.open("wb") if number is None else os.fdopen(os.dup(number), "wb") as handle:
            yield handle
    except BrokenPipeError:
        raise ClosedPipe from None
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", where=str(path)) from error


def stdin() -> TextIO:
    """Return the standard input.

    Raises:
        InputError: there is none: whoever started this has closed it.
    """
    if sys.stdin is None:
        raise InputError("is closed", where="<stdin>")
    return sys.stdin


#: Names of what a process has open.
_OPEN = re.compile(r"/(?:dev|proc/self)/fd/([0-9]{1,6})", re.ASCII)
#: What is there all the same when somebody ends a command that had come to its end.
WRITTEN = "the files are written"


class ClosedPipe(BaseException):
    """Whoever read our output has seen enough. No error, so that nothing takes it for one."""


def _to_nowhere(file: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, file)
    os.close(nowhere)


class _Output(io.FileIO):
    """A stream's file that says what it means that it cannot be written to, once."""

    def write(self, content: Buffer, /) -> int:
        try:
            return super().write(content)
        except OSError as error:
            # What is still buffered has nowhere to go; nobody shall try again.
            _to_nowhere(self.fileno())
            if isinstance(error, BrokenPipeError):
                raise ClosedPipe from None
            raise OutputError(f"cannot be written: {error.strerror}", where="<stdout>") from error


class Direct:
    """Writes to where a stream goes, past its buffer and the buffer's lock.

    A thread that hangs in a write to a reader who does not read keeps no other from ending the process then.
    """

    def __init__(self, stream: TextIO) -> None:
        stream.flush()
        self._raw = getattr(stream.buffer, "raw", stream.buffer)

    def write(self, content: Buffer, /) -> int:
        """Write all of ``content``."""
        rest = memoryview(content)
        while rest:
            rest = rest[self._raw.write(rest) :]
        return len(memoryview(content))

    def flush(self) -> None:
        """Do nothing: nothing is held."""


class _Messages(io.FileIO):
    """The file of what is said to a person; that nobody can hear it is no reason to stop."""

    def write(self, content: Buffer, /) -> int:
        try:
            return super().write(content)
        except OSError:
            _to_nowhere(self.fileno())
            return len(memoryview(content))


def messages(stream: TextIO | None) -> TextIO:
    """Return a stream to where ``stream`` goes that can always be written to."""
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    try:
        file = _Messages(stream.fileno(), "wb", closefd=False)
    except OSError:
        return stream
    return io.TextIOWrapper(io.BufferedWriter(file), stream.encoding, "backslashreplace", line_buffering=True)


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
    """Let finished files take the places of others on the same disk, for good: all of them, or none.

    Signals that end a process wait until it is done. Only a process that is killed, or a machine that stops, can leave
    the first of them in place and the last not.

    Raises:
        OutputError: a file cannot be moved; all places are as they were.
    """
    before: dict[Path, Path] = {}
    done: list[Path] = []
    with _undisturbed():
        try:
            for made, place in moves:
                made.chmod(0o666 & ~_umask())
                _to_disk(made)
                if place.is_file():
                    before[place] = _kept(place, made.with_name(f"{made.name}.before"))
            for made, place in moves:
                made.replace(place)
                done.append(place)
        except OSError as error:
            _put_back(before, done)
            where = str(error.filename2 or error.filename or moves[-1][1])
            raise OutputError(f"cannot be written: {error.strerror}", where=where) from error
        for folder in {place.parent for _, place in moves}:
            # A renaming is on disk once its folder is; not every system lets a folder be opened.
            with suppress(OSError):
                _to_disk(folder)
        for old in before.values():
            with suppress(OSError):
                old.unlink()


def _kept(place: Path, old: Path) -> Path:
    """Keep what stands at a place under another name, too: by a link, or where a disk has none by a copy."""
    old.unlink(missing_ok=True)
    try:
        os.link(place, old)
    except OSError:
        shutil.copyfile(place, old)
    return old


def _put_back(before: Mapping[Path, Path], done: Sequence[Path]) -> None:
    """Undo what was ``done``, as far as the disk lets us."""
    for place in done:
        with suppress(OSError):
            if place in before:
                before[place].replace(place)
            else:
                place.unlink()
    for place, old in before.items():
        if place not in done:
            with suppress(OSError):
                old.unlink()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let signals that end a process wait. Only the main thread hears of them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ending = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    # What is ignored stays so, and what other code than Python's listens to.
    before = {n: signal.getsignal(n) for n in ending if signal.getsignal(n) not in (signal.SIG_IGN, None)}
    waiting: list[int] = []
    for number in before:
        signal.signal(number, lambda told, _frame: waiting.append(told))
    failed = True
    try:
        yield
        failed = False
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in dict.fromkeys(waiting):
            try:
                signal.raise_signal(number)
            except Interrupted:
                raise Interrupted("nothing was changed" if failed else WRITTEN) from None


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
