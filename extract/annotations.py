"""Annotated abstracts as files: what models learn from and are measured with. docs/training.md has the format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from paperatlas.errors import InputError
from paperatlas.extract.jsonlines import read_objects
from paperatlas.schema import PAPER, EntityType, RelationType


def read_annotated(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """Read files of annotated abstracts, one JSON object a line, and fill in what may be left out.

    Raises:
        InputError: a file cannot be read or has nothing in it, or a line is no annotated abstract; it says why.
    """
    found: list[dict[str, Any]] = []
    for path in paths:
        before = len(found)
        for where, record in read_objects(path):
            if problem := next(_problems(record), ""):
                raise InputError(f"no annotated abstract: {problem}", where=where)
            default = {"id": f"document {len(found) + 1}", "relations": [], "results": []}
            found.append(default | record | {"entities": [*map(_named, record["entities"])]})
        if len(found) == before:
            raise InputError("no annotated abstract in it", where=str(path))
    return found


def _named(entity: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``entity`` with a name and with aliases: of these one is enough."""
    aliases = entity.get("aliases") or [entity["name"]]
    return {"name": aliases[0]} | {**entity, "aliases": aliases}


def _problems(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield what keeps ``record`` from being an annotated abstract."""
    if not isinstance(record.get("text"), str) or not record["text"].strip():
        yield "without text"
    for name, default in (("entities", None), ("relations", []), ("results", [])):
        listed = record.get(name, default)
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            yield f"without a list of {name}"
            return
    keys = {PAPER, *(str(entity.get("key")) for entity in record["entities"])}
    for entity in record["entities"]:
        types = [entity.get("type"), *(entity.get("alt_types") or ())]
        yield from (f"no type of things: {kind}" for kind in types if kind not in set(EntityType))
        forms = entity.get("aliases") or [entity.get("name")]
        if not isinstance(entity.get("key"), str) or not all(isinstance(form, str) and form for form in forms):
            yield f"an entity without key or aliases: {entity.get('key') or entity.get('name')}"
    for relation in record.get("relations", ()):
        if relation.get("type") not in set(RelationType):
            yield f"no type of relations: {relation.get('type')}"
        yield from (f"no entity: {relation.get(end)}" for end in ("head", "tail") if relation.get(end) not in keys)
