"""SSSOM: which identifiers of outside lists the things of an atlas are, as the mapping table that mapping tools read.

    #curie_map:
    #  id: https://w3id.org/paperatlas/id/
    #  wd: http://www.wikidata.org/entity/
    #mapping_set_id: https://w3id.org/paperatlas/id/mappings
    subject_id	subject_label	predicate_id	object_id	object_label	mapping_justification	...
    id:vq-vae	VQ-VAE	skos:exactMatch	wd:Q123	VQ-VAE	semapv:LexicalMatching	...

The format: https://mapping-commons.github.io/sssom/ (1.0). Identifiers are prefixed names, as it wants; an identifier
that is no IRI is given as it stands in its list.

Spreadsheets open such tables, too: a cell that they would run as a formula gets an apostrophe in front, as in
:mod:`.tables`. No IRI, prefixed or not, begins like one.
"""

from __future__ import annotations

import csv
import io
import re
from typing import BinaryIO, NamedTuple
from urllib.parse import quote

from paperatlas.export.namespaces import OUTSIDE, THINGS, VOCABULARIES, outside_iri
from paperatlas.export.tables import defused
from paperatlas.graph.atlas import Atlas
from paperatlas.graph.build import nodes
from paperatlas.graph.resolve import Reason

_COLUMNS = (
    "subject_id subject_label predicate_id object_id object_label mapping_justification subject_type "
    "subject_match_field object_match_field match_string"
).split()
#: Nobody has said under what terms the mappings may be used.
_LICENSE = "https://w3id.org/sssom/license/unspecified"


class _Mapping(NamedTuple):
    node: str
    name: str
    identifier: str
    label: str
    form: str


def write_sssom(atlas: Atlas, out: BinaryIO) -> None:
    """Write a row a tie, in order of the things; the head names every prefix in use."""
    mappings = [
        _Mapping(node, data["name"], identifier, *_matched(data.get("reasons", []), identifier))
        for node, data in nodes(atlas.graph)
        for identifier in data.get("exact", ())
    ]
    prefixes = {"id": THINGS, "semapv": "https://w3id.org/semapv/vocab/", "skos": VOCABULARIES["skos"]}
    objects = {m.identifier: _compact(m.identifier, prefixes) for m in mappings}
    head = ["curie_map:", *(f"  {prefix}: {base}" for prefix, base in sorted(prefixes.items()))]
    head += [
        f"license: {_LICENSE}",
        f"mapping_set_id: {THINGS}mappings",
        "mapping_set_title: Things of an atlas of papers",
    ]
    out.write("".join(f"#{line}\n" for line in head).encode())
    made = io.StringIO()
    writer = csv.writer(made, delimiter="\t", lineterminator="\n")
    writer.writerow(_COLUMNS)
    for m in mappings:
        subject = f"id:{quote(m.node, safe='-._~')}"
        tie = (subject, m.name, "skos:exactMatch", objects[m.identifier], m.label)
        row = (*tie, "semapv:LexicalMatching", "skos concept", "skos:prefLabel", "rdfs:label", m.form)
        writer.writerow(map(defused, row))
    out.write(made.getvalue().encode())


def _matched(reasons: list[Reason], identifier: str) -> tuple[str, str]:
    """Return what the outside list calls a thing, and the form by which the two met."""
    for reason in reasons:
        if reason["rule"] == "authority" and reason["note"] == identifier:
            return reason["forms"][1], reason["forms"][0]
    return "", ""


def _compact(identifier: str, prefixes: dict[str, str]) -> str:
    """Return an identifier as a prefixed name; its prefix is added to ``prefixes``."""
    full = outside_iri(identifier)
    if not full:
        return identifier
    known = {base: prefix for prefix, base in OUTSIDE.items()} | {base: prefix for prefix, base in prefixes.items()}
    local = re.split(r"[/#:]", full)[-1]
    base = full.removesuffix(local)
    prefix = known.get(base) or f"ns{1 + sum(name.startswith('ns') for name in prefixes)}"
    prefixes[prefix] = base
    return f"{prefix}:{local}"
