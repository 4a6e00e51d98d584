"""Evidence in RDF: a Web Annotation for every place of a paper's text that states something.

    <.../id/evidence/arXiv:1711.00937/120-190> a oa:Annotation ;
        oa:hasBody <.../id/statement/vq-vae/appliedTo/image-generation> ; oa:hasTarget <.../120-190/target> ;
        pa:quote "..." ; pa:paper <.../id/paper/arXiv:1711.00937> ; pa:start 120 ; pa:end 190 .
    <.../120-190/target> a oa:SpecificResource ; oa:hasSource <.../id/paper/arXiv:1711.00937> ;
        oa:hasSelector <.../120-190/quote>, <.../120-190/position> .

Positions count characters (Unicode code points) of the paper's text: its title, a line break, its abstract; or the
abstract alone where there is no title. ``oa:exact`` is that text to the letter, ``pa:quote`` the same as a reader sees
it. See W3C, Web Annotation Data Model, sections 4.2.4 and 4.2.5.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode

from paperatlas.export.rdf.iris import Iris
from paperatlas.export.rdf.terms import OA, PA, A, Row, integer, text
from paperatlas.graph.build import NodeData

#: How many characters before and after the exact text help to find it again.
CONTEXT = 32


def text_of(data: NodeData) -> str:
    """Return the text of a paper that every offset counts in."""
    return f"{data['title']}\n{data['abstract']}" if data["title"] else data["abstract"]


def annotation(
    iris: Iris, paper: str, place: tuple[int, int], data: NodeData, quote: str, bodies: Iterable[NamedNode]
) -> Iterator[Row]:
    """Yield that the text at ``place`` of a paper is evidence of ``bodies``."""
    start, end = place
    me = iris.evidence(paper, start, end)
    target, exactly, position = (NamedNode(f"{me.value}/{part}") for part in ("target", "quote", "position"))
    yield me, A, OA.Annotation
    for body in bodies:
        yield me, OA.hasBody, body
    yield me, OA.hasTarget, target
    yield me, PA.quote, text(quote)
    yield me, PA.paper, iris.node(paper)
    yield me, PA.start, integer(start)
    yield me, PA.end, integer(end)
    yield target, A, OA.SpecificResource
    yield target, OA.hasSource, iris.node(paper)
    yield target, OA.hasSelector, exactly
    yield target, OA.hasSelector, position
    whole = text_of(data)
    yield exactly, A, OA.TextQuoteSelector
    yield exactly, OA.exact, text(whole[start:end])
    yield exactly, OA.prefix, text(whole[max(0, start - CONTEXT) : start])
    yield exactly, OA.suffix, text(whole[end : end + CONTEXT])
    yield position, A, OA.TextPositionSelector
    yield position, OA.start, integer(start)
    yield position, OA.end, integer(end)
