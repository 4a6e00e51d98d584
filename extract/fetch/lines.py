"""Papers as JSON Lines: what a line holds, what the papers of a file go by, and how lines are put behind others."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import BinaryIO, cast

from paperatlas.errors import InputError, OutputError
from paperatlas.extract.fetch.numbers import bare
from paperatlas.extract.paper import Paper
from paperatlas.extract.readers import json as json_reader
from paperatlas.extract.readers.files import TextFile


def as_record(paper: Paper) -> bytes:
    r"""Return a paper as a line that the readers read back to the same paper; what it has not is left out.

    >>> as_record(Paper("We ...", arxiv="1711.00937", authors=("A. One",)))
    b'{"arxiv_id": "1711.00937", "abstract": "We ...", "authors": ["A. One"]}\n'
    """
    fields = {
        "id": paper.id,
        "arxiv_id": paper.arxiv,
        "doi": paper.doi,
        "title": paper.title,
        "abstract": paper.abstract,
        "date": paper.date,
        "authors": [*paper.authors],
        "categories": [*paper.categories],
        "url": paper.url,
        "comment": paper.comment,
    }
    return json.dumps({name: value for name, value in fields.items() if value}, ensure_ascii=False).encode() + b"\n"


def keys_of(paper: Paper) -> set[str]:
    """Return what a paper goes by: two papers that share any of it are one. Without a number it is the text.

    >>> keys_of(Paper("We ...", arxiv="math.GT/0309136"))
    {'arXiv:math/0309136'}
    """
    keys = {paper.id, f"arXiv:{bare(paper.arxiv)}", f"doi:{paper.doi}"} - {"", "arXiv:", "doi:"}
    return keys or {f"text:{paper.fingerprint()}"}


def read_keys(path: Path) -> set[str]:
    """Return what the papers of a file of JSON Lines go by.

    Raises:
        InputError: it cannot be read, or is no such file.
    """
    try:
        if not path.exists() or not path.stat().st_size:
            return set()
        with path.open("rb") as stream:
            file = TextFile(str(path), cast("BinaryIO", stream))
            if not json_reader.sniff_lines(file.head()):
                raise InputError("is there, and is no file of JSON Lines", where=str(path), hint="name another file")
            papers = (item for item in json_reader.read_lines(file) if isinstance(item, Paper))
            return {key for paper in papers for key in keys_of(paper)}
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from error


def ensure_writable(path: Path) -> None:
    """Find out whether a file can be written to, without leaving a trace.

    Raises:
        OutputError: it cannot, or it is something that does not keep what is written (a pipe, a device).
    """
    try:
        if path.exists():
            if not path.is_file() and not path.is_dir():
                raise OutputError("is no regular file", where=str(path), hint="without -o the lines go to stdout")
            path.open("ab").close()
        else:
            existing = next(place for place in path.absolute().parents if place.exists())
            with tempfile.TemporaryFile(dir=existing):
                pass
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", where=str(path)) from error


def append(path: Path, lines: bytes) -> None:
    """Put lines behind those of a file, all of them or none, and on the disk.

    Half an object at the file's end, of a call that was cut off, is no line: the new ones take its place.

    Raises:
        OutputError: the file cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b", buffering=0) as file:
            size, prefix = _end(file)
            try:
                if size < file.seek(0, os.SEEK_END):
                    file.truncate(size)
                _write_all(file, prefix + lines)
                os.fsync(file.fileno())
            except BaseException:
                with suppress(OSError):
                    file.truncate(size)
                raise
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", where=str(path)) from error


def _write_all(file: FileIO, content: bytes) -> None:
    """Write all of it: one call takes it whole unless the disk is nearly full, and then the next one says so."""
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) or 0 :]


def _end(file: FileIO) -> tuple[int, bytes]:
    """Return how much of a file is whole lines, and what is missing behind them."""
    size = file.seek(0, os.SEEK_END)
    if not size:
        return 0, b""
    file.seek(size - 1)
    if file.read(1) == b"\n":
        return size, b""
    file.seek(0)
    content = file.readall()
    begin = content.rfind(b"\n") + 1
    try:
        json.loads(content[begin:])
    except (ValueError, RecursionError):
        return begin, b""
    return size, b"\n"
