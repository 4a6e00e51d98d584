"""What is fuzzed: functions of bytes that may raise nothing but what a person is told; and where to begin from."""

from __future__ import annotations

import gzip
import io
import json
import logging
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO, cast

import pyoxigraph as ox

from paperatlas.errors import InputError, QueryError
from paperatlas.export.serve.negotiation import GRAPHS, RESULTS
from paperatlas.export.serve.protocol import RefusedError, understood
from paperatlas.export.sparql import Data, ask, notes
from paperatlas.export.sparql.questions import questions
from paperatlas.export.sparql.tokens import tokens
from paperatlas.extract.fetch import arxiv, doi, markup, openalex
from paperatlas.extract.fetch.client import Client
from paperatlas.extract.fetch.failures import PassingError, json_object
from paperatlas.extract.latex import fold
from paperatlas.extract.paper import Paper, Source
from paperatlas.extract.readers import FORMATS, detect
from paperatlas.extract.readers.files import TextFile
from paperatlas.extract.readers.records import Skipped, paper_from
from paperatlas.rdf import load_bytes

Target = Callable[[bytes], None]

_ABSTRACT = "We introduce Foo, a network that does far more than one would think of so small a thing. It is new."

#: Files to begin from, one a format.
SEEDS: dict[str, str] = {
    "abstracts": f"Abstract:{_ABSTRACT}\nAbstract: {_ABSTRACT}\n",
    "blocks": f"{_ABSTRACT}\n\n74 pages\n\narXiv:2203.07814\nCreated: 2022-02-08\n\n{_ABSTRACT}\n",
    "jsonl": json.dumps({"id": "a", "title": "Foo", "abstract": _ABSTRACT, "authors": ["A"], "year": 2022}) + "\n",
    "json": json.dumps({"papers": [{"id": "a", "summary": _ABSTRACT}, {"text": f"Bar\n{_ABSTRACT}"}]}, indent=1),
    "atom": '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/2203.07814v2'
    f"</id><title>Foo</title><summary>{_ABSTRACT}</summary><author><name>A</name></author></entry></feed>",
    "anthology": '<collection id="2024.x"><volume id="1"><meta><year>2024</year><month>May</month></meta><paper id="1">'
    f"<title>F<b>o</b>o</title><abstract>{_ABSTRACT}</abstract><url>2024.x-1.1</url></paper></volume></collection>",
    "bibtex": "@string{a = {b}}\n@article{foo, title = {{F}oo} # a,\n year = 2022, month = feb, eprint = {2203.07814},"
    f'\n abstract = "{_ABSTRACT}"}}\n@comment{{x}}\n',
    "ris": f"TY  - JOUR\nTI  - Foo\nAU  - One, A.\nPY  - 2022/02/08\nDO  - 10.1000/foo\nAB  - {_ABSTRACT}\nER  - \n",
    "csv": f'id,Title,Abstract,Year\na,Foo,"{_ABSTRACT}",2022\n',
    "tsv": f"key\ttitle\tabstract note\tdate\na\tFoo\t{_ABSTRACT}\t2022\n",
}

#: And pieces of what else is read.
MORE_SEEDS = {
    "request": (
        b"GET\nquery=ASK%7B%7D&default-graph-uri=a%3Ab\n\ntext/csv;q=0.5, */*;q=0.1\n",
        b"POST\n\napplication/x-www-form-urlencoded; charset=utf-8\n\nquery=ASK+%7B%7D&named-graph-uri=a%3Ab",
        b"POST\nusing-graph-uri=a\napplication/sparql-query\ntext/turtle\nASK {}",
    ),
    # The first byte chooses the format.
    "rdf": (
        b"\0@prefix a: <b:> .\na:c a:d [ a:e (1 2.5 'x'@en) ], <<( a:f a:g \"h\" )>> .\n",
        b'\1<a:b> <a:c> "d\\u0041"^^<a:e> <a:f> .\n',
        b"\2<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:e='a:'><e:A rdf:about='a:x'>"
        b"<e:p rdf:parseType='Collection'><e:B/></e:p></e:A></rdf:RDF>",
        b'\3{"@context": {"a": "b:"}, "@id": "a:c", "a:d": [{"@value": "e", "@language": "en"}, {"@list": [1]}]}',
        b"\4@prefix a: <b:> .\n{ ?x a:c a:d } => { a:e!a:f a a:g } .\n",
    ),
}


def reader(name: str, content: bytes) -> None:
    """Read a file, plain or packed, in one format."""
    packed = content[:2] == b"\x1f\x8b"
    stream: object = gzip.GzipFile(fileobj=io.BytesIO(content)) if packed else io.BytesIO(content)
    file = TextFile("fuzz", cast("BinaryIO", stream))
    try:
        for item in FORMATS[name].read(file):
            _check(item)
    except InputError as error:
        _told(str(error))


def found(content: bytes) -> None:
    """Find out the format of a file, and read it so."""
    try:
        name = detect(TextFile("fuzz", io.BytesIO(content)).head())
    except InputError as error:
        _told(str(error))
        return
    if name:
        reader(name, content)


def latex(content: bytes) -> None:
    """Fold LaTeX; every character comes from where it is said to."""
    text = content.decode("utf-8", "replace")
    folded = fold(text)
    assert folded.text == text or folded.starts is not None
    if folded.starts is not None and folded.ends is not None:
        assert len(folded.starts) == len(folded.ends) == len(folded.text)
        assert all(0 <= a < b <= len(text) for a, b in zip(folded.starts, folded.ends, strict=True))


def answers(content: bytes) -> None:
    """Read what a service might answer."""
    client = Client(arxiv.SERVICE)
    for read in (partial(arxiv._read, client), openalex._list, json_object):
        try:
            answer = read(content)
        except (PassingError, ValueError) as error:
            _told(str(error))
            continue
        if read is openalex._list:
            for work in cast("tuple[list[object], int | None, str]", answer)[0]:
                _check(openalex._paper(work, Source("fuzz", 1)))
        elif isinstance(answer, dict):
            _check(doi._paper(answer, Source("doi:10.1000/x", 1)))
            _check(paper_from(answer, Source("fuzz", 1)))
            _check(openalex._paper(answer, Source("fuzz", 1)))
    markup.plain(content.decode("utf-8", "replace"))


def query(content: bytes) -> None:
    """Ask whatever it is, of no data: what is no query is told, with its place."""
    text = content.decode("utf-8", "replace")
    assert "".join(token.text for token in tokens(text)) == text
    try:
        answer = ask(Data(ox.Store()), text).result
        if not isinstance(answer, ox.QueryBoolean):
            next(iter(answer), None)
        notes(text)
    except QueryError as error:
        _told(error.problem)
        if not error.where.startswith("query"):
            raise


def request(content: bytes) -> None:
    """Understand a request: its method, parameters, type, what it accepts, and its body, each on a line."""
    method, parameters, kind, accept, body = (content.split(b"\n", 4) + [b""] * 5)[:5]
    line = [part.decode("latin-1") for part in (method, parameters, kind, accept)]
    try:
        asked = understood(line[0], line[1], line[2], body, line[3])
    except RefusedError as error:
        _told(error.reason)
        if error.status // 100 != 4:
            raise
        return
    assert asked is None or (asked.results in RESULTS and asked.graph in GRAPHS and asked.query.encode() is not None)


def rdf(content: bytes) -> None:
    """Load RDF, of the format that the first byte chooses."""
    if content:
        try:
            load_bytes(ox.Store(), content[1:], RDF_FORMATS[content[0] % len(RDF_FORMATS)], "fuzz")
        except InputError as error:
            _told(str(error))


def _check(item: object) -> None:
    """Check that what was read can be used further on."""
    assert isinstance(item, Paper | Skipped)
    if isinstance(item, Paper):
        assert item.abstract.strip()
        assert "\n" not in item.title
        item.text.encode()
        item.key.encode()
    else:
        _told(str(item))


def _told(message: str) -> None:
    assert message.strip()
    assert "\n" not in message


def seeds(name: str) -> Iterator[bytes]:
    """Yield what a target begins from."""
    if name in SEEDS:
        yield SEEDS[name].encode()
        yield gzip.compress(SEEDS[name].encode(), mtime=0)
    elif name == "latex":
        yield rb"Fr\'echet {\em Gato} $\delta_{2}$-VAE, 67.5\%~of \cite[a]{b}, ``x'' --- $5 and $6 \foo \"{o}"
    elif name == "answers":
        yield SEEDS["atom"].replace("<entry>", "<totalResults>1</totalResults><entry>", 1).encode()
        yield b'{"meta": {"count": 1, "next_cursor": "x"}, "results": [{"abstract_inverted_index": {"a": [0]}}]}'
        yield b'{"DOI": "10.1000/x", "abstract": "<jats:p>We</jats:p>", "issued": {"date-parts": [[2024, 5]]}}'
    elif name == "query":
        yield from (each.query.encode() for each in questions())
        yield b"SELECT * { VALUES (?s ?p) { (1 'x') } FILTER(?p IN (1, 2.5e1) && EXISTS { ?s ^<a:c>*/<a:d>? [] }) }"
        yield b"CONSTRUCT { ?s ?p <<( ?a ?b 'c' )>> } WHERE { { SELECT ?s (MAX(?x) AS ?p) { ?s ?x 1 } GROUP BY ?s } }"
    elif name in ("request", "rdf"):
        yield from MORE_SEEDS[name]
    else:
        yield from (text.encode() for text in SEEDS.values())


#: The formats of RDF that differ in how they are read; any other is like one of these.
RDF_FORMATS = (ox.RdfFormat.TRIG, ox.RdfFormat.N_QUADS, ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD, ox.RdfFormat.N3)

logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)

TARGETS: dict[str, Target] = {name: partial(reader, name) for name in FORMATS} | {
    "found": found,
    "latex": latex,
    "answers": answers,
    "query": query,
    "request": request,
    "rdf": rdf,
}
