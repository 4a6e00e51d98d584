"""A person's word on an atlas: written to its overrides, and the atlas linked anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from paperatlas.building import relink
from paperatlas.errors import NotFoundError, UsageError
from paperatlas.graph import edits
from paperatlas.graph.atlas import Atlas, open_atlas
from paperatlas.graph.authority import kept_authority, tie
from paperatlas.graph.lookup import as_text
from paperatlas.graph.overrides import OVERRIDES, read_overrides
from paperatlas.graph.resolve import resolve
from paperatlas.graph.resolve.decisions import Name, Overrides
from paperatlas.graph.resolve.forms import form
from paperatlas.schema import EntityType


def merge(folder: Path, names: Sequence[str]) -> Atlas:
    """Make one thing of those that ``names`` mean, known as the first; return the atlas.

    Raises:
        NotFoundError: a name means nothing here.
        UsageError: the names mean one thing already.
        OverridesError: it contradicts what the overrides say.
    """

    def said(text: str) -> str:
        atlas = open_atlas(folder)
        found = [atlas.find(name) for name in names]
        if len(set(found)) < 2:
            raise UsageError(
                f"{' and '.join(names)} are one thing already", hint="'paperatlas show DIR NAME --why' says why"
            )
        known = [_named(atlas, node) for node in dict.fromkeys(found)]
        return edits.merge(text, known, source=str(folder / OVERRIDES))

    return relink(folder, said=said)


def split(folder: Path, name: str, forms: Sequence[str] = (), papers: Sequence[str] = ()) -> Atlas:
    """Make things of their own of what one thing is also called, or of what it is in some papers; return the atlas.

    Raises:
        NotFoundError: a name means nothing here, the thing is not called so, or no such paper names it.
        UsageError: neither forms nor papers are given.
        OverridesError: it contradicts what the overrides say.
    """

    def said(text: str) -> str:
        atlas = open_atlas(folder)
        kept, others, keys = _parted(atlas, name, [*map(as_text, forms)], [*map(as_text, papers)])
        return edits.keep_apart(text, [kept, *others], keys, source=str(folder / OVERRIDES))

    return relink(folder, said=said)


def rename(folder: Path, name: str, to: str) -> Atlas:
    """Give the thing that ``name`` means another name; return the atlas.

    Raises:
        NotFoundError: the name means nothing here.
        UsageError: the other name is no text.
        OverridesError: it contradicts what the overrides say.
    """
    typed = as_text(to)
    if typed.count("\ufffd") > to.count("\ufffd"):
        raise UsageError(f"{to!a} is no text")

    def said(text: str) -> str:
        atlas = open_atlas(folder)
        return edits.rename(text, _named(atlas, atlas.find(name)), typed, source=str(folder / OVERRIDES))

    return relink(folder, said=said)


def _parted(atlas: Atlas, name: str, forms: Sequence[str], papers: Sequence[str]) -> tuple[Name, list[Name], list[str]]:
    """Return what a thing keeps being called, what is split off, and the keys of the papers in which it is."""
    node = atlas.find(name)
    data = atlas.graph.nodes[node]
    if not forms and not papers:
        raise UsageError("split off what?", hint="name one of its forms, or --paper KEY")
    called = {form(alias).key: alias for alias in (*data["aliases"], data["name"])}
    for one in forms:
        if form(one).key not in called:
            raise NotFoundError(
                f"{data['name']} is not called {one!r}", hint=f"it is: {', '.join(data['aliases'][:8])}"
            )
    keys = [paper.removeprefix("paper/") for paper in papers]
    for key in keys:
        if f"paper/{key}" not in data["papers"]:
            raise NotFoundError(f"no paper {key!r} names {data['name']}", hint="'paperatlas show DIR NAME' lists them")
    kept = _named(atlas, node)
    if forms and {form(one).key for one in forms} == {kept.key} and not papers:
        # What it goes by is to be split off: the rest of it keeps together by another form.
        raise UsageError(f"it goes by {kept.name!r} itself", hint="name the other form, or --paper KEY")
    return kept, [Name(one) for one in forms if form(one).key != kept.key], keys


def report(folder: Path, atlas: Atlas, say: Callable[[str], None], detail: Callable[[str], None]) -> None:
    """Say which overrides mean nothing in an atlas, how many things are tied to its outside list, and what is not."""
    for line in unused(read_overrides(folder), atlas):
        say(line)
    authority = kept_authority(folder)
    if not authority:
        return
    tied = sum(bool(data.get("exact")) for _, data in atlas.graph.nodes.items())
    untied = tie(resolve(atlas.facts, decisions=read_overrides(folder)), authority).untied
    say(f"{tied} things tied to an outside list, {len(untied)} left untied{' (-v lists them)' if untied else ''}")
    for line in untied:
        detail(f"untied: {line}")


def unused(decisions: Overrides, atlas: Atlas) -> list[str]:
    """Return the names of overrides that mean nothing in ``atlas``, each with where it stands."""
    named = [*decisions.names()]
    if not named:
        return []
    known = {form(text).key for _, data in atlas.graph.nodes.items() for text in (data["name"], *data["aliases"])}
    known |= {drop.name.key for drop in decisions.drops}
    return [f"{where}: nothing here is called {name.name!r}" for name, where in named if name.key not in known]


def _named(atlas: Atlas, node: str) -> Name:
    """Return how a person's word names a node: by its name, with its type if others have the same."""
    data = atlas.graph.nodes[node]
    if data["type"] not in set(EntityType):
        raise UsageError(f"{data['name']} is a paper", hint=f"things are merged, split and renamed in {OVERRIDES}")
    key = form(data["name"]).key
    same = [other for _, other in atlas.graph.nodes.items() if form(other["name"]).key == key]
    return Name(data["name"], EntityType(data["type"]) if len(same) > 1 else None)
