"""JSON-LD, node by node: the prefixes as its context, one object a line and subject.

Oxigraph's own writer knows no prefixes, rdflib's holds the whole document in memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, BinaryIO

from pyoxigraph import NamedNode

from paperatlas.export.rdf.terms import RDF, XSD, Row, Term


def write(rows: Iterable[Row], out: BinaryIO, prefixes: Mapping[str, str]) -> None:
    """Write triples; those of one subject are together if they come together."""
    context = json.dumps(dict(sorted(prefixes.items())), ensure_ascii=False)
    out.write(f'{{"@context": {context},\n"@graph": ['.encode())
    short = _Shortener(prefixes)
    separator = "\n"
    for subject, group in groupby(rows, key=lambda row: row[0]):
        document = {"@id": short(subject)}
        for _, predicate, value in group:
            _put(document, predicate, value, short)
        out.write((separator + json.dumps(document, ensure_ascii=False)).encode())
        separator = ",\n"
    out.write(b"\n]}\n")


def _put(document: dict[str, Any], predicate: NamedNode, value: Term, short: _Shortener) -> None:
    if predicate == RDF.type:
        document.setdefault("@type", []).append(short(value))
    else:
        document.setdefault(short(predicate), []).append(_value(value, short))


def _value(value: Term, short: _Shortener) -> dict[str, str] | str | int:
    if isinstance(value, NamedNode):
        return {"@id": short(value)}
    if value.language:
        return {"@value": value.value, "@language": value.language}
    if value.datatype == XSD.string:
        return value.value
    if value.datatype == XSD.integer:
        return int(value.value)
    return {"@value": value.value, "@type": short(value.datatype)}


class _Shortener:
    """Writes IRIs by prefixes, where that says the same."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        # The longest first: "id" may lie under another.
        self._prefixes = sorted(prefixes.items(), key=lambda item: -len(item[1]))

    def __call__(self, term: Term) -> str:
        for prefix, namespace in self._prefixes:
            if term.value.startswith(namespace):
                local = term.value[len(namespace) :]
                # What begins with "//" after a colon is read as an IRI of that scheme.
                return term.value if local.startswith("//") else f"{prefix}:{local}"
        return term.value
