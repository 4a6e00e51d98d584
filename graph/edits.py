"""A person's word in the text of ``overrides.toml``: entries added or taken out, comments and order kept.

``text`` is what the file says, ``source`` what it is called where it contradicts itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from paperatlas.graph.overrides import OVERRIDES, parse_overrides
from paperatlas.graph.resolve.decisions import Name
from paperatlas.graph.resolve.forms import form

if TYPE_CHECKING:
    import tomlkit


def merge(text: str, names: Sequence[Name], papers: Sequence[str] = (), *, source: str = OVERRIDES) -> str:
    """Say that things are one, known by the first name; what kept them apart is taken out. Return the new text.

    Raises:
        OverridesError: the text says what cannot be meant, or would.
    """
    return _said(text, source, "apart", "merge", names, papers)


def keep_apart(text: str, names: Sequence[Name], papers: Sequence[str] = (), *, source: str = OVERRIDES) -> str:
    """Say that things are never one, or mean another thing in some papers; what merged them is taken out.

    Raises:
        OverridesError: as :func:`merge`.
    """
    return _said(text, source, "merge", "apart", names, papers)


def rename(text: str, name: Name, to: str, *, source: str = OVERRIDES) -> str:
    """Say what a thing is to be called; an earlier word on that is replaced.

    Raises:
        OverridesError: as :func:`merge`.
    """
    document = _parsed(text, source)
    for entry in _entries(document, "rename"):
        known = {form(entry["to"]).key, _key(entry["name"])}
        if name.key in known:
            entry["to"] = to
            break
    else:
        _append(document, "rename", {"name": _plain(name), "to": to})
    return _written(document, source)


def _said(text: str, source: str, against: str, kind: str, names: Sequence[Name], papers: Sequence[str]) -> str:
    document = _parsed(text, source)
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
    return _written(document, source)


def _parsed(text: str, source: str) -> tomlkit.TOMLDocument:
    import tomlkit

    parse_overrides(text, source)
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


def _written(document: tomlkit.TOMLDocument, source: str) -> str:
    import tomlkit

    text = tomlkit.dumps(document).lstrip("\n")
    parse_overrides(text, source)
    return text


def _plain(name: Name) -> str | dict[str, str]:
    return {"name": name.name, "type": name.type.value} if name.type else name.name


def _key(written: Any) -> str:
    return form(written["name"] if isinstance(written, dict) else written).key
