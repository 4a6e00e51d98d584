"""The prefixes at the head of a Turtle or TriG file, in order: Oxigraph writes them as its hash table holds them."""

from __future__ import annotations

from typing import BinaryIO

_PREFIX = b"@prefix "


class OrderedPrefixes:
    """A stream that puts the lines of prefixes in order and passes the rest on as it comes."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._held: bytearray | None = bytearray()

    def write(self, data: bytes) -> int:
        """Write, or hold back what may still be a line of prefixes."""
        if self._held is None:
            self._out.write(data)
            return len(data)
        self._held += data
        lines = bytes(self._held).splitlines(keepends=True)
        end = next((n for n, line in enumerate(lines) if not line.startswith(_PREFIX[: len(line)])), None)
        if end is not None:
            self._release(lines, end)
        return len(data)

    def flush(self) -> None:
        """Write what is held back."""
        if self._held is not None:
            lines = bytes(self._held).splitlines(keepends=True)
            self._release(lines, len(lines))

    def _release(self, lines: list[bytes], end: int) -> None:
        self._out.writelines([*sorted(lines[:end]), *lines[end:]])
        self._held = None
