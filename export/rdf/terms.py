"""The terms that the RDF is made of: ``PA.Statement``, ``SKOS.prefLabel``; and literals as we write them.

Terms are Oxigraph's: they are made, compared and serialized many times faster than rdflib's.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pyoxigraph import Literal, NamedNode

from paperatlas.export.namespaces import ONTOLOGY, VOCABULARIES

Term = NamedNode | Literal
Row = tuple[NamedNode, NamedNode, Term]


class Vocabulary:
    """The terms of a namespace, as attributes or items, each made once.

    >>> Vocabulary("http://www.w3.org/2004/02/skos/core#").prefLabel
    <NamedNode value=http://www.w3.org/2004/02/skos/core#prefLabel>
    """

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def __getattr__(self, name: str) -> NamedNode:
        if name.startswith("__"):
            raise AttributeError(name)
        term = NamedNode(self._namespace + name)
        setattr(self, name, term)
        return term

    def __getitem__(self, name: str) -> NamedNode:
        found: NamedNode = getattr(self, name)
        return found


PA = Vocabulary(ONTOLOGY)
CITO, CR, DC, DCAT, DCTERMS, FABIO, FAIR4ML, MLS, NP, OA, OWL, PROV, RDF, RDFS, SCHEMA, SD, SKOS, VOID, XSD = (
    Vocabulary(VOCABULARIES[prefix])
    for prefix in ("cito cr dc dcat dcterms fabio fair4ml mls np oa owl prov rdf rdfs schema sd skos void xsd".split())
)
A = RDF.type

#: What XML Schema takes for a year, a month, a day, a number.
_DATES = {
    XSD.gYear: re.compile(r"\d{4}"),
    XSD.gYearMonth: re.compile(r"\d{4}-(?:0[1-9]|1[0-2])"),
    XSD.date: re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"),
}
_DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")


def text(value: str) -> Literal:
    """Return a plain string; halves of characters, which no file can hold, become U+FFFD."""
    if value.isascii():
        return Literal(value)
    return Literal(value.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def english(value: str) -> Literal:
    """Return a text in English."""
    return Literal(value, language="en")


@lru_cache(maxsize=2**10)
def integer(value: int) -> Literal:
    """Return a whole number."""
    return Literal(str(value), datatype=XSD.integer)


def decimal(value: str) -> Literal:
    """Return a number with the digits that it was reported with; what is no number remains a text.

    Turtle cannot write a decimal without a point.

    >>> decimal("73").value, decimal("73.090").value, decimal("n/a").datatype.value
    ('73.0', '73.090', 'http://www.w3.org/2001/XMLSchema#string')
    """
    if not _DECIMAL.fullmatch(value):
        return text(value)
    whole, _, fraction = value.partition(".")
    return Literal(f"{whole}.{fraction or '0'}", datatype=XSD.decimal)


def date(value: str) -> Literal:
    """Return a date as precise as it is known: a year, a month, a day; what is no date remains a text.

    >>> date("2022-05").datatype.value
    'http://www.w3.org/2001/XMLSchema#gYearMonth'
    """
    datatype = next((kind for kind, form in _DATES.items() if form.fullmatch(value)), None)
    return Literal(value, datatype=datatype) if datatype else text(value)


def address(value: str) -> Literal:
    """Return an address as data: nothing dereferences it, and it need not be a good one."""
    return Literal(text(value).value, datatype=XSD.anyURI)
