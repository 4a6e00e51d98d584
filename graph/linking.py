"""Facts to nodes and edges; in an atlas that grows, only those that a change touches.

What a change touches: the families of names that the papers name which go or come (:mod:`.resolve.families`), and the
edges that these papers state, or that papers state of a thing which is now another. All else stays as it stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple, Protocol

from paperatlas.extract.facts import Entity, Facts
from paperatlas.extract.paper import Paper
from paperatlas.graph.attributes import of_edge, of_paper, of_thing
from paperatlas.graph.authority import Entry, tied
from paperatlas.graph.build import EdgeData, EdgeKey, NodeData, graph_of
from paperatlas.graph.memory import uncollected
from paperatlas.graph.resolve import resolve_some
from paperatlas.graph.resolve.company import Company, company_in
from paperatlas.graph.resolve.decisions import NONE, Overrides
from paperatlas.graph.resolve.families import Families, decided
from paperatlas.graph.resolve.things import Ref, Thing
from paperatlas.graph.statements import Statement, stated_by

if TYPE_CHECKING:
    import networkx as nx


class Member(NamedTuple):
    """An entity of a paper as it stands: ``position`` is its place in the paper, ``node`` its node (empty: none)."""

    ref: Ref
    position: int
    entity: Entity
    node: str = ""


class Standing(Protocol):
    """An atlas as it stands, linked with the same decisions, as far as linking a change has to know it."""

    def families_of(self, papers: Collection[str]) -> set[str]:
        """Return the families of what papers name."""

    def families(self, keys: Iterable[str]) -> dict[str, str]:
        """Return the families of keys, as far as they have one."""

    def members(self, families: Collection[str]) -> list[Member]:
        """Return what belongs to families."""

    def named(self, papers: Collection[str]) -> dict[str, dict[str, str]]:
        """Return the nodes of what papers name, by the papers' keys and those of the entities."""

    def company(self, paper: str) -> Mapping[str, frozenset[str]]:
        """Return the words of what a paper names, by the keys of the entities."""

    def types(self, nodes: Iterable[str]) -> dict[str, str]:
        """Return the types of nodes."""

    def dates(self) -> dict[str, str]:
        """Return the dates of all papers."""

    def facts(self, papers: Collection[str]) -> Iterable[Facts]:
        """Return what papers state; their entities may be left out."""

    def stating(self, edges: Iterable[EdgeKey]) -> set[str]:
        """Return the papers that state edges."""


class _Nothing:
    """No atlas stands yet."""

    def families_of(self, papers: Collection[str]) -> set[str]:
        return set()

    def families(self, keys: Iterable[str]) -> dict[str, str]:
        return {}

    def members(self, families: Collection[str]) -> list[Member]:
        return []

    def named(self, papers: Collection[str]) -> dict[str, dict[str, str]]:
        return {}

    def company(self, paper: str) -> Mapping[str, frozenset[str]]:
        return {}

    def types(self, nodes: Iterable[str]) -> dict[str, str]:
        return {}

    def dates(self) -> dict[str, str]:
        return {}

    def facts(self, papers: Collection[str]) -> Iterable[Facts]:
        return ()

    def stating(self, edges: Iterable[EdgeKey]) -> set[str]:
        return set()


NOTHING = _Nothing()


@dataclass(frozen=True)
class Linked:
    """The nodes and edges that linking gave, before what they carry is made. A basis hashes what it would be made from.

    ``outdated`` is what they take the place of.
    """

    papers: Mapping[str, Paper]
    things: Mapping[str, Thing]
    stated: Mapping[EdgeKey, list[Statement]]
    #: By the entities concerned: their families and their nodes (empty: none). By keys: the families.
    members: Mapping[Ref, tuple[str, str]]
    families: Mapping[str, str]
    outdated: Outdated
    #: Whether it is all there is: nothing stands beside.
    whole: bool
    entities: Mapping[Ref, Entity]
    dates: Mapping[str, str]

    @property
    def nodes(self) -> list[str]:
        """The identifiers of the nodes, in order."""
        return sorted([*self.things, *(f"paper/{key}" for key in self.papers)])

    @property
    def edges(self) -> list[EdgeKey]:
        """The edges, in order."""
        return sorted(self.stated)

    def node(self, node: str) -> NodeData:
        """Make what a node carries."""
        thing = self.things.get(node)
        if thing:
            return of_thing(thing, self.dates, self.entities)
        return of_paper(self.papers[node.removeprefix("paper/")])

    def edge(self, key: EdgeKey) -> EdgeData:
        """Make what an edge carries."""
        return of_edge(key[2], self.stated[key])

    def node_basis(self, node: str, digests: Mapping[str, str]) -> bytes:
        """Hash what a node is made from; ``digests`` are of the papers and their facts, by the papers' keys."""
        thing = self.things.get(node)
        if not thing:
            return _hash(digests[node.removeprefix("paper/")])
        return _hash(repr(thing), *(digests[paper] for paper, _ in thing.members))

    def edge_basis(self, key: EdgeKey, digests: Mapping[str, str]) -> bytes:
        """Hash what an edge is made from; ``digests`` as for nodes."""
        return _hash(*(f"{digests[s.key]} {s.position} {s.dataset}" for s in self.stated[key]))


@dataclass(frozen=True, slots=True)
class Outdated:
    """What of an atlas that stood is made anew, or goes: families, nodes and edges."""

    families: Collection[str] = ()
    nodes: Collection[str] = ()
    edges: Collection[EdgeKey] = ()


def build_graph(facts: Iterable[Facts]) -> nx.MultiDiGraph[str]:
    """Link the facts of all papers into one graph; the same whatever their order."""
    linked = link(facts)
    return graph_of(
        ((node, linked.node(node)) for node in linked.nodes), ((*key, linked.edge(key)) for key in linked.edges)
    )


def link(
    facts: Iterable[Facts],
    *,
    gone: Collection[str] = (),
    upon: Standing = NOTHING,
    decisions: Overrides = NONE,
    authority: Sequence[Entry] = (),
) -> Linked:
    """Find out which nodes and edges ``facts`` give; what each carries is made when it is asked for.

    Facts that come to an atlas that stands are linked ``upon`` it: papers that are ``gone`` from it, by their keys, are
    those that went or are replaced. ``decisions`` are a person's on what is one thing; things that ``authority`` names
    are tied to its identifiers, which takes the facts of all papers.
    """
    with uncollected():
        coming = {of.paper.key: of for of in sorted(facts, key=lambda f: f.paper.key)}
        touched = _touched(coming, frozenset(gone), upon, decided(decisions))
        entities = {member.ref: member.entity for member in touched.members}
        things = resolve_some(entities, _company(coming, upon), decisions=decisions)
        return _linked(coming, frozenset(gone), upon, touched, {thing.id: thing for thing in tied(things, authority)})


class _Touched(NamedTuple):
    """The families that a change touches, with their nodes, as they stood; and as they are, with their members."""

    before: frozenset[str]
    nodes: frozenset[str]
    families: Families
    members: list[Member]


def _touched(
    coming: Mapping[str, Facts], gone: frozenset[str], upon: Standing, decided: Sequence[frozenset[str]]
) -> _Touched:
    fresh = [
        Member((key, entity.key), position, entity)
        for key, of in coming.items()
        for position, entity in enumerate(of.entities)
    ]
    before = upon.families_of(gone)
    if upon is not NOTHING:
        before |= {*upon.families(Families({member.ref: member.entity for member in fresh}).by_key).values()}
    while True:
        standing = upon.members(before)
        members = [*(member for member in standing if member.ref[0] not in gone), *fresh]
        members.sort(key=lambda member: (member.ref[0], member.position))
        # What a person has decided of other families is theirs.
        own = [keys for keys in decided if before.issuperset(upon.families(keys).values())]
        families = Families({member.ref: member.entity for member in members}, own)
        # What comes may bring families together.
        further = {*upon.families(families.by_key).values()} - before
        if not further:
            nodes = frozenset(member.node for member in standing if member.node)
            return _Touched(frozenset(before), nodes, families, members)
        before |= further


def _company(coming: Mapping[str, Facts], upon: Standing) -> Company:
    @cache
    def of(paper: str) -> Mapping[str, frozenset[str]]:
        return company_in(coming[paper]) if paper in coming else upon.company(paper)

    return of


def _linked(
    coming: Mapping[str, Facts], gone: frozenset[str], upon: Standing, touched: _Touched, things: dict[str, Thing]
) -> Linked:
    node_of = {ref: thing.id for thing in things.values() for ref in thing.members}
    types = {thing.id: thing.type.value for thing in things.values()}
    before = upon.types(touched.nodes)
    restated = {
        member.ref[0]
        for member in touched.members
        if member.ref[0] not in coming
        and (member.node != node_of.get(member.ref, "") or before.get(member.node) != types.get(member.node))
    }
    placed: dict[str, dict[str, str]] = defaultdict(dict)
    for member in touched.members:
        placed[member.ref[0]][member.ref[1]] = node_of.get(member.ref, "")

    def as_is(facts: Iterable[Facts]) -> _Stating:
        """Return what papers state now, of the things that their entities now are."""
        some = {of.paper.key: of for of in facts}
        named = upon.named(some.keys() - coming.keys())
        ends = {key: {**named.get(key, {}), **placed.get(key, {})} for key in some}
        standing = upon.types({node for nodes in named.values() for node in nodes.values()} - types.keys())
        return _stating(some.values(), ends, {**standing, **types})

    stating = as_is([*coming.values(), *upon.facts(restated)])
    edges = {edge for statements in stating.values() for edge, _ in statements}
    went = gone | restated
    ends = upon.named(went)
    standing = upon.types({node for nodes in ends.values() for node in nodes.values()})
    outdated = {edge for of in _stating(upon.facts(went), ends, standing).values() for edge, _ in of}
    others = upon.stating(outdated | edges) - went - coming.keys()
    stating |= as_is(upon.facts(others))
    stated: dict[EdgeKey, list[Statement]] = defaultdict(list)
    for _, statements in sorted(stating.items()):
        for edge, statement in statements:
            if edge in edges or edge in outdated:
                stated[edge].append(statement)
    families = touched.families
    return Linked(
        papers={key: of.paper for key, of in coming.items()},
        things=things,
        stated=stated,
        members={m.ref: (families[m.ref], node_of.get(m.ref, "")) for m in touched.members},
        families=families.by_key,
        outdated=Outdated(touched.before, touched.nodes | {f"paper/{key}" for key in gone}, outdated | edges),
        whole=upon is NOTHING,
        entities={member.ref: member.entity for member in touched.members},
        dates=upon.dates() | {key: of.paper.date for key, of in coming.items()},
    )


#: What papers state, by their keys.
_Stating = dict[str, list[tuple[EdgeKey, Statement]]]


def _stating(facts: Iterable[Facts], ends: Mapping[str, Mapping[str, str]], types: Mapping[str, str]) -> _Stating:
    found: _Stating = {}
    for of in facts:
        nodes = {entity: node for entity, node in ends.get(of.paper.key, {}).items() if node}
        found[of.paper.key] = [*stated_by(of, nodes, types)]
    return found


def _hash(*parts: str) -> bytes:
    return blake2b("\n".join(parts).encode(), digest_size=12).digest()
