"""The namespaces of the RDF exports. Free of RDF libraries, so that help texts and queries can name them."""

from __future__ import annotations

#: Terms of our own.
ONTOLOGY = "https://w3id.org/paperatlas/ontology#"
#: Papers, things, statements.
THINGS = "https://w3id.org/paperatlas/id/"

#: The prefixes of the exports; queries may use them without declaring them.
PREFIXES: dict[str, str] = {
    "pa": ONTOLOGY,
    "id": THINGS,
    "dcterms": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
