"""What a person is asked about: merges that are not sure, and things that could be one and are kept apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from paperatlas.files import atomic_writer
from paperatlas.graph import edits
from paperatlas.graph.atlas import Atlas
from paperatlas.graph.build import nodes
from paperatlas.graph.overrides import OVERRIDES, overrides_text
from paperatlas.graph.resolve.decisions import Name, Overrides
from paperatlas.graph.resolve.forms import form
from paperatlas.graph.store.lock import locked

#: Remembers what was skipped, in the atlas' folder.
SKIPPED = "review.json"
#: Reasons less sure than this are asked about, and near misses from this on.
_SURE, _POSSIBLE = 0.95, 0.3
#: How long an answer waits for somebody who changes the atlas, in seconds.
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Question:
    """Whether two forms are one thing's, everywhere or in some papers."""

    one: Name
    other: Name
    papers: tuple[str, ...]
    #: Whether they are taken for one as long as nobody answers.
    merged: bool
    sureness: float
    note: str
    support: int

    @property
    def id(self) -> str:
        """What names the question in the file of those skipped."""
        return " | ".join(sorted((self.one.key, self.other.key)))


def questions(atlas: Atlas, decisions: Overrides, skipped: frozenset[str] = frozenset()) -> list[Question]:
    """Return what a person is to be asked, what concerns most papers first; nothing that was answered or skipped."""
    found = {question.id: question for question in _questions(atlas)}
    return sorted(
        (q for q in found.values() if q.id not in skipped and not _answered(q, decisions)),
        key=lambda q: (-q.support, q.sureness, q.id),
    )


def _questions(atlas: Atlas) -> Iterator[Question]:
    by_id = dict(nodes(atlas.graph))
    for data in by_id.values():
        for reason in data.get("reasons", ()):
            if reason["rule"] == "abbreviation" and reason["sureness"] < _SURE:
                one, other = map(Name, reason["forms"][:2])
                papers = tuple(reason["papers"])
                yield Question(one, other, papers, True, reason["sureness"], reason["note"], len(papers))
        for near in data.get("near", ()):
            beside = by_id.get(near["node"])
            if near["sureness"] >= _POSSIBLE and beside and form(near["forms"][0]).key != form(near["forms"][1]).key:
                first, second = map(Name, near["forms"][:2])
                support = min(data["support"], beside["support"])
                yield Question(first, second, (), False, near["sureness"], near["note"], support)


def _answered(question: Question, decisions: Overrides) -> bool:
    keys = {question.one.key, question.other.key}
    said = [(merge.names, merge.papers) for merge in decisions.merges]
    said += [(apart.names, apart.papers) for apart in decisions.aparts]
    return any(
        (not papers or (question.papers and set(question.papers) <= set(papers)))
        and keys <= {name.key for name in names}
        for names, papers in said
    )


def answer(folder: Path, question: Question, *, same: bool) -> None:
    """Write an answer to the overrides of the atlas in ``folder``.

    Raises:
        OverridesError: it contradicts what the file says; the file is left as it was.
        OutputError: it cannot be written.
        AtlasError: somebody else does not end changing the atlas.
    """
    say = edits.merge if same else edits.keep_apart
    path = folder / OVERRIDES
    with locked(folder, wait=_PATIENCE, waiting=lambda _text: None):
        text = say(overrides_text(folder), (question.one, question.other), question.papers, source=str(path))
        with atomic_writer(path) as out:
            out.write(text.encode())


def read_skipped(folder: Path) -> frozenset[str]:
    """Return the questions that were skipped; none if the file is missing or damaged: they are asked again."""
    try:
        known = json.loads((folder / SKIPPED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return frozenset()
    skipped = known.get("skipped") if isinstance(known, dict) else None
    return frozenset(map(str, skipped)) if isinstance(skipped, list) else frozenset()


def write_skipped(folder: Path, skipped: frozenset[str]) -> None:
    """Remember the questions that were skipped.

    Raises:
        OutputError: it cannot be written.
    """
    with atomic_writer(folder / SKIPPED) as out:
        out.write(json.dumps({"skipped": sorted(skipped)}, ensure_ascii=False, indent=1).encode() + b"\n")
