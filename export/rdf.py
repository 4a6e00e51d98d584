"""RDF: the graph as plain triples, and beside each the sentences that state it.

    id:vq-vae a pa:Method ; skos:prefLabel "VQ-VAE" ; pa:appliedTo id:image-generation .
    id:statement/vq-vae/appliedTo/image-generation a pa:Statement ; rdf:subject id:vq-vae ; ... ; pa:evidence [...] .

Terms of our own are in the ontology's namespace (``pa:``), things in another (``id:``); there are no blank nodes, so that
every run gives the same triples under the same names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote

from paperatlas.graph.atlas import Atlas
from paperatlas.graph.build import PAPER_TYPE, EdgeData, Evidence, NodeData, Score

if TYPE_CHECKING:
    from rdflib import Graph, URIRef
    from rdflib.graph import Dataset
    from rdflib.term import Node

#: A triple in rdflib's terms.
Triple = "tuple[URIRef, URIRef, Node]"

ONTOLOGY = "https://w3id.org/paperatlas/ontology#"
THINGS = "https://w3id.org/paperatlas/id/"

#: The prefixes of the exports; queries may use them without declaring them.
PREFIXES: dict[str, str] = {
    "pa": ONTOLOGY,
    "id": THINGS,
    "dcterms": "http://purl.org/dc/terms/",
    "oa": "http://www.w3.org/ns/oa#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "http://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
