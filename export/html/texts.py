"""The papers' texts as the page shows them: without LaTeX, with every mention marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from paperatlas.export.html.excerpt import Excerpt
from paperatlas.extract.latex import fold
from paperatlas.graph.atlas import Atlas
from paperatlas.graph.build import Evidence

#: A thing named in a text: its first character, the one behind its last, its node.
Mark = tuple[int, int, str]
#: A passage of a paper: the paper's node, and characters of its text.
Place = tuple[str, int, int]


class PaperView(TypedDict):
    """A paper as the page needs it. Offsets are into ``text``; ``title`` is how long the title in it is, or 0."""

    label: str
    text: str
    title: int
    date: str
    link: str
    marks: list[Mark]


class Texts:
    """The folded texts of the papers that a page holds, by their nodes."""

    def __init__(self, atlas: Atlas, chosen: Excerpt) -> None:
        self._chosen = chosen
        self.papers = {node: atlas.papers[node] for node in chosen.papers}
        self._folded = {node: fold(paper.text) for node, paper in self.papers.items()}

    def place(self, evidence: Evidence) -> Place:
        """Return where a sentence stands in the text that is shown."""
        folded = self._folded[evidence["paper"]]
        start, end = folded.reading(evidence["start"], evidence["end"])
        return evidence["paper"], _units(folded.text, start), _units(folded.text, end)

    def views(self) -> dict[str, PaperView]:
        """Return the papers with the things named in them."""
        marks: dict[str, list[Mark]] = {node: [] for node in self._folded}
        for thing in self._chosen.things:
            for mention in self._chosen.nodes[thing]["mentions"]:
                if mention["paper"] in marks:
                    start, end = self._folded[mention["paper"]].reading(mention["start"], mention["end"])
                    marks[mention["paper"]].append((start, end, thing))
        views = {}
        for node, paper in self.papers.items():
            folded = self._folded[node]
            views[node] = PaperView(
                label=paper.label,
                text=folded.text,
                title=_units(folded.text, folded.reading(0, len(paper.title))[1]) if paper.title else 0,
                date=paper.date,
                link=paper.link,
                marks=[(_units(folded.text, a), _units(folded.text, b), thing) for a, b, thing in _apart(marks[node])],
            )
        return views


def _units(text: str, offset: int) -> int:
    """Return an offset as JavaScript counts it, in units of UTF-16.

    >>> _units("a\\U0001f409b", 2)
    3
    """
    return len(text[:offset].encode("utf-16-le", "surrogatepass")) // 2


def _apart(marks: Sequence[Mark]) -> list[Mark]:
    """Keep of marks that overlap the longest."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda m: (m[0] - m[1], m)):
        if all(mark[1] <= other[0] or other[1] <= mark[0] for other in kept):
            kept.append(mark)
    return sorted(kept)
