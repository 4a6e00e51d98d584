"""Annotated documents and plain abstracts as files of one JSON object a line, packed or not.

For what must be whole: unlike the readers of papers, which skip what they cannot read, this stops at it.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from paperatlas.errors import InputError
from paperatlas.extract.jsontext import parse_object


def read_objects(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the objects of a file, each with its place: ``file:line``.

    Raises:
        InputError: the file cannot be read, or a line is no JSON object.
    """
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield f"{path}:{number}", parse_object(line, f"{path}:{number}")
    except UnicodeDecodeError as error:
        raise InputError("cannot be read: not UTF-8", where=str(path)) from error
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot be read: {reason}", where=str(path)) from error


def title_and_abstract(record: dict[str, Any]) -> tuple[str, str]:
    """Return the title of a record, in one line, and its abstract or text; what is not there is empty."""
    return " ".join(str(record.get("title") or "").split()), str(record.get("abstract") or record.get("text") or "")
