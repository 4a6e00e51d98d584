"""What a person decides about things; read from a file by :mod:`paperatlas.graph.overrides`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from paperatlas.graph.resolve.forms import form
from paperatlas.schema import EntityType


@dataclass(frozen=True, slots=True)
class Name:
    """What a person calls a thing; ``type`` tells things of one name apart."""

    name: str
    type: EntityType | None = None

    @property
    def key(self) -> str:
        """What all spellings of the name have in common."""
        return form(self.name).key

    def __str__(self) -> str:
        return f"{self.name} ({self.type})" if self.type else self.name


@dataclass(frozen=True, slots=True)
class Merge:
    """Things that are one, known by the first name; in ``papers`` only, if there are any."""

    names: tuple[Name, ...]
    papers: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True)
class Apart:
    """Things that are never one. In ``papers``, what the last names, or the only one, mean is a thing of its own."""

    names: tuple[Name, ...]
    papers: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True)
class Rename:
    """A thing's name."""

    name: Name
    to: str
    where: str


@dataclass(frozen=True, slots=True)
class Retype:
    """A thing's type."""

    name: Name
    type: EntityType
    where: str


@dataclass(frozen=True, slots=True)
class Drop:
    """A thing to be left out."""

    name: Name
    where: str


@dataclass(frozen=True, slots=True)
class Overrides:
    """All that a person has said, in the order of the file."""

    merges: tuple[Merge, ...] = ()
    aparts: tuple[Apart, ...] = ()
    renames: tuple[Rename, ...] = ()
    retypes: tuple[Retype, ...] = ()
    drops: tuple[Drop, ...] = ()

    def names(self) -> Iterator[tuple[Name, str]]:
        """Yield every name with the place where it stands."""
        for merge in self.merges:
            yield from ((name, merge.where) for name in merge.names)
        for apart in self.aparts:
            yield from ((name, apart.where) for name in apart.names)
        yield from ((rename.name, rename.where) for rename in self.renames)
        yield from ((retype.name, retype.where) for retype in self.retypes)
        yield from ((drop.name, drop.where) for drop in self.drops)

    def digest(self) -> str:
        """Return a hash of what is said; the same for files that differ in comments and blanks alone."""
        said = [
            [(m.names, m.papers) for m in self.merges],
            [(a.names, a.papers) for a in self.aparts],
            [(r.name, r.to) for r in self.renames],
            [(r.name, r.type.value) for r in self.retypes],
            [d.name for d in self.drops],
        ]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


#: Nothing said.
NONE = Overrides()
