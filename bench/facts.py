"""Facts that ``paperatlas extract`` wrote, read back for what is measured beside extraction."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from paperatlas.extract.facts import Facts, facts_from_json
from paperatlas.extract.identifiers import arxiv_id
from paperatlas.extract.jsonlines import read_objects
from paperatlas.extract.paper import Paper, Source


def read_facts(path: Path) -> Iterator[Facts]:
    """Yield the facts of each line; each paper comes from a place of its own."""
    for number, (_, data) in enumerate(read_objects(path), 1):
        title = data["title"] or ""
        abstract = data["text"][len(title) + 1 :] if title else data["text"]
        source = Source(path.name, number)
        paper = Paper(abstract, data["id"], title, data["date"] or "", arxiv=arxiv_id(data["id"]), sources=(source,))
        yield facts_from_json(paper, data)
