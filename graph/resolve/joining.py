"""From members to groups: which entities are one thing, by their forms, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from paperatlas.graph.resolve.abbreviations import same_expansion
from paperatlas.graph.resolve.clusters import Clusters
from paperatlas.graph.resolve.collection import Collection, Member
from paperatlas.graph.resolve.company import Company
from paperatlas.graph.resolve.decisions import Overrides
from paperatlas.graph.resolve.forms import Form
from paperatlas.graph.resolve.guards import kept_apart
from paperatlas.graph.resolve.senses import SETTLED, TAKEN, Choice, Sense, choose
from paperatlas.graph.resolve.things import Reason
from paperatlas.graph.resolve.variants import KINDS

#: Two forms that a paper uses for one thing, without being spelt or shortened alike, are one elsewhere if at least this
#: share of the papers with either use both.
_TOGETHER = 1 / 3
#: Up to this many letters an abbreviation is likely to mean several things in one collection.
_AMBIGUOUS = 3
#: A candidate less likely than this is not worth a person's look.
_POSSIBLE = 0.3


@dataclass
class Group:
    """Members that are one thing. ``lead`` names it within the work: a long form's key, or a mark and a short one's."""

    lead: str
    members: list[Member] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    #: By the leads of other groups: how likely they are the same, the forms concerned, and why nothing came of it.
    near: dict[str, tuple[float, list[str], str]] = field(default_factory=dict)


def bare_lead(short: str, kind: str) -> str:
    """Return the lead of the group of those who use an abbreviation alone, for a thing of ``kind``."""
    return f"\N{BULLET}{short}\N{BULLET}{kind}"


@dataclass
class Linker:
    """Joins the members of a collection. Used once: :meth:`groups`."""

    collection: Collection
    decisions: Overrides
    company: Company

    def __post_init__(self) -> None:
        self._text: dict[str, Form] = {}
        self._named: dict[str, list[Member]] = defaultdict(list)
        self._spelling: dict[str, dict[str, list[Member]]] = defaultdict(lambda: defaultdict(list))
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        shown: dict[str, dict[str, Form]] = defaultdict(dict)
        for member in self.collection.members:
            for key, base in member.bases.items():
                counts[key][base.text] += 1
                shown[key][base.text] = base
                self._named[key].append(member)
            for short, long in member.pairs:
                self._spelling[short.key][long.key].append(member)
        for key, texts in counts.items():
            self._text[key] = shown[key][max(sorted(texts), key=lambda t: (texts[t], t.islower()))]
        self._support = {key: len(members) for key, members in self._named.items()}
        full = sorted(set(self._text) - self.collection.short)
        # A guard that knew the linker, and not its texts alone, would keep it and all members from being let go.
        text = self._text
        self._clusters = Clusters(full, lambda one, other: kept_apart(text[one], text[other]))
        self._reasons: list[tuple[str, Reason]] = []

    def groups(self) -> dict[str, Group]:
        """Return the groups by their leads."""
        self._obey()
        self._join_other_names()
        self._join_expansions()
        groups: dict[str, Group] = {}
        for member in self.collection.members:
            primary = member.primary
            if primary.key in self._clusters:
                lead = self._clusters.find(primary.key)
                groups.setdefault(lead, Group(lead)).members.append(member)
        self._follow(groups)
        for key, reason in [*self._given(), *self._reasons]:
            lead = self._clusters.find(key)
            if lead in groups:
                groups[lead].reasons.append(reason)
        return groups

    def _given(self) -> Iterator[tuple[str, Reason]]:
        """Yield the pairs that papers give themselves."""
        for short, longs in sorted(self._spelling.items()):
            for long, members in sorted(longs.items()):
                if long in self._clusters:
                    yield long, _reason("pair", [self._text[long].text, self._text[short].text], members)

    def _obey(self) -> None:
        """Keep apart and join what a person says of long forms."""
        self._forced: set[str] = set()
        self._never: dict[str, set[str]] = defaultdict(set)
        for apart in self.decisions.aparts:
            for one, other in combinations([name.key for name in apart.names], 2) if not apart.papers else ():
                if one in self._clusters and other in self._clusters:
                    self._clusters.forbid(one, other)
                self._never[one].add(other)
                self._never[other].add(one)
                if one in self.collection.short and other in self.collection.short:
                    self._forced.add(other)
        for merge in self.decisions.merges:
            first = merge.names[0].key
            for name in merge.names[1:] if not merge.papers else ():
                if first in self._clusters and name.key in self._clusters:
                    self._clusters.join(first, name.key, guarded=False)

    def _join_other_names(self) -> None:
        """Join forms that papers use for one thing, if they seldom use them otherwise."""
        together: dict[tuple[str, str], list[Member]] = defaultdict(list)
        for member in self.collection.members:
            keys = sorted(key for key in member.bases if key in self._clusters)
            for pair in combinations(keys, 2):
                together[pair].append(member)
        for (one, other), members in sorted(together.items(), key=lambda item: (-len(item[1]), item[0])):
            either = len(self._named[one]) + len(self._named[other]) - len(members)
            if len(members) < _TOGETHER * either or kept_apart(self._text[one], self._text[other]):
                continue
            if not self._clusters.join(one, other):
                self._tell("other name", one, other, members, "names for one thing there")

    def _join_expansions(self) -> None:
        """Join long forms that are given for one abbreviation and differ in nothing that matters."""
        for short, longs in sorted(self._spelling.items()):
            keys = sorted((key for key in longs if key in self._clusters), key=lambda k: (-len(longs[k]), k))
            for one, other in combinations(keys, 2):
                met = self._clusters.find(one) == self._clusters.find(other)
                if met or not same_expansion(self._text[one], self._text[other]):
                    continue
                if not self._clusters.join(one, other):
                    members = [*longs[one], *longs[other]]
                    self._tell("expansion", one, other, members, f"both for {self._text[short].text}")

    def _spoken(self, lead: str) -> str:
        """Return the form of a set that most papers use."""
        return self._text[max(self._clusters.members(lead), key=lambda key: (self._support[key], key))].text

    def _tell(self, rule: str, one: str, other: str, members: Iterable[Member], note: str) -> None:
        forms = [self._text[one].text, self._text[other].text]
        if len(self._named[other]) > len(self._named[one]):
            forms.reverse()
        self._reasons.append((one, _reason(rule, forms, members, note=note)))

    def _follow(self, groups: dict[str, Group]) -> None:
        """Send those who use an abbreviation alone to what it stands for, or leave them by themselves."""
        context = Context(self.collection, self.company)
        senses = {
            short.key: [Sense.of(lead, ms, context.around) for lead, ms in leads.items() if lead in groups]
            for short, leads in self.spelt_out()
        }
        taken: dict[tuple[str, str], list[tuple[Member, Choice]]] = defaultdict(list)
        for member in self.collection.members:
            short = member.primary
            if short.key in self._clusters:
                continue
            allowed = [s for s in senses.get(short.key, ()) if not self._forbids(short.key, s.lead)]
            choice = choose(
                short,
                member.entity.type,
                context.around(member) - {short.key},
                [] if short.key in self._forced else allowed,
                named=frozenset(self._clusters.find(key) for key in context.keys(member) if key in self._clusters),
            )
            if choice and choice.sureness >= TAKEN:
                taken[short.key, choice.sense.lead].append((member, choice))
                continue
            kind = KINDS[member.entity.type] if short.is_abbreviation and len(short.key) <= _AMBIGUOUS else ""
            lead = bare_lead(short.key, kind)
            group = groups.setdefault(lead, Group(lead))
            group.members.append(member)
            if choice and choice.sureness >= _POSSIBLE:
                known = group.near.get(choice.sense.lead, (0.0, [], ""))
                if choice.sureness > known[0]:
                    forms = [self._spoken(choice.sense.lead), short.text]
                    group.near[choice.sense.lead] = (choice.sureness, forms, "may stand for it")
        for (short_key, lead), chosen in sorted(taken.items()):
            groups[lead].members.extend(member for member, _ in chosen)
            groups[lead].reasons.extend(self._why(short_key, lead, chosen, senses[short_key]))

    def _forbids(self, short: str, lead: str) -> bool:
        return not self._never[short].isdisjoint(self._clusters.members(lead)) if short in self._never else False

    def spelt_out(self) -> Iterator[tuple[Form, dict[str, list[Member]]]]:
        """Yield each abbreviation with the members that spell it out, one a paper, by the leads of what they give."""
        for short, longs in sorted(self._spelling.items()):
            senses: dict[str, dict[str, Member]] = defaultdict(dict)
            for long, members in sorted(longs.items()):
                for member in members if long in self._clusters else ():
                    senses[self._clusters.find(long)].setdefault(member.ref[0], member)
            yield self._text[short], {lead: [*members.values()] for lead, members in senses.items()}

    def _why(
        self, short: str, lead: str, chosen: Sequence[tuple[Member, Choice]], senses: Sequence[Sense]
    ) -> Iterator[Reason]:
        """Yield the reasons why members that use an abbreviation alone are what it stands for, the doubtful apart."""
        forms = [self._spoken(lead), self._text[short].text]
        (sense,) = (s for s in senses if s.lead == lead)
        given = f"{_counted(len(sense.papers), 'paper')} of {sum(len(s.papers) for s in senses)} that spell it out"
        for doubtful in (False, True):
            some = [(m, c) for m, c in chosen if (c.sureness < SETTLED) is doubtful]
            if not some:
                continue
            words = Counter(word for _, choice in some for word in choice.shared)
            shared = ", ".join(word for word, _ in sorted(words.items(), key=lambda item: (-item[1], item[0]))[:5])
            note = f"{given} mean this" + (f"; named along with it there too: {shared}" if shared else "")
            sureness = min(choice.sureness for _, choice in some)
            yield _reason("abbreviation", forms, (m for m, _ in some), sureness=sureness, note=note)


class Context:
    """What papers name beside a thing, to tell what an abbreviation is named along with."""

    def __init__(self, collection: Collection, company: Company) -> None:
        self._company = company
        self._keys = {
            paper: {member.ref[1]: frozenset(member.bases) for member in members}
            for paper, members in collection.by_paper()
        }

    def around(self, member: Member) -> frozenset[str]:
        """Return the words of the other things that the member's paper names."""
        paper, own = member.ref
        return frozenset().union(*(words for key, words in self._company(paper).items() if key != own))

    def keys(self, member: Member) -> frozenset[str]:
        """Return the keys of the other things that the member's paper names."""
        paper, own = member.ref
        return frozenset().union(*(keys for key, keys in self._keys[paper].items() if key != own))


def _reason(rule: str, forms: list[str], members: Iterable[Member], *, sureness: float = 1.0, note: str = "") -> Reason:
    papers = sorted({member.ref[0] for member in members})
    return Reason(rule=rule, forms=forms, papers=papers, sureness=sureness, note=note)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
