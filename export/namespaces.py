"""The namespaces of the RDF exports. Free of RDF libraries, so that help texts and queries can name them."""

from __future__ import annotations

import re

from paperatlas.errors import UsageError

#: Terms of our own.
ONTOLOGY = "https://w3id.org/paperatlas/ontology#"
#: Papers, things, statements, unless the user sets another base.
THINGS = "https://w3id.org/paperatlas/id/"

#: The vocabularies that the exports speak, by their usual prefixes.
SPOKEN: dict[str, str] = {
    "cr": "http://mlcommons.org/croissant/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "fabio": "http://purl.org/spar/fabio/",
    "fair4ml": "https://w3id.org/fair4ml#",
    "mls": "http://www.w3.org/ns/mls#",
    "np": "http://www.nanopub.org/nschema#",
    "oa": "http://www.w3.org/ns/oa#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

#: Those of the ontology, the shapes and the descriptions of whole files.
DESCRIBING: dict[str, str] = {
    "cito": "http://purl.org/spar/cito/",
    "cskg-ont": "http://scholkg.kmi.open.ac.uk/cskg/ontology#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "lpwc-class": "https://linkedpaperswithcode.com/class/",
    "lpwc-property": "https://linkedpaperswithcode.com/property/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": "http://www.w3.org/ns/shacl#",
    "void": "http://rdfs.org/ns/void#",
}

VOCABULARIES = SPOKEN | DESCRIBING

#: The prefixes that queries may use without declaring them.
PREFIXES: dict[str, str] = {"pa": ONTOLOGY, "id": THINGS, **VOCABULARIES}

#: An absolute http(s) IRI that ends where names are appended, and holds nothing that an IRI must not.
_BASE = re.compile(r"https?://[^\s<>\"{}|\\^`\x00-\x20/?#]+(?:/[^\s<>\"{}|\\^`\x00-\x20?#]*)?[/#]")


#: Lists that people write identifiers of with a prefix.
OUTSIDE: dict[str, str] = {
    "cso": "https://cso.kmi.open.ac.uk/topics/",
    "mesh": "http://id.nlm.nih.gov/mesh/",
    "orkg": "http://orkg.org/orkg/resource/",
    "wd": "http://www.wikidata.org/entity/",
    "wikidata": "http://www.wikidata.org/entity/",
}
_ABSOLUTE = re.compile(r"(?:https?://|urn:)[^\s<>\"{}|\\^`\x00-\x20]+")


def outside_iri(identifier: str) -> str:
    """Return the IRI that an identifier of an outside list is, or nothing if it is none: none is made up.

    >>> outside_iri("wd:Q192776"), outside_iri("https://example.org/x"), outside_iri("Q192776")
    ('http://www.wikidata.org/entity/Q192776', 'https://example.org/x', '')
    """
    prefix, _, local = identifier.partition(":")
    expanded = OUTSIDE[prefix.lower()] + local if prefix.lower() in OUTSIDE and local else identifier
    return expanded if _ABSOLUTE.fullmatch(expanded) else ""


def known_base(base: str) -> str:
    """Return ``base``, the beginning of the IRIs of papers and things, if it can be one.

    >>> known_base("https://example.org/atlas/")
    'https://example.org/atlas/'

    Raises:
        UsageError: it cannot.
    """
    if not _BASE.fullmatch(base):
        hint = "an absolute IRI that ends in / or #, such as https://example.org/atlas/"
        raise UsageError(f"{base!r} is no base for IRIs", hint=hint)
    return base


def prefixes(base: str = THINGS) -> dict[str, str]:
    """Return the prefixes that an export with ``base`` declares: of namespaces that lie in one another, one.

    >>> prefixes("https://example.org/")["id"]
    'https://example.org/'
    """
    own = {"pa": ONTOLOGY} | SPOKEN
    return {name: space for name, space in own.items() if not space.startswith(base)} | {"id": base}
