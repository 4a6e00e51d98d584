"""A person's word on groups: what no spelling decides, and what the rules got wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from paperatlas.graph.resolve.collection import Collection, Member
from paperatlas.graph.resolve.decisions import Name, Overrides
from paperatlas.graph.resolve.joining import Group
from paperatlas.graph.resolve.naming import majority, name_of
from paperatlas.graph.resolve.things import Ref
from paperatlas.schema import EntityType

#: Not where in the file: what is said stays the same when a comment is added.
_SAID = "in overrides.toml"


class Word:
    """Groups as a person wants them: :meth:`obey`. Afterwards ``names`` and ``types`` hold what was said of groups."""

    def __init__(self, groups: dict[str, Group], collection: Collection, decisions: Overrides) -> None:
        self.groups = groups
        self.names: dict[str, str] = {}
        self.types: dict[str, EntityType] = {}
        self._decisions = decisions
        self._lead: dict[Ref, str] = {m.ref: lead for lead, group in groups.items() for m in group.members}
        self._called: dict[str, list[Member]] = defaultdict(list)
        wanted = {name.key for name, _ in decisions.names()}
        for member in collection.members if wanted else ():
            for key in {one.key for shown, base, _ in member.forms for one in (shown, base)} & wanted:
                self._called[key].append(member)

    def obey(self) -> None:
        """Split, merge, retype, rename and drop, in this order; what names nothing here is passed over."""
        for number, apart in enumerate(self._decisions.aparts):
            if apart.papers:
                lead = f"\N{BULLET}apart\N{BULLET}{number:04}"
                self._move(apart.names[1:] or apart.names, apart.papers, lead, _SAID)
        for merge in self._decisions.merges:
            self._merge(merge.names, merge.papers, _SAID)
        for retype in self._decisions.retypes:
            if lead := self.find(retype.name):
                self.types[lead] = retype.type
                self._tell(lead, [retype.name.name], f"a {retype.type}")
        for rename in self._decisions.renames:
            if lead := self.find(rename.name):
                self.names[lead] = rename.to
                self._tell(lead, [rename.to, rename.name.name], "renamed")
        for drop in self._decisions.drops:
            if lead := self.find(drop.name):
                for member in self.groups.pop(lead).members:
                    del self._lead[member.ref]

    def find(self, name: Name, *, but: str = "") -> str:
        """Return the lead of the group that a person means, or nothing.

        A group that is known by the name comes before one in which some papers go by it, and that before one in which
        it is a name beside others; of several the one that most papers call so. ``but`` is a group that is known to be
        another; if it goes by the name itself, only one that is known by it is.
        """
        called: dict[str, set[str]] = defaultdict(set)
        first: set[str] = set()
        for member in self._called.get(name.key, ()):
            lead = self._lead.get(member.ref)
            if lead is not None and (name.type is None or name.type is self._type(lead)):
                called[lead].add(member.ref[0])
                if member.primary.key == name.key:
                    first.add(lead)
        for lead, given in self.names.items():
            if Name(given).key == name.key and lead in self.groups:
                called[lead].add("")
        ranked = sorted(
            ((self._known_as(lead, name), lead in first, len(called[lead]), lead) for lead in called), reverse=True
        )
        if but in called:
            ranked = [rank for rank in ranked if rank[0]]
        return next((lead for *_, lead in ranked if lead != but), "")

    def _known_as(self, lead: str, name: Name) -> bool:
        own = self.names.get(lead) or name_of(self.groups[lead].members)
        return Name(own).key == name.key

    def _type(self, lead: str) -> EntityType:
        return self.types.get(lead) or majority([member.entity for member in self.groups[lead].members])

    def _merge(self, names: tuple[Name, ...], papers: tuple[str, ...], note: str) -> None:
        first = self.find(names[0])
        if not first:
            return
        if papers:
            self.names.setdefault(first, name_of(self.groups[first].members))
            self._move(names[1:], papers, first, note)
            return
        for name in names[1:]:
            other = self.find(name, but=first)
            if other:
                group = self.groups.pop(other)
                self.groups[first].reasons += group.reasons
                self._put(group.members, first)
            self._tell(first, [names[0].name, name.name], note)
        self.names[first] = names[0].name

    def _move(self, names: tuple[Name, ...], papers: tuple[str, ...], lead: str, note: str) -> None:
        """Move what ``names`` stand for in ``papers`` to the group of ``lead``."""
        moved = {m.ref: m for name in names for m in self._called.get(name.key, ()) if m.ref[0] in papers}
        moved = {ref: member for ref, member in moved.items() if ref in self._lead}
        if not moved:
            return
        for at in sorted({self._lead[ref] for ref in moved}):
            left = [member for member in self.groups[at].members if member.ref not in moved]
            self.groups[at].members = left
            if not left and at != lead:
                del self.groups[at]
        self._put(moved.values(), lead)
        self._tell(lead, [name.name for name in names], note)

    def _put(self, members: Iterable[Member], lead: str) -> None:
        group = self.groups.setdefault(lead, Group(lead))
        for member in members:
            group.members.append(member)
            self._lead[member.ref] = lead

    def _tell(self, lead: str, forms: list[str], note: str) -> None:
        self.groups[lead].reasons.append(
            {"rule": "person", "forms": forms, "papers": [], "sureness": 1.0, "note": note}
        )
