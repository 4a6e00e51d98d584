"""``python -m paperatlas.export.rdf.vocabulary``: the ontology and the shapes, made from the schema.

What the schema knows (types, relations, what may hold between what) is written here; the rest of our terms stands in
``export/data``: ``terms.ttl``, and the shapes of nodes, of evidence and of nanopublications. A test holds the files
that are made to what this module says, so that a new relation is one row of the schema and one run of this command.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from importlib.resources import files

from paperatlas.export.namespaces import PREFIXES
from paperatlas.schema import PAPER, SIGNATURES, TYPE_MEANINGS, EntityType, RelationType, Signature

#: The files in ``export/data`` that users' tools take.
ONTOLOGY_FILE, SHAPES_FILE, NANOPUB_SHAPES_FILE = "ontology.ttl", "shapes.ttl", "shapes-nanopub.ttl"

#: What a type is in other vocabularies: what it is a kind of, and what comes near.
_TYPES: dict[EntityType, tuple[str, str]] = {
    EntityType.MODEL: ("fair4ml:MLModel", "lpwc-class:model"),
    EntityType.METHOD: ("", "cskg-ont:Method, lpwc-class:method"),
    EntityType.DATASET: ("schema:Dataset", "mls:Dataset, lpwc-class:dataset"),
    EntityType.TASK: ("mls:Task", "cskg-ont:Task, lpwc-class:task"),
    EntityType.METRIC: ("mls:EvaluationMeasure", "cskg-ont:Metric"),
}

#: The same for relations. A relation of ours holds for methods and papers too, so that it is near to one of theirs, and
#: no case of it; those of CiTO hold between papers.
_RELATIONS: dict[RelationType, tuple[str, str]] = {
    RelationType.USES: ("", "cito:usesMethodIn"),
    RelationType.EXTENDS: ("", "cito:extends"),
    RelationType.IS_A: ("skos:broaderTransitive", ""),
    RelationType.APPLIED_TO: ("", "fair4ml:mlTask"),
    RelationType.TRAINED_ON: ("", "fair4ml:trainedOn"),
    RelationType.EVALUATED_ON: ("", "fair4ml:evaluatedOn"),
}
_INVERSES = {RelationType.INTRODUCES: "lpwc-property:introducedBy"}

_DEFINED = "rdfs:isDefinedBy <https://w3id.org/paperatlas/ontology>"


def ontology() -> str:
    """Return the ontology as Turtle (OWL 2)."""
    types = ", ".join(f"pa:{kind}" for kind in EntityType)
    parts = [
        _prefixes(),
        _data("terms.ttl"),
        "### The types of things\n",
        f"pa:Thing owl:unionOf ( {types.replace(',', '')} ) .\n",
        # Readers take one thing for a model or for a method; nobody takes a metric for a dataset.
        "[] a owl:AllDisjointClasses ; owl:members ( pa:System pa:Dataset pa:Task pa:Metric ) .\n",
        'pa:System a owl:Class ;\n    rdfs:label "System"@en ;\n'
        '    rdfs:comment "A model or a method."@en ;\n    rdfs:subClassOf pa:Thing ;\n'
        f"    owl:unionOf ( pa:Model pa:Method ) ;\n    {_DEFINED} .\n",
        *map(_type, EntityType),
        "### The relations\n",
        *(_relation(relation, signature) for relation, signature in SIGNATURES.items()),
    ]
    return "\n".join(parts)


def shapes() -> str:
    """Return the SHACL shapes of the profiles ``plain`` and ``evidence`` as Turtle."""
    relations = " ".join(f"pa:{relation}" for relation in RelationType)
    dates = " ".join(f"[ sh:datatype xsd:{kind} ]" for kind in ("gYear", "gYearMonth", "date", "string"))
    nodes = _data("node_shapes.ttl").replace("pa:relations", f"( {relations} )").replace("pa:dateForms", f"( {dates} )")
    made = (_relation_shape(relation, signature) for relation, signature in SIGNATURES.items())
    between = "### The relations: what may hold between what\n"
    return "\n".join([_prefixes(), nodes, _data("evidence_shapes.ttl"), between, *made])


def nanopub_shapes() -> str:
    """Return the SHACL shapes of the profile ``nanopub`` as Turtle."""
    return "\n".join([_prefixes(), _data("nanopub_shapes.ttl"), _data("evidence_shapes.ttl")])


def inverse_name(signature: Signature) -> str:
    """Return the name of a relation told from its tail, or "" where it reads the same in both directions.

    >>> inverse_name(SIGNATURES[RelationType.TRAINED_ON]), inverse_name(SIGNATURES[RelationType.COMPARED_WITH])
    ('isTrainingDataOf', '')
    """
    if signature.symmetric:
        return ""
    first, *others = re.sub(r"\ban? ", "", signature.inverse).split()
    return first + "".join(word.capitalize() for word in others)


def _type(kind: EntityType) -> str:
    kind_of, near = _TYPES[kind]
    parents = ", ".join(part for part in ("pa:Thing", kind_of) if part)
    lines = [
        f"pa:{kind} a owl:Class",
        f"rdfs:label {_text(kind)}",
        f"rdfs:comment {_text(TYPE_MEANINGS[kind])}",
        f"rdfs:subClassOf {parents}",
        *([f"skos:closeMatch {near}"] if near else []),
        _DEFINED,
    ]
    return _block(lines)


def _relation(relation: RelationType, signature: Signature) -> str:
    parent, near = _RELATIONS.get(relation, ("", ""))
    kinds = ["owl:ObjectProperty"]
    kinds += ["owl:SymmetricProperty"] * signature.symmetric + ["owl:TransitiveProperty"] * signature.transitive
    inverse = inverse_name(signature)
    lines = [
        f"pa:{relation} a {', '.join(kinds)}",
        f"rdfs:label {_text(signature.reads)}",
        f"rdfs:comment {_text(signature.meaning)}",
        f"rdfs:domain {_union(head for head, _ in signature.pairs)}",
        f"rdfs:range {_union(tail for _, tail in signature.pairs)}",
        *([f"rdfs:subPropertyOf {parent}"] if parent else []),
        *([f"skos:closeMatch {near}"] if near else []),
        *([f"owl:inverseOf pa:{inverse}"] if inverse else []),
        _DEFINED,
    ]
    if not inverse:
        return _block(lines)
    near_inverse = [f"skos:closeMatch {_INVERSES[relation]}"] if relation in _INVERSES else []
    told_back = [
        f"pa:{inverse} a owl:ObjectProperty",
        f"rdfs:label {_text(signature.inverse)}",
        f"rdfs:comment {_text(f'The inverse of pa:{relation}; not written, but for a reasoner to find.')}",
        *near_inverse,
        _DEFINED,
    ]
    return _block(lines) + "\n" + _block(told_back)


def _relation_shape(relation: RelationType, signature: Signature) -> str:
    tails: dict[str, set[str]] = defaultdict(set)
    for head, tail in signature.pairs:
        tails[head].add(tail)
    heads: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for head in sorted(tails):
        heads[tuple(sorted(tails[head]))].append(head)
    choices = [
        f"[ {_any_class(group)} ; sh:property [ sh:path pa:{relation} ; sh:nodeKind sh:IRI ; {_any_class(allowed)} ] ]"
        for allowed, group in sorted(heads.items())
    ]
    name = relation[0].upper() + relation[1:]
    listed = "\n        ".join(choices)
    return (
        f"pa:{name}Shape a sh:NodeShape ;\n    sh:targetSubjectsOf pa:{relation} ;\n"
        f"    sh:message {_text(f'what {signature.reads} what: not between these types')} ;\n"
        f"    sh:or (\n        {listed}\n    ) .\n"
    )


def _any_class(kinds: Iterable[str]) -> str:
    classes = [_class(kind) for kind in kinds]
    if len(classes) == 1:
        return f"sh:class {classes[0]}"
    return f"sh:or ( {' '.join(f'[ sh:class {name} ]' for name in classes)} )"


def _union(kinds: Iterable[str]) -> str:
    classes = [_class(kind) for kind in sorted(set(kinds))]
    return classes[0] if len(classes) == 1 else f"[ a owl:Class ; owl:unionOf ( {' '.join(classes)} ) ]"


def _class(kind: str) -> str:
    return "pa:Paper" if kind == PAPER else f"pa:{kind}"


def _block(lines: Iterable[str]) -> str:
    return " ;\n    ".join(lines) + " .\n"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False) + "@en"


def _prefixes() -> str:
    names = sorted(set(PREFIXES) - {"id"})
    return "".join(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in names)


def _data(name: str) -> str:
    return (files("paperatlas.export") / "data" / name).read_text(encoding="utf-8")


def main() -> None:
    """Write the files to where they are shipped from."""
    from pathlib import Path

    folder = Path(__file__).parents[1] / "data"
    for name, make in MADE.items():
        (folder / name).write_text(make(), encoding="utf-8")


#: What makes each file of ``export/data`` that is made.
MADE = {ONTOLOGY_FILE: ontology, SHAPES_FILE: shapes, NANOPUB_SHAPES_FILE: nanopub_shapes}

if __name__ == "__main__":
    main()
