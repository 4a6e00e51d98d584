"""Writing a person's word down: entries of ``overrides.toml`` added or taken out, comments and order kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperatlas.files import atomic_writer
from paperatlas.graph.overrides import OVERRIDES, parse_overrides
from paperatlas.graph.resolve.decisions import Name
from paperatlas.graph.resolve.forms import form

if TYPE_CHECKING:
    import tomlkit


def merge(folder: Path, names: Sequence[Name], papers: Sequence[str] = ()) -> None:
    """Say that things are one, known by the first name; what kept them apart is taken out.

    Raises:
        OverridesError: the file cannot be read, or it would say what cannot be meant; it is left as it was.
        OutputError: it cannot be written.
    """
    _write(folder, "apart", "merge", names, papers)


def keep_apart(folder: Path, names: Sequence[Name], papers: Sequence[str] = ()) -> None:
    """Say that things are never one, or mean another thing in some papers; what merged them is taken out.

    Raises:
        OverridesError: as :func:`merge`.
        OutputError: as :func:`merge`.
    """
    _write(folder, "merge", "apart", names, papers)


def rename(folder: Path, name: Name, to: str) -> None:
    """Say what a thing is to be called; an earlier word on that is replaced.

    Raises:
        OverridesError: as :func:`merge`.
        OutputError: as :func:`merge`.
    """
    document = _read(folder)
    for entry in _entries(document, "rename"):
        known = {form(entry["to"]).key, _key(entry["name"])}
        if name.key in known:
            entry["to"] = to
            break
    else:
        _append(document, "rename", {"name": _plain(name), "to": to})
    _save(folder, document)


def _write(folder: Path, against: str, kind: str, names: Sequence[Name], papers: Sequence[str]) -> None:
    document = _read(folder)
    keys = {name.key for name in names}
    for entry in _entries(document, against):
        if [*entry.get("papers", [])] != [*papers]:
            continue
        if len(keys & {_key(name) for name in entry["names"]}) > 1:
            for name in names[1:]:
                for written in [*entry["names"]]:
                    if _key(written) == name.key:
                        entry["names"].remove(written)
            if len(entry["names"]) < 2:
                document[against].remove(entry)
    if against in document and not document[against]:
        del document[against]
    said: dict[str, Any] = {"names": [_plain(name) for name in names]}
    if papers:
        said["papers"] = [*papers]
    if said not in [entry.unwrap() for entry in _entries(document, kind)]:
        _append(document, kind, said)
    _save(folder, document)


def _read(folder: Path) -> tomlkit.TOMLDocument:
    import tomlkit

    path = folder / OVERRIDES
    if not path.exists():
        return tomlkit.document()
    text = path.read_text(encoding="utf-8-sig")
    parse_overrides(text, str(path))
    return tomlkit.parse(text)


def _entries(document: tomlkit.TOMLDocument, kind: str) -> list[Any]:
    return [*document.get(kind, ())]


def _append(document: tomlkit.TOMLDocument, kind: str, values: dict[str, Any]) -> None:
    import tomlkit

    table = tomlkit.table()
    for key, value in values.items():
        table.add(key, tomlkit.item(value))
    if kind not in document:
        if document.as_string().strip():
            document.add(tomlkit.nl())
        document.add(kind, tomlkit.aot())
    elif document[kind]:
        document[kind][-1].add(tomlkit.nl())
    document[kind].append(table)


def _save(folder: Path, document: tomlkit.TOMLDocument) -> None:
    import tomlkit

    path = folder / OVERRIDES
    text = tomlkit.dumps(document).lstrip("\n")
    parse_overrides(text, str(path))
    with atomic_writer(path) as out:
        out.write(text.encode())


def _plain(name: Name) -> str | dict[str, str]:
    return {"name": name.name, "type": name.type.value} if name.type else name.name


def _key(written: Any) -> str:
    return form(written["name"] if isinstance(written, dict) else written).key
