"""A hash of the whole file, kept in the file itself, so that a single changed byte shows.

The hash is SHA-256 of the file with zeros where the hash stands. It stands in the table ``meta``, which has the file's
second page to itself.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

#: What stands in ``meta`` until the file is sealed.
UNSEALED = "0" * 64
_PAGES = 4096
_BLOCK = 2**20


def seal(path: Path) -> str:
    """Hash a finished store, write the hash into it, and return it."""
    digest = _hash(path, UNSEALED)
    with path.open("r+b") as file:
        file.seek(_place(path, UNSEALED))
        file.write(digest.encode())
    return digest


def holds(path: Path, digest: str) -> bool:
    """Tell whether the file still is what it was when it was sealed with ``digest``."""
    return len(digest) == len(UNSEALED) and _place(path, digest) >= 0 and _hash(path, digest) == digest


def _place(path: Path, digest: str) -> int:
    """Return where the hash stands, or -1."""
    with path.open("rb") as file:
        file.seek(_PAGES)
        found = file.read(_PAGES).find(digest.encode())
    return found if found < 0 else found + _PAGES


def _hash(path: Path, digest: str) -> str:
    place = _place(path, digest)
    hashed = hashlib.sha256()
    with path.open("rb") as file:
        hashed.update(file.read(place))
        file.seek(len(digest), 1)
        hashed.update(UNSEALED.encode())
        while block := file.read(_BLOCK):
            hashed.update(block)
    return hashed.hexdigest()
