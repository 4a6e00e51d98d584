"""``python -m bench.fuzz.one TARGET [libFuzzer's options]``: fuzz one target until it breaks, or has had enough."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["paperatlas", "bibtexparser", "rispy"]):
    from bench.fuzz.targets import TARGETS


def main() -> None:
    """Fuzz; never returns."""
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
