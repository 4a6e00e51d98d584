"""A person's word on what is one thing: ``overrides.toml`` in the atlas' folder.

    [[merge]]
    names = ["VQ-VAE", "vector quantising autoencoder"]     # the first gives the thing its name
    [[apart]]
    names = ["AD", "anomaly detection"]
    papers = ["arXiv:2210.14215"]                           # only there; without, everywhere
    [[rename]]
    name = "seq2seq"
    to = "sequence-to-sequence model"
    [[retype]]
    name = { name = "BERT", type = "Method" }               # of several things of a name the one of this type
    type = "Model"
    [[drop]]
    name = "code"

A thing is named as texts name it, however spelt; identifiers would change as papers come and go.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from paperatlas.errors import OverridesError
from paperatlas.extract.paper import clean
from paperatlas.graph.resolve.decisions import NONE, Apart, Drop, Merge, Name, Overrides, Rename, Retype
from paperatlas.graph.resolve.forms import form
from paperatlas.schema import EntityType

#: The file's name in the atlas' folder.
OVERRIDES = "overrides.toml"


def read_overrides(folder: Path) -> Overrides:
    """Read the overrides of the atlas in ``folder``; none if there is no such file.

    Raises:
        OverridesError: the file cannot be read, or says what cannot be meant; the error names the line.
    """
    text = overrides_text(folder)
    return parse_overrides(text, str(folder / OVERRIDES)) if text else NONE


def overrides_text(folder: Path) -> str:
    """Return what the file of overrides says, as it stands; nothing if there is no such file.

    Raises:
        OverridesError: it cannot be read.
    """
    path = folder / OVERRIDES
    try:
        return path.read_text(encoding="utf-8-sig") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise OverridesError(f"cannot be read: {reason}", where=str(path)) from error


def parse_overrides(text: str, source: str = OVERRIDES) -> Overrides:
    """Read overrides from the text of a file called ``source``.

    >>> parse_overrides('[[merge]]\\nnames = ["VQ-VAE", "VQVAE 1"]').merges[0].where
    'overrides.toml:1'

    Raises:
        OverridesError: as :func:`read_overrides`.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise OverridesError(
            f"not TOML: {str(error).split(' (at')[0]}", where=f"{source}:{line[1]}" if line else source
        ) from error
    tables = {kind: [*_tables(document, kind, text, source)] for kind in _READERS}
    unknown = next((name for name in document if name not in _READERS), None)
    if unknown is not None:
        line_number = _line(text, rf"^\s*(?:\[+\s*)?[\"']?{re.escape(unknown)}\b")
        raise OverridesError(
            f"unknown entry {unknown!r}", where=f"{source}:{line_number}", hint=f"one of {', '.join(_READERS)}"
        )
    found = Overrides(
        tuple(_merge(table, where) for table, where in tables["merge"]),
        tuple(_apart(table, where) for table, where in tables["apart"]),
        tuple(_rename(table, where) for table, where in tables["rename"]),
        tuple(_retype(table, where) for table, where in tables["retype"]),
        tuple(_drop(table, where) for table, where in tables["drop"]),
    )
    _refuse_contradictions(found)
    return found


_READERS = {
    "merge": ("names", "papers"),
    "apart": ("names", "papers"),
    "rename": ("name", "to"),
    "retype": ("name", "type"),
    "drop": ("name",),
}


def _tables(document: Mapping[str, Any], kind: str, text: str, source: str) -> Iterator[tuple[dict[str, Any], str]]:
    value = document.get(kind, [])
    lines = [
        n for n, line in enumerate(text.splitlines(), 1) if re.match(rf"\s*\[\[\s*[\"']?{kind}[\"']?\s*\]\]", line)
    ]
    if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
        line = _line(text, rf"^\s*(?:\[+\s*)?{kind}\b")
        raise OverridesError(f"{kind} is no list of tables", where=f"{source}:{line}", hint=f"write [[{kind}]]")
    for number, table in enumerate(value):
        where = f"{source}:{lines[number]}" if number < len(lines) else source
        for key in table:
            if key not in _READERS[kind]:
                known = ", ".join(_READERS[kind])
                raise OverridesError(f"unknown key {key!r} in [[{kind}]]", where=where, hint=f"one of {known}")
        yield table, where


def _line(text: str, pattern: str) -> int:
    return next((n for n, line in enumerate(text.splitlines(), 1) if re.search(pattern, line)), 1)


def _merge(table: Mapping[str, Any], where: str) -> Merge:
    names = _names(table, where)
    if len(names) < 2:
        raise OverridesError("merge needs two names or more", where=where)
    return Merge(names, _papers(table, where), where)


def _apart(table: Mapping[str, Any], where: str) -> Apart:
    names, papers = _names(table, where), _papers(table, where)
    if len(names) < 2 and not papers:
        raise OverridesError("apart needs two names, or papers", where=where)
    if len({(name.key, name.type) for name in names}) < len(names) and not papers:
        raise OverridesError(
            "these names are spelt alike", where=where, hint="papers = [...] says where one means another thing"
        )
    return Apart(names, papers, where)


def _rename(table: Mapping[str, Any], where: str) -> Rename:
    to = table.get("to")
    if not isinstance(to, str) or not form(to).key:
        raise OverridesError("rename needs a name in 'to'", where=where)
    return Rename(_name(table.get("name"), where), clean(" ".join(to.split())), where)


def _retype(table: Mapping[str, Any], where: str) -> Retype:
    return Retype(_name(table.get("name"), where), _type(table.get("type"), where), where)


def _drop(table: Mapping[str, Any], where: str) -> Drop:
    return Drop(_name(table.get("name"), where), where)


def _names(table: Mapping[str, Any], where: str) -> tuple[Name, ...]:
    names = table.get("names")
    if not isinstance(names, list) or not names:
        raise OverridesError("names is no list of names", where=where)
    return tuple(_name(name, where) for name in names)


def _name(value: object, where: str) -> Name:
    if isinstance(value, dict):
        if unknown := [key for key in value if key not in ("name", "type")]:
            raise OverridesError(f"unknown key {unknown[0]!r} in a name", where=where, hint="one of name, type")
        kind = _type(value["type"], where) if "type" in value else None
        value = value.get("name")
    else:
        kind = None
    if not isinstance(value, str) or not form(value).key:
        raise OverridesError("a name is missing or empty", where=where)
    return Name(" ".join(value.split()), kind)


def _type(value: object, where: str) -> EntityType:
    known = {kind.value.casefold(): kind for kind in EntityType}
    if not isinstance(value, str) or value.casefold() not in known:
        raise OverridesError(f"unknown type {value!r}", where=where, hint=", ".join(EntityType))
    return known[value.casefold()]


def _papers(table: Mapping[str, Any], where: str) -> tuple[str, ...]:
    papers = table.get("papers", [])
    if not isinstance(papers, list) or not all(isinstance(paper, str) and paper.strip() for paper in papers):
        raise OverridesError("papers is no list of papers", where=where)
    return tuple(paper.strip().removeprefix("paper/") for paper in papers)


def _refuse_contradictions(found: Overrides) -> None:
    """Refuse to keep apart what a chain of merges makes one.

    Raises:
        OverridesError: the file does; the error names both lines.
    """
    lead: dict[tuple[str, EntityType | None], tuple[str, EntityType | None]] = {}

    def of(name: Name) -> tuple[str, EntityType | None]:
        at = (name.key, name.type)
        while lead.setdefault(at, at) != at:
            at = lead[at]
        return at

    for merge in found.merges:
        for name in merge.names[1:] if not merge.papers else ():
            lead[of(name)] = of(merge.names[0])
    for apart in found.aparts:
        if not apart.papers and len({of(name) for name in apart.names}) < len(apart.names):
            by = next((m.where for m in found.merges if {n.key for n in m.names} & {n.key for n in apart.names}), "")
            raise OverridesError(
                "keeps apart what is merged", where=apart.where, hint=f"see {by}; take one of them out"
            )
    _refuse_two_words(found.renames, "renames a thing that has been renamed")
    _refuse_two_words(found.retypes, "gives a thing a second type")


def _refuse_two_words(entries: Sequence[Rename] | Sequence[Retype], problem: str) -> None:
    seen: dict[tuple[str, EntityType | None], str] = {}
    for entry in entries:
        at = (entry.name.key, entry.name.type)
        if at in seen:
            raise OverridesError(problem, where=entry.where, hint=f"see {seen[at]}; take one of them out")
        seen[at] = entry.where
