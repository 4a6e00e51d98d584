"""One thing, one node: which entities of different papers are the same, and why.

Spelling decides first (:mod:`.spelling`), then what a longer way to say it adds (:mod:`.variants`), then the pairs of
short and long forms that texts give (:mod:`.abbreviations`); an abbreviation alone goes to what it stands for if that
is clear (:mod:`.senses`). Guards (:mod:`.guards`) hold for whole sets of forms, not for pairs alone
(:mod:`.clusters`). A person has the last word (:mod:`.word`). Nothing is compared with everything: forms meet by their
keys, long forms by their abbreviations, near misses by their stems.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from paperatlas.extract.facts import Entity, Facts
from paperatlas.graph.memory import uncollected
from paperatlas.graph.resolve.collection import collect
from paperatlas.graph.resolve.company import Company, company_in
from paperatlas.graph.resolve.decisions import NONE, Overrides
from paperatlas.graph.resolve.joining import Group, Linker
from paperatlas.graph.resolve.naming import identifiers, majority, name_of
from paperatlas.graph.resolve.reasons import neighbours_in_spelling, own_keys, reasons_of
from paperatlas.graph.resolve.things import Near, Reason, Ref, Thing
from paperatlas.graph.resolve.word import Word

#: What at least this share of a thing's papers call it is a name of it, whatever else.
_COMMON_NAME = 1 / 3

__all__ = ["Near", "Reason", "Ref", "Thing", "resolve", "resolve_some"]


def resolve(facts: Iterable[Facts], *, decisions: Overrides = NONE) -> tuple[Thing, ...]:
    """Return the distinct things that ``facts`` name, in order of their identifiers.

    The outcome does not depend on the order of ``facts``. An identifier is the slug of the thing's name; where two
    things have one name, their types tell them apart.
    """
    named: dict[Ref, Entity] = {}
    company: dict[str, dict[str, frozenset[str]]] = {}
    for of in sorted(facts, key=lambda f: f.paper.key):
        named |= {(of.paper.key, entity.key): entity for entity in of.entities}
        company[of.paper.key] = company_in(of)
    return resolve_some(named, company.__getitem__, decisions=decisions)


def resolve_some(named: Mapping[Ref, Entity], company: Company, *, decisions: Overrides = NONE) -> tuple[Thing, ...]:
    """Return the distinct things that entities of whole families are (see :mod:`.families`), in order.

    ``named`` are the entities in order of their papers' keys; ``company`` knows all that those papers name.
    """
    with uncollected():
        return _resolved(named, company, decisions)


def _resolved(named: Mapping[Ref, Entity], company: Company, decisions: Overrides) -> tuple[Thing, ...]:
    collection = collect(named, frozenset(name.key for apart in decisions.aparts for name in apart.names))
    groups = Linker(collection, decisions, company).groups()
    word = Word(groups, collection, decisions)
    word.obey()
    groups = {lead: group for lead, group in sorted(groups.items()) if group.members}
    names = {lead: word.names.get(lead) or name_of(group.members) for lead, group in groups.items()}
    types = {lead: word.types.get(lead) or majority([m.entity for m in g.members]) for lead, g in groups.items()}
    support = {lead: len({member.ref[0] for member in group.members}) for lead, group in groups.items()}
    ids = dict(identifiers((lead, names[lead], types[lead], support[lead]) for lead in groups))
    near = neighbours_in_spelling(groups, names)
    things = []
    for lead, group in groups.items():
        aliases = _aliases(group)
        votes = Counter(m.entity.type for m in group.members)
        things.append(
            Thing(
                ids[lead],
                names[lead],
                types[lead],
                tuple(sorted(aliases, key=lambda alias: (-aliases[alias], alias))),
                tuple(sorted(votes.items(), key=lambda item: (-item[1], item[0]))),
                tuple(sorted(m.ref for m in group.members)),
                tuple(reasons_of(group)),
                tuple(
                    Near(node=ids[other], name=names[other], forms=forms, sureness=sureness, note=note)
                    for other, (sureness, forms, note) in sorted(near[lead].items())
                    if other in ids
                ),
            )
        )
    return tuple(sorted(things, key=lambda thing: thing.id))


def _aliases(group: Group) -> Counter[str]:
    """Count what a thing is called. What few of its papers call it, for no reason that is known, is no name of it."""
    own = own_keys(group)
    aliases: Counter[str] = Counter()
    other: Counter[str] = Counter()
    for member in group.members:
        for shown, base, _ in member.forms:
            (aliases if base.key in own else other)[shown.text] += 1
    papers = len({member.ref[0] for member in group.members})
    aliases.update({text: count for text, count in other.items() if count >= _COMMON_NAME * papers})
    return aliases
