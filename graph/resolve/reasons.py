"""What a thing's forms are held together by, and what nearly joined them: told from its group."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from paperatlas.graph.resolve.abbreviations import stem
from paperatlas.graph.resolve.collection import Member
from paperatlas.graph.resolve.forms import Form
from paperatlas.graph.resolve.guards import kept_apart
from paperatlas.graph.resolve.joining import Group
from paperatlas.graph.resolve.things import Reason

#: By the leads of other groups: how likely they are the same, the forms concerned, why nothing came of it.
Nearness = dict[str, tuple[float, list[str], str]]

_ALIKE = "spelt alike but for case, hyphens, plural or country"
#: Of so many things that share their words, none is asked about: the words say too little.
_MOST = 4


def reasons_of(group: Group) -> Iterator[Reason]:
    """Yield why the members of a group are one thing: what is spelt alike, what is longer, then what was found out."""
    if len(group.members) == 1 and len(group.members[0].forms) == 1 and not group.members[0].forms[0][2]:
        yield from group.reasons
        return
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    longer: dict[tuple[str, tuple[str, ...]], Counter[str]] = defaultdict(Counter)
    papers: dict[object, set[str]] = defaultdict(set)
    texts: dict[str, Counter[str]] = defaultdict(Counter)
    own = own_keys(group)
    for member in group.members:
        for shown, base, rules in member.forms:
            if base.key not in own:
                continue
            texts[base.key][base.text] += 1
            if rules:
                longer[base.key, rules][shown.text] += 1
                papers[base.key, rules].add(member.ref[0])
            else:
                spellings[shown.key][shown.text] += 1
                papers[shown.key].add(member.ref[0])
    for key, found in sorted(spellings.items()):
        if len(found) > 1:
            yield _reason(
                "spelling", _ranked(found), papers[key], "spelt alike but for case, hyphens, plural or country"
            )
    for (key, rules), found in sorted(longer.items()):
        yield _reason(
            rules[0], [_ranked(texts[key])[0], *_ranked(found)], papers[key, rules], f"{' and '.join(rules)} taken off"
        )
    yield from sorted(group.reasons, key=lambda r: (r["rule"], r["forms"], r["papers"]))


def own_keys(group: Group) -> set[str]:
    """Return the keys that name a thing: of what its members are mainly called, with long forms and abbreviations."""
    own = {member.primary.key for member in group.members}
    return own | {one.key for member in group.members for pair in member.pairs for one in pair if pair[1].key in own}


def neighbours_in_spelling(groups: Mapping[str, Group], names: Mapping[str, str]) -> dict[str, Nearness]:
    """Return what each group nearly is: as linking found out, and what has the same stems, in any order."""
    near: dict[str, Nearness] = {lead: dict(group.near) for lead, group in groups.items()}
    blocks: dict[tuple[str, ...], list[tuple[str, Form]]] = defaultdict(list)
    for lead, group in groups.items():
        for one in _long_forms(group.members):
            blocks[tuple(sorted(stem(word) for word in one.words))].append((lead, one))
    for _, block in sorted(blocks.items()):
        distinct = dict(block)
        if 1 < len(distinct) <= _MOST:
            (first, own), *others = sorted(distinct.items(), key=lambda item: (-len(groups[item[0]].members), item[0]))
            for other, alike in others:
                if not kept_apart(own, alike):
                    near[other].setdefault(first, (0.5, [own.text, alike.text], "the same stems"))
    return near


def _long_forms(members: list[Member]) -> list[Form]:
    forms = {member.primary.key: member.primary for member in members if len(member.primary.words) > 1}
    return [forms[key] for key in sorted(forms)]


def _ranked(counts: Counter[str]) -> list[str]:
    return sorted(counts, key=lambda text: (-counts[text], text))


def _reason(rule: str, forms: list[str], papers: set[str], note: str) -> Reason:
    return Reason(rule=rule, forms=forms, papers=sorted(papers), sureness=1.0, note=note)
