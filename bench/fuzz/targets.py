"""What is fuzzed: functions of bytes that may raise nothing but what a person is told; and where to begin from."""

from __future__ import annotations

import gzip
import io
import json
import logging
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO, cast

from paperatlas.errors import InputError
from paperatlas.extract.fetch import arxiv, doi, openalex
from paperatlas.extract.fetch.client import Client
from paperatlas.extract.fetch.failures import PassingError, json_object
from paperatlas.extract.latex import fold
from paperatlas.extract.paper import Paper, Source
from paperatlas.extract.readers import FORMATS, detect
from paperatlas.extract.readers.files import TextFile
from paperatlas.extract.readers.records import Skipped, paper_from

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
    doi.plain(content.decode("utf-8", "replace"))


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
    else:
        yield from (text.encode() for text in SEEDS.values())


logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)

TARGETS: dict[str, Target] = {name: partial(reader, name) for name in FORMATS} | {
    "found": found,
    "latex": latex,
    "answers": answers,
}
