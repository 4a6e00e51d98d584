"""What things are called: an IRI for every paper, thing, statement, piece of evidence, result and run.

    base + vq-vae                                             a thing
    base + paper/arXiv:1711.00937                             a paper
    base + statement/vq-vae/appliedTo/image-generation        a statement
    base + evidence/arXiv:1711.00937/120-190                  what a place of a paper's text is evidence for
    base + result/vq-vae/fid/arXiv:1711.00937/120-190/7.3     a reported number

An IRI hangs on what it names, never on an order, so that the same content has the same IRIs in every build.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

from pyoxigraph import NamedNode

from paperatlas.export.namespaces import THINGS
from paperatlas.graph.build import Evidence, Score
from paperatlas.graph.runs import Run

#: What needs no encoding, and cannot be taken for a step up or down a path.
_PLAIN = re.compile(r"(?!\.{1,2}(?:/|$))[A-Za-z0-9:_~-][A-Za-z0-9:._~-]*")
_DOTS = re.compile(r"(?<![^/])\.{1,2}(?![^/])")


# Bounded: a writer's memory does not grow with the graph.
@lru_cache(maxsize=2**11)
def encoded(name: str) -> str:
    """Return a name as part of an IRI's path: what a path cannot hold is percent-encoded as UTF-8.

    A name of dots alone is encoded too: a path would take it for the folder itself, or for the one above.

    >>> encoded("paper/arXiv:1711.00937"), encoded("β-vae"), encoded("../a b")
    ('paper/arXiv:1711.00937', '%CE%B2-vae', '%2E%2E/a%20b')
    """
    if _PLAIN.fullmatch(name):
        return name
    return _DOTS.sub(lambda dots: "%2E" * len(dots[0]), quote(name, safe="/:-._~", errors="surrogatepass"))


class Iris:
    """The IRIs under one base. ``base`` is an absolute IRI that ends in ``/`` or ``#``."""

    def __init__(self, base: str = THINGS) -> None:
        self.base = base
        # Bounded: a writer's memory does not grow with the graph.
        self.node = lru_cache(maxsize=2**11)(self._node)
        #: The scheme that all things are concepts of; no thing's name has a slash.
        self.scheme = NamedNode(f"{base}scheme/things")

    def _node(self, node: str) -> NamedNode:
        """Return the IRI of a node of the graph.

        >>> Iris().node("vq-vae")
        <NamedNode value=https://w3id.org/paperatlas/id/vq-vae>
        """
        return NamedNode(self.base + encoded(node))

    def statement(self, head: str, relation: str, tail: str) -> NamedNode:
        """Return the IRI of the statement that ``relation`` holds between two nodes."""
        return NamedNode(f"{self.base}statement/{encoded(head)}/{relation}/{encoded(tail)}")

    def nanopub(self, head: str, relation: str, tail: str) -> str:
        """Return the IRI of a statement's nanopublication; those of its graphs begin with it."""
        return f"{self.base}nanopub/{encoded(head)}/{relation}/{encoded(tail)}"

    def evidence(self, paper: str, start: int, end: int) -> NamedNode:
        """Return the IRI of the annotation of a place in a paper's text; ``paper`` is a node's identifier."""
        return NamedNode(f"{self.base}evidence/{encoded(_key(paper))}/{start}-{end}")

    def evidence_of(self, evidence: Evidence) -> NamedNode:
        """Return the IRI of the annotation of a sentence."""
        return self.evidence(evidence["paper"], evidence["start"], evidence["end"])

    def result(self, subject: str, metric: str, score: Score) -> NamedNode:
        """Return the IRI of a number reported for ``subject`` by ``metric``: all that tells it from others is in it."""
        place = score["evidence"]
        parts = [subject, metric, _key(place["paper"]), f"{place['start']}-{place['end']}"]
        said = [_segment(score["value"] + score["unit"])]
        if score["dataset"]:
            said += ["on", encoded(score["dataset"])]
        if score["kind"] != "score":
            said.append(_segment(score["kind"]))
        return NamedNode(f"{self.base}result/" + "/".join([*map(encoded, parts), *said]))

    def software(self, run: Run) -> NamedNode:
        """Return the IRI of the software that a run was of."""
        return NamedNode(f"{self.base}software/{_segment(run.software)}/{_segment(run.version or 'unknown')}")

    def model(self, run: Run) -> NamedNode:
        """Return the IRI of the model that a run used."""
        return NamedNode(f"{self.base}model/{_segment(run.model)}/{_segment(run.checksum or 'unknown')}")

    def run(self, identifier: str) -> NamedNode:
        """Return the IRI of a run."""
        return NamedNode(f"{self.base}run/{identifier}")


def _key(paper: str) -> str:
    return paper.removeprefix("paper/")


def _segment(value: str) -> str:
    return encoded(value).replace("/", "%2F")
