"""Inputs to text files: folders, globs, gzip and standard input, with limits that hostile files run into."""

from __future__ import annotations

import glob
import gzip
import io
import os
import re
import shutil
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple, cast

from paperatlas.errors import InputError
from paperatlas.files import stdin

#: The name of standard input on the command line.
STDIN = "-"
#: The longest line that is read, in characters. An abstract has some 1,500.
MAX_LINE = 16 * 2**20
#: The most that is read of a format that needs the whole file in memory, in characters.
MAX_TEXT = 512 * 2**20
#: How much of a file is looked at to find its format, in characters.
HEAD = 2**16

#: The most that a packed file may unpack to: so much in any case, and so many times its size. Texts have 3 to 20 times.
PACKED, RATIO = 64 * 2**20, 100

#: What reading a broken file, or a broken disk, raises.
BROKEN = (EOFError, zlib.error, OSError)

_GZIP = b"\x1f\x8b"
_BOMS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
#: What files that people mistake for text begin with, and what to do about it.
_MAGIC = (
    (b"%PDF", "a PDF", "export the abstracts as text, BibTeX or JSON Lines"),
    (b"PK\x03\x04", "a zip archive or an office document", "unpack it, or save it as CSV or text"),
    (b"SQLite format 3\0", "an SQLite database", "an atlas is opened with 'paperatlas show', not built from"),
    (b"BZh", "a bzip2 file", "unpack it with bunzip2"),
    (b"\xfd7zXZ\0", "an xz file", "unpack it with unxz"),
    (b"\x28\xb5\x2f\xfd", "a zstd file", "unpack it with unzstd"),
)
#: What a byte that is not UTF-8 becomes in text read with "surrogateescape".
_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")


class Line(NamedTuple):
    """A line of a file, without its end; ``fault`` says why it cannot be used, if so."""

    number: int
    text: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class TextFile:
    """An open input, as text. Every way to read it begins at the start; ``listed`` is false for members of a folder."""

    name: str
    stream: BinaryIO
    listed: bool = True

    def head(self) -> str:
        """Return the first characters, for finding out the format.

        Raises:
            InputError: the file is empty, binary or broken.
        """
        head = "".join(line.text if line.fault else line.text + "\n" for line in self._until(HEAD))
        if not head.strip():
            raise InputError("empty file", where=self.name)
        return head

    def _until(self, limit: int) -> Iterator[Line]:
        seen = 0
        for line in self.lines(longest=limit):
            yield line
            seen += len(line.text) + 1
            if seen > limit:
                return

    def lines(self, *, longest: int = MAX_LINE) -> Iterator[Line]:
        """Yield the lines one by one. A line over ``longest`` comes cut to that length, with the fault on it.

        Raises:
            InputError: the file is binary, or its compressed data is broken.
        """
        text = self._decoded()
        number = 0
        try:
            while line := text.readline(longest + 1):
                number += 1
                fault = decoding_fault(line)
                if len(line) > longest and not line.endswith("\n"):
                    fault = f"line longer than {longest:,} characters"
                    line = line[:longest]
                    while (rest := text.readline(2**20)) and not rest.endswith("\n"):
                        pass
                yield Line(number, line.removesuffix("\n"), fault)
        except BROKEN as error:
            raise unreadable(error, f"{self.name}:{number + 1}") from error
        except UnicodeError as error:
            raise InputError("not UTF-16, although it begins so", where=self.name, hint=str(error)) from error
        finally:
            # Closed already where an error ended the reading, and this is forgotten last.
            if not self.stream.closed:
                text.detach()

    def text(self, *, longest_line: int = MAX_LINE) -> str:
        """Return the whole text.

        Raises:
            InputError: as :meth:`lines`; also when a line or the whole is longer than a file of papers can be.
        """
        parts: list[str] = []
        size = 0
        for line in self.lines(longest=longest_line):
            size += len(line.text) + 1
            if len(line.text) >= longest_line:
                raise InputError(line.fault, where=f"{self.name}:{line.number}", hint="is this a file of papers?")
            if size > MAX_TEXT:
                raise InputError(f"more than {MAX_TEXT:,} characters", where=self.name, hint="split it")
            parts.append(line.text)
        return "\n".join(parts)

    def raw(self) -> BinaryIO:
        """Return the stream of (decompressed) bytes, from its start."""
        self.stream.seek(0)
        return self.stream

    def _decoded(self) -> io.TextIOWrapper:
        start = self._peek()
        for magic, what, hint in _MAGIC:
            if start.startswith(magic):
                raise InputError(f"this is {what}, not text", where=self.name, hint=hint)
        encoding = next((encoding for bom, encoding in _BOMS if start.startswith(bom)), "utf-8-sig")
        if encoding == "utf-8-sig" and (b"\0" in start or _mostly_control(start)):
            raise InputError("binary file, not text", where=self.name)
        self.stream.seek(0)
        errors = "surrogateescape" if encoding == "utf-8-sig" else "strict"
        return io.TextIOWrapper(self.stream, encoding=encoding, errors=errors, newline=None)

    def _peek(self) -> bytes:
        self.stream.seek(0)
        try:
            return self.stream.read(4096)
        except BROKEN as error:
            raise unreadable(error, self.name) from error


def decoding_fault(text: str) -> str:
    """Say which byte of ``text`` was not UTF-8, or return an empty string.

    >>> decoding_fault(b"a new caf\\xe9".decode("utf-8", "surrogateescape"))
    "not UTF-8 (byte 0xE9 behind 'a new caf')"
    """
    match = _ESCAPED_BYTE.search(text)
    if not match:
        return ""
    before = text[max(0, match.start() - 20) : match.start()].rpartition("\n")[2]
    return f"not UTF-8 (byte 0x{ord(match[0]) - 0xDC00:02X} behind {before!r})"


def open_inputs(inputs: Iterable[str]) -> Iterator[TextFile]:
    """Open each input in turn: a file, a folder (its files, recursively, in order of name), a glob, ``-`` for stdin.

    Hidden files in folders are passed over. The files are closed as the iteration goes on.

    Raises:
        InputError: an input does not exist, cannot be opened, or a folder or glob holds nothing.
    """
    for name in inputs:
        if name == STDIN:
            yield from _copied("<stdin>", stdin().buffer)
            continue
        for path, listed in _files(name):
            try:
                stream: IO[bytes] = path.open("rb")
            except OSError as error:
                problem = InputError(_reason(error), where=_shown(path))
                if listed:
                    raise problem from error
                yield TextFile(_shown(path), cast("BinaryIO", _Closed(problem)), listed)
                continue
            with stream:
                if not stream.seekable():
                    # A pipe, such as a shell's <(...).
                    yield from _copied(_shown(path), cast("BinaryIO", stream))
                    continue
                yield _unpacked(_shown(path), cast("BinaryIO", stream), listed=listed)


def _copied(name: str, stream: BinaryIO) -> Iterator[TextFile]:
    """Keep what can be read only once; every reader wants to begin at the start."""
    with tempfile.SpooledTemporaryFile(max_size=2**24) as copy:
        try:
            shutil.copyfileobj(stream, copy)
        except OSError as error:
            raise InputError(f"cannot be kept: {_reason(error)}", where=name) from error
        yield _unpacked(name, cast("BinaryIO", copy))


class _Closed:
    """Stands for a file of a folder that cannot be opened, until somebody wants to read it."""

    def __init__(self, problem: InputError) -> None:
        self._problem = problem

    def seek(self, _position: int) -> int:
        raise self._problem


class _Packed(gzip.GzipFile):
    """A packed file that ends with an error where it becomes larger than texts do."""

    def __init__(self, name: str, stream: BinaryIO) -> None:
        self._shown = name
        self._most = max(PACKED, RATIO * stream.seek(0, os.SEEK_END))
        stream.seek(0)
        super().__init__(fileobj=stream, mode="rb")

    def read(self, size: int | None = -1) -> bytes:
        return self._within(super().read(self._most + 1 if size is None or size < 0 else size))

    def read1(self, size: int = -1) -> bytes:
        return self._within(super().read1(size))

    def _within(self, content: bytes) -> bytes:
        if self.tell() > self._most:
            raise InputError(
                f"unpacks to more than {self._most:,} bytes", where=self._shown, hint="a packed text is not so dense"
            )
        return content


def _shown(path: Path) -> str:
    """Return a path as text: what is not UTF-8 in it can be opened, but written nowhere."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _files(name: str) -> Iterator[tuple[Path, bool]]:
    path = Path(name)
    if not name:
        # To Path it would be the folder one is in.
        raise InputError("an input without a name", hint="write . for this folder")
    if path.is_dir():
        members = sorted(p for p in path.rglob("*") if p.is_file() and not _hidden(p.relative_to(path)))
        if not members:
            raise InputError("no files in this folder", where=name)
        yield from ((member, False) for member in members)
    elif path.exists():
        yield path, True
    elif glob.has_magic(name):
        # Path.glob wants the root apart from the pattern; here a person typed both in one.
        matches = sorted(glob.glob(name, recursive=True))  # noqa: PTH207
        if not matches:
            raise InputError("no file matches", where=name)
        for match in matches:
            yield from _files(match) if Path(match).is_dir() else ((Path(match), True),)
    else:
        raise InputError("no such file or folder", where=name)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _unpacked(name: str, stream: BinaryIO, *, listed: bool = True) -> TextFile:
    try:
        stream.seek(0)
        packed = stream.read(2) == _GZIP
        stream.seek(0)
    except OSError as error:
        raise InputError(_reason(error), where=name) from error
    return TextFile(name, cast("BinaryIO", _Packed(name, stream)) if packed else stream, listed)


def _mostly_control(start: bytes) -> bool:
    """Tell bytes that are no text in any encoding: more than one in twenty is a control character."""
    control = sum(1 for byte in start if byte < 9 or 13 < byte < 32)
    return control * 20 > len(start)


def unreadable(error: Exception, where: str) -> InputError:
    """Return what one of :data:`BROKEN` means."""
    if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
        return InputError(f"cannot be read: {_reason(error)}", where=where)
    return InputError("compressed data is cut off or broken", where=where, hint=_reason(error))


def _reason(error: Exception) -> str:
    """Return an exception's own words, in lower case and without its number."""
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return words[:1].lower() + words[1:].rstrip(".")
