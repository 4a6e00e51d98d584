"""``python -m bench.supply.licences [--write]``: the licences of all that is installed to run the package.

Prints the table of docs/licences.md, or writes it. A package's licence is what its metadata say: the expression, else
the classifiers, else the first line of the free text.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "licences.md"
_HEAD = """# Licences of what is installed with paperatlas

Made by `python -m bench.supply.licences --write` from the packages' own metadata; a test holds it to what is installed
with Python 3.11, the oldest that will do; later ones need less.

| package | licence | wanted by |
|---|---|---|
"""


class Package(NamedTuple):
    """An installed package, its licence, and what requires it."""

    name: str
    licence: str
    wanted_by: tuple[str, ...]


def packages() -> list[Package]:
    """Return all packages that running needs on this machine, by name; the project's own is not among them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted: dict[str, set[str]] = {}
    found: dict[str, Distribution] = {}
    waiting = [(text, "paperatlas") for text in settings["project"]["dependencies"]]
    while waiting:
        text, by = waiting.pop()
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        name = canonicalize_name(requirement.name)
        wanted.setdefault(name, set()).add(by)
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            sys.exit(f"{name} is not installed; install the package first")
        waiting += [(needed, name) for needed in found[name].requires or ()]
    return [Package(name, licence(found[name]), tuple(sorted(wanted[name]))) for name in sorted(found)]


def licence(package: Distribution) -> str:
    """Return the licence that a package's metadata name."""
    about = package.metadata

    def first(name: str) -> str:
        return str((about.get_all(name) or [""])[0]).strip().partition("\n")[0]

    if expression := first("License-Expression"):
        return expression
    classifiers = [c.rpartition(" :: ")[2] for c in about.get_all("Classifier") or () if c.startswith("License :: ")]
    named = [name for name in classifiers if name != "OSI Approved"]
    return " AND ".join(named) or first("License") or "unknown"


def bounds() -> Iterator[str]:
    """Yield the project's requirements that this machine does not meet, or that have no lower bound."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for text in settings["project"]["dependencies"]:
        requirement = Requirement(text)
        if not re.search(r">=|==|~=", str(requirement.specifier)):
            yield f"{text}: no lower bound"
        elif not requirement.specifier.contains(distribution(requirement.name).version, prereleases=True):
            yield f"{text}: {distribution(requirement.name).version} is installed"


def page() -> str:
    """Return the page."""
    return _HEAD + "".join(f"| {one.name} | {one.licence} | {', '.join(one.wanted_by)} |\n" for one in packages())


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())
