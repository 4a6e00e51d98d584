"""Whether an atlas is what it was written to be, and says nothing that its texts do not say.

Every mention and every piece of evidence is read again in the stored text, every hash is computed again, and the graph
is linked again from the facts and compared.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from paperatlas.errors import PaperatlasError
from paperatlas.extract.facts import Facts, Span
from paperatlas.extract.latex import fold
from paperatlas.graph.authority import kept_authority
from paperatlas.graph.linking import Linked, link
from paperatlas.graph.overrides import read_overrides
from paperatlas.graph.store.revision import code_fingerprint
from paperatlas.graph.store.rows import Row, Stored, read
from paperatlas.graph.store.schema import FACTS, connect, is_current, readable
from paperatlas.graph.store.seal import holds
from paperatlas.graph.store.writing import ORDER, edge_row, family_rows, member_rows, node_rows
from paperatlas.schema import PAPER, SIGNATURES

_ANEW = "'paperatlas build -o DIR' links it anew"


class Fault(NamedTuple):
    """Something that does not hold: in which file, of what, and why."""

    file: str
    what: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}: {self.what}: {self.problem}"


def verify(store: Path) -> Iterator[Fault]:
    """Yield what does not hold in a store and in the files that were made of it, beside it.

    Raises:
        AtlasError: there is no store, it is something else, or of a newer version.
    """
    connection = connect(store)
    with closing(connection):
        try:
            with readable(store):
                for problem in _problems(connection, store):
                    yield problem if isinstance(problem, Fault) else Fault(str(store), *problem)
        # Of the store, or of what a person or an outside list says beside it.
        except PaperatlasError as error:
            yield Fault(error.where or str(store), "file", error.problem)


def _problems(connection: sqlite3.Connection, store: Path) -> Iterator[Fault | tuple[str, str]]:
    if not is_current(connection):
        yield "schema", f"of an older version, which kept no hashes; {_ANEW}"
    else:
        for (problem,) in connection.execute("PRAGMA integrity_check(10)"):
            if problem != "ok":
                yield "file", " ".join(problem.split())
        meta = dict(connection.execute("SELECT name, value FROM meta"))
        if not holds(store, meta.get("seal", "")):
            yield "seal", "the file is not as it was written: at least one byte of it has changed"
        yield from _exports(store.parent, meta)
    texts: dict[str, str] = {}
    facts: list[Facts] = []
    digests: dict[str, str] = dict(connection.execute("SELECT paper, digest FROM papers"))
    for stored in read(connection):
        texts[stored.key] = stored.paper.text
        facts.append(stored.facts)
        if is_current(connection) and stored.digest != digests[stored.key]:
            yield f"paper {stored.key}", "the paper or its facts are not as they were written: their hash is another"
        for problem in _ungrounded(stored):
            yield f"paper {stored.key}", problem
    yield from _strays(connection, texts)
    if is_current(connection):
        linked = link(facts, decisions=read_overrides(store.parent), authority=kept_authority(store.parent))
        yield from _graph(connection, linked, digests, by_this=meta.get("code") == code_fingerprint())
        yield from _misquoted(connection, texts)


def _exports(folder: Path, meta: Mapping[str, str]) -> Iterator[Fault]:
    for name, expected in json.loads(meta.get("exports", "{}")).items():
        path = folder / name
        if problem := _differs(path, expected):
            yield Fault(str(path), "file", problem)


def _differs(path: Path, expected: str) -> str:
    """Return why a file that was made of the store is not what it was, or nothing; it need not be there."""
    # A link that leads nowhere is there, too.
    if not os.path.lexists(path):
        return ""
    if not path.is_file():
        return f"is no file; move it away: {_ANEW}"
    try:
        content = path.read_bytes()
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return "" if hashlib.sha256(content).hexdigest() == expected else f"not what was made of the store; {_ANEW}"


def _ungrounded(stored: Stored) -> Iterator[str]:
    """Yield what a paper's facts say that its text does not, or that the schema forbids."""
    text = stored.paper.text
    types = {PAPER: PAPER} | {entity.key: entity.type.value for entity in stored.facts.entities}
    for entity in stored.facts.entities:
        if not entity.mentions:
            yield f"entity {entity.key!r} is mentioned nowhere"
        for span in entity.mentions:
            if not _stands(span, text):
                yield f"mention {span.start}-{span.end} of {entity.key!r} is no text of it"
    for relation in stored.facts.relations:
        what = f"{relation.head!r} {relation.type.value} {relation.tail!r}"
        if not _stands(relation.evidence, text):
            yield f"evidence {relation.evidence.start}-{relation.evidence.end} of {what} is no text of it"
        if not {relation.head, relation.tail} <= types.keys():
            yield f"{what} is stated of what it does not name"
        elif not SIGNATURES[relation.type].allows(types[relation.head], types[relation.tail]):
            yield f"{what} is against the schema"
    for result in stored.facts.results:
        what = f"the result {result.value!r} of {result.subject!r}"
        if not _stands(result.evidence, text):
            yield f"evidence {result.evidence.start}-{result.evidence.end} of {what} is no text of it"
        elif result.value.lstrip("-") not in result.evidence.of(text).replace(",", ""):
            yield f"{what} does not stand in its evidence"


def _stands(span: Span, text: str) -> bool:
    return 0 <= span.start < span.end <= len(text) and bool(span.of(text).strip())


def _strays(connection: sqlite3.Connection, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield rows of papers that are not there, and mentions that are not what stands at their place."""
    for table in FACTS.keys() - {"runs", "papers"}:
        query = f"SELECT DISTINCT paper FROM {table} WHERE paper NOT IN (SELECT paper FROM papers)"  # noqa: S608
        for (paper,) in connection.execute(query):
            yield f"paper {paper}", f"not there, but has {table}"
    for paper, run in connection.execute("SELECT paper, run FROM papers WHERE run NOT IN (SELECT id FROM runs)"):
        yield f"paper {paper}", f"was read by the run {run!r}, which is not there"
    for paper, entity, start, end, surface in connection.execute("SELECT * FROM mentions"):
        if paper in texts and texts[paper][start:end] != surface:
            yield f"paper {paper}", f"at {start}-{end} stands {texts[paper][start:end]!r}, not {surface!r} ({entity})"


def _graph(
    connection: sqlite3.Connection, linked: Linked, digests: Mapping[str, str], *, by_this: bool
) -> Iterator[tuple[str, str]]:
    """Yield what of the stored graph is not what the facts give."""
    why = "" if by_this else f" (it was linked by another version; {_ANEW})"
    for table, expected in _expected(linked, digests).items():
        stored = connection.execute(f"SELECT * FROM {table} ORDER BY {ORDER[table]}")  # noqa: S608
        # Behind a row that is missing or too much all others are out of step: the first tells.
        for row, found in zip_longest(expected, stored):
            if row != found:
                named = (row or found)[: 1 if table == "nodes" else ORDER[table].count(",") + 1]
                yield f"{table} {' '.join(named)}", f"not what the facts give{why}"
                break


def _expected(linked: Linked, digests: Mapping[str, str]) -> dict[str, Iterator[Row]]:
    names: list[Row] = []

    def nodes() -> Iterator[Row]:
        for node in linked.nodes:
            rows = node_rows(node, linked.node(node), linked.node_basis(node, digests))
            names.extend(rows["names"])
            yield from rows["nodes"]

    def edges() -> Iterator[Row]:
        return (edge_row(key, linked.edge(key), linked.edge_basis(key, digests)) for key in linked.edges)

    def later(rows: list[Row]) -> Iterator[Row]:
        yield from sorted(rows)

    return {
        "nodes": nodes(),
        "edges": edges(),
        "names": later(names),
        "members": iter(member_rows(linked)),
        "families": iter(family_rows(linked)),
    }


def _misquoted(connection: sqlite3.Connection, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield evidence of edges that does not stand in the text, and what has none."""
    for head, kind, tail, data in connection.execute("SELECT head, type, tail, data FROM edges"):
        what = f"edge {head} {kind} {tail}"
        edge = json.loads(data)
        if not edge["evidence"]:
            yield what, "has no evidence"
        for place in [*edge["evidence"], *(score["evidence"] for score in edge["results"])]:
            text = texts.get(place["paper"].removeprefix("paper/"), "")
            quote = " ".join(fold(text[place["start"] : place["end"]]).text.split())
            if not quote or quote != place["quote"]:
                yield what, f"evidence {place['start']}-{place['end']} of {place['paper']} is not what stands there"
    for node, data in connection.execute("SELECT node, data FROM nodes WHERE type <> 'Paper'"):
        mentions = json.loads(data).get("mentions", ())
        if not mentions:
            yield f"node {node}", "is mentioned nowhere"
        for mention in mentions:
            text = texts.get(mention["paper"].removeprefix("paper/"), "")
            if not _stands(Span(mention["start"], mention["end"]), text):
                yield f"node {node}", f"mention {mention['start']}-{mention['end']} of {mention['paper']} is no text"
