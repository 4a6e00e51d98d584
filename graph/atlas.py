"""An atlas opened: its papers, its graph, and how a person's words find a node of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from paperatlas.errors import AtlasError, NotFoundError
from paperatlas.extract.facts import Facts
from paperatlas.extract.paper import Paper
from paperatlas.extract.surface import slug, surface_key
from paperatlas.graph.analysis.leaderboard import Board, leaderboards
from paperatlas.graph.build import PAPER_TYPE, build_graph, paper_id
from paperatlas.graph.runs import Run
from paperatlas.graph.store import read_store
from paperatlas.schema import EntityType

if TYPE_CHECKING:
    import networkx as nx

#: The files of an atlas' folder.
STORE, TURTLE, PAGE = "atlas.db", "atlas.ttl", "atlas.html"


@dataclass(frozen=True)
class Atlas:
    """The facts of some papers, the runs that found them, and the graph that they make."""

    facts: tuple[Facts, ...]
    #: The runs that found the facts, in order of their identifiers.
    runs: tuple[Run, ...] = ()
    #: Which of them found those of which paper: identifiers of runs, by the papers' keys.
    run_ids: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def graph(self) -> nx.MultiDiGraph[str]:
        """The graph; see :mod:`paperatlas.graph.build` for what nodes and edges carry."""
        return build_graph(self.facts)

    @cached_property
    def papers(self) -> dict[str, Paper]:
        """The papers by the identifiers of their nodes."""
        return {paper_id(facts.paper): facts.paper for facts in self.facts}

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
        nodes = {n: data for n, data in self.graph.nodes.items() if type in (None, data["type"])}
        for candidate in (name, slug(name), f"paper/{name}"):
            if candidate in nodes:
                return candidate
        key = surface_key(name)
        found = [n for n, data in nodes.items() if key in _keys([data["name"], *data["aliases"]])]
        if found:
            return max(sorted(found), key=lambda n: nodes[n]["support"])
        spelt = {data["name"].casefold(): data["name"] for data in nodes.values()}
        near = [spelt[match] for match in get_close_matches(name.casefold(), sorted(spelt), n=3)]
        hint = f"did you mean {', '.join(near)}?" if near else "'paperatlas stats DIR' shows what there is"
        what = f"no {type.lower()}" if type else "nothing"
        raise NotFoundError(f"{what} here is called {name!r}", hint=hint)

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

    def things(self) -> list[str]:
        """Return the identifiers of the nodes that are no papers, in order."""
        return [node for node, data in self.graph.nodes.items() if data["type"] != PAPER_TYPE]


def open_atlas(folder: Path) -> Atlas:
    """Open the atlas in ``folder`` (or the store itself).

    Raises:
        AtlasError: there is none, or it cannot be used.
    """
    if not folder.exists():
        raise AtlasError(
            "no such folder", where=str(folder), hint="make an atlas with 'paperatlas build INPUT... -o DIR'"
        )
    content = read_store(folder / STORE if folder.is_dir() else folder)
    run = Run("paperatlas", version="", pipeline="", fingerprint=content.pipeline)
    return Atlas(content.facts, (run,), {facts.paper.key: run.id for facts in content.facts})


def _keys(names: Iterable[str]) -> set[str]:
    return {surface_key(name) for name in names}
