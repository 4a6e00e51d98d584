"""An atlas opened: its papers, its graph, and how a person's words find a node of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import finalize

from paperatlas.errors import AtlasError, NotFoundError
from paperatlas.extract.facts import Facts
from paperatlas.extract.paper import Paper
from paperatlas.extract.surface import slug
from paperatlas.graph.analysis.centrality import Central, centrality
from paperatlas.graph.analysis.communities import Community, communities
from paperatlas.graph.analysis.frames import Frames, to_pandas
from paperatlas.graph.analysis.leaderboard import Board, leaderboards
from paperatlas.graph.analysis.links import Neighbour, neighbours
from paperatlas.graph.analysis.paths import Route, paths
from paperatlas.graph.analysis.timeline import Timeline, timeline
from paperatlas.graph.build import PAPER_TYPE, paper_id
from paperatlas.graph.linking import build_graph
from paperatlas.graph.lookup import GraphLookup, Lookup, as_text
from paperatlas.graph.resolve.forms import form
from paperatlas.graph.runs import Run
from paperatlas.graph.store.schema import readable
from paperatlas.graph.store.view import View
from paperatlas.schema import EntityType

if TYPE_CHECKING:
    import networkx as nx

#: The files of an atlas' folder.
STORE, TURTLE, PAGE = "atlas.db", "atlas.ttl", "atlas.html"


class Atlas:
    """The facts of some papers, the runs that found them, and the graph that they make.

    ``runs`` are in order of their identifiers; ``run_ids`` says which of them found the facts of which paper, by the
    papers' keys. An atlas that was opened from a folder reads each of its parts when it is first asked for.
    """

    def __init__(
        self, facts: Iterable[Facts] = (), runs: Iterable[Run] = (), run_ids: Mapping[str, str] | None = None
    ) -> None:
        self._given = tuple(facts), tuple(runs), dict(run_ids or {})
        self._view: View | None = None

    @classmethod
    def of(cls, view: View) -> Atlas:
        """Return the atlas that a store holds."""
        atlas = cls()
        atlas._view = view
        finalize(atlas, view.close)
        return atlas

    @cached_property
    def facts(self) -> tuple[Facts, ...]:
        """The facts of the papers, in order of their keys."""
        return self._view.facts() if self._view else self._given[0]

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """The runs that found the facts."""
        return self._view.runs() if self._view else self._given[1]

    @cached_property
    def run_ids(self) -> Mapping[str, str]:
        """The identifiers of the runs, by the papers' keys."""
        return self._view.run_ids() if self._view else self._given[2]

    @cached_property
    def graph(self) -> nx.MultiDiGraph[str]:
        """The graph; see :mod:`paperatlas.graph.build` for what nodes and edges carry."""
        return self._view.graph() if self._linked and self._view else build_graph(self.facts)

    @cached_property
    def papers(self) -> dict[str, Paper]:
        """The papers by the identifiers of their nodes."""
        if self._view and "facts" not in vars(self):
            # Facts are several times the papers, and need not be read for them.
            return {paper_id(paper): paper for paper in self._view.papers()}
        return {paper_id(facts.paper): facts.paper for facts in self.facts}

    @cached_property
    def look(self) -> Lookup:
        """What answers for one node without the others being read."""
        return self._view if self._linked and self._view else GraphLookup(self.graph)

    @property
    def _linked(self) -> bool:
        """Whether a store holds the graph; one of an old schema does not."""
        return self._view is not None and "code" in self._view.meta

    def run_of(self, paper: str) -> Run | None:
        """Return the run that found the facts of ``paper``, a key (``arXiv:1711.00937``); ``None`` if it is unknown."""
        wanted = self.run_ids.get(paper)
        return next((run for run in self.runs if run.id == wanted), None)

    def find(self, name: str, *, type: EntityType | None = None) -> str:
        """Return the identifier of the node that ``name`` means: an identifier, a name or an alias, however spelt.

        Of several the one that most papers name. With a ``type`` only the things of that type count.

        Raises:
            NotFoundError: nothing is called so; the message lists what is nearly.
        """

        def fits(node: str) -> bool:
            data = self.look.node(node)
            return data is not None and type in (None, data["type"])

        name = as_text(name)
        for candidate in (name, slug(name), f"paper/{name}", *self.look.called(form(name).key)):
            if fits(candidate):
                return candidate
        spelt = {known.casefold(): known for known, kind in self.look.names() if type in (None, kind)}
        near = [spelt[match] for match in get_close_matches(name.casefold(), sorted(spelt), n=3)]
        hint = f"did you mean {', '.join(near)}?" if near else "'paperatlas stats DIR' shows what there is"
        what = f"no {type.lower()}" if type else "nothing"
        raise NotFoundError(f"{what} here is called {name!r}", hint=hint)

    def neighbours(
        self,
        name: str,
        relation: str | None = None,
        *,
        direction: str = "both",
        depth: int = 1,
        through_papers: bool = False,
    ) -> tuple[Neighbour, ...]:
        """Return what stands around a node: see :func:`~paperatlas.graph.analysis.links.neighbours`.

        Raises:
            NotFoundError: nothing is called so.
            UsageError: there is no such relation or direction ("both", "out", "in"), or ``depth`` is less than 1.
        """
        return neighbours(
            self.graph,
            self.find(name),
            relation=relation,
            direction=direction,
            depth=depth,
            through_papers=through_papers,
        )

    def paths(
        self, start: str, end: str, *, limit: int = 5, max_length: int = 4, through_papers: bool = False
    ) -> tuple[Route, ...]:
        """Return how two nodes hang together: see :func:`~paperatlas.graph.analysis.paths.paths`. There may be no way.

        Raises:
            NotFoundError: nothing is called so.
            UsageError: both names mean one node, ``limit`` is less than 1, or ``max_length`` is not from 1 to 12.
        """
        ends = self.find(start), self.find(end)
        return paths(self.graph, *ends, limit=limit, max_length=max_length, through_papers=through_papers)

    def timeline(self, name: str | None = None, *, by: str = "year") -> Timeline:
        """Return when something was named, and by whom first; or, without a name, when the papers appeared.

        See :func:`~paperatlas.graph.analysis.timeline.timeline`.

        Raises:
            NotFoundError: nothing is called so.
            UsageError: ``by`` is neither "year" nor "month".
        """
        return timeline(self.graph, self.find(name) if name else None, by=by)

    def leaderboard(self, dataset: str | None = None, metric: str | None = None) -> tuple[Board, ...]:
        """Return the boards of reported scores; of one ``dataset`` and by one ``metric`` if they are named.

        One dataset and metric have a board for each split and unit that papers report: see
        :func:`~paperatlas.graph.analysis.leaderboard.leaderboards`. There may be none.

        Raises:
            NotFoundError: no dataset, or no metric, is called so.
        """
        return leaderboards(
            self.graph,
            dataset=self.find(dataset, type=EntityType.DATASET) if dataset else None,
            metric=self.find(metric, type=EntityType.METRIC) if metric else None,
        )

    def communities(self, *, resolution: float = 1.0, min_size: int = 2, seed: int = 0) -> tuple[Community, ...]:
        """Return groups of things that belong together: see :func:`~paperatlas.graph.analysis.communities.communities`.

        They are named by their most central members.
        """
        return communities(self.graph, resolution=resolution, min_size=min_size, seed=seed)

    def centrality(self, kind: str = "pagerank", *, type: str | None = None) -> tuple[Central, ...]:
        """Return the things, the most central first: see :func:`~paperatlas.graph.analysis.centrality.centrality`.

        Raises:
            UsageError: ``kind`` is none of "support", "pagerank", "degree", "betweenness" and "core"; no such ``type``.
        """
        return centrality(self.graph, kind, type=type)

    def to_pandas(self) -> Frames:
        """Return nodes, edges and results as data frames: see :class:`~paperatlas.graph.analysis.frames.Frames`.

        Raises:
            UsageError: pandas is not installed (``pip install 'paperatlas[pandas]'``).
        """
        return to_pandas(self.graph)

    def things(self) -> list[str]:
        """Return the identifiers of the nodes that are no papers, in order."""
        return [node for node, data in self.graph.nodes.items() if data["type"] != PAPER_TYPE]


def open_atlas(folder: Path) -> Atlas:
    """Open the atlas in ``folder`` (or the store itself).

    Raises:
        AtlasError: there is none, or it cannot be used.
    """
    return Atlas.of(View(store_of(folder)))


def store_of(folder: Path) -> Path:
    """Return the store of the atlas in ``folder`` (or the store itself).

    Raises:
        AtlasError: there is no such folder or file.
    """
    with readable(folder):
        there = folder.exists()
    if not there:
        raise AtlasError(
            "no such folder", where=str(folder), hint="make an atlas with 'paperatlas build INPUT... -o DIR'"
        )
    return folder / STORE if folder.is_dir() else folder
