"""RDF from outside is hostile: as the data of a query, and as a list that an atlas is tied to."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from paperatlas.errors import InputError
from paperatlas.export.sparql import ask, load
from paperatlas.graph.authority import read_authority

RDF_XML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:s="http://www.w3.org/2004/02/skos/core#">'
)
NAMED = '<rdf:Description rdf:about="http://e.example/x"><s:prefLabel>{}</s:prefLabel></rdf:Description></rdf:RDF>'
LAUGHS = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
DEEP = 100_000
NO_DOCTYPE = "XML with such a document type declaration is not read (all that it may do is to declare plain entities"

#: Name of a file, what is in it, and what is told.
REFUSED: dict[str, tuple[str, bytes, str]] = {
    "laughs": ("a.rdf", f'<!DOCTYPE x [<!ENTITY a "ha">{LAUGHS}]>{RDF_XML}{NAMED.format("&i;")}'.encode(), NO_DOCTYPE),
    "a file": (
        "a.owl",
        f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>{RDF_XML}{NAMED.format("&a;")}'.encode(),
        NO_DOCTYPE,
    ),
    "entities twice": (
        "a.rdf",
        f'<!DOCTYPE x [<!ENTITY a "a"><!ENTITY a "{"b" * 900}">]>{RDF_XML}{NAMED.format("&a;")}'.encode(),
        NO_DOCTYPE,
    ),
    "entities behind a comment": (
        "a.rdf",
        f'<!-- <!DOCTYPE x []> --><!DOCTYPE x [<!ENTITY a "ha">{LAUGHS}]>{RDF_XML}{NAMED.format("&i;")}'.encode(),
        NO_DOCTYPE,
    ),
    "entities far away": (
        "a.rdf",
        f"<!-- <!DOCTYPE x []> {' ' * 2**20}--><!DOCTYPE x [{LAUGHS}]>{RDF_XML}{NAMED.format('&i;')}".encode(),
        NO_DOCTYPE,
    ),
    "entities in another encoding": (
        "a.rdf",
        f'<!DOCTYPE x [<!ENTITY a "ha">]>{RDF_XML}{NAMED.format("&a;")}'.encode("utf-16"),
        NO_DOCTYPE,
    ),
    "many entities": (
        "a.rdf",
        f'<!DOCTYPE x [<!ENTITY a "{"a" * 1000}">]>{RDF_XML}{NAMED.format("&a;" * 100_000)}'.encode(),
        "not well-formed XML: Maximum entity amplification factor exceeded",
    ),
    "another file's definition": (
        "a.xml",
        f'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">{RDF_XML}{NAMED.format("a")}'.encode(),
        NO_DOCTYPE,
    ),
    "deep XML": (
        "a.rdf",
        (RDF_XML + "<s:A><s:b>" * DEEP + "</s:b></s:A>" * DEEP + "</rdf:RDF>").encode(),
        "more than 256 elements in one another",
    ),
    "deep terms": (
        "a.ttl",
        b"<a:a> <a:b> " + b"<<( <a:a> <a:b> " * DEEP + b"1" + b" )>>" * DEEP + b" .",
        "more than 256 triple terms in one another",
    ),
    "deep JSON": ("a.jsonld", b'{"@graph":' * DEEP + b"1" + b"}" * DEEP, "not readable as RDF: "),
    "a token without end": ("a.nt", b'<a:a> <a:b> "' + b"a" * 2**25, "not readable as RDF: "),
    "zeros": ("a.ttl", bytes(1000), "not readable as RDF: "),
    "another encoding": ("a.ttl", "<a:a> <a:b> <a:c> .".encode("utf-16"), "not readable as RDF: "),
    "broken XML": ("a.rdf", RDF_XML.encode(), "not well-formed XML: "),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_no_parser_bears_is_refused(case: str, tmp_path: Path, patience: None) -> None:
    name, content, told = REFUSED[case]
    (tmp_path / name).write_bytes(content)
    for read in (load, read_authority):
        with pytest.raises(InputError) as error:
            read(tmp_path / name)
        assert str(error.value).startswith(f"{tmp_path / name}: {told}")


def test_entities_that_shorten_namespaces_are_read(tmp_path: Path) -> None:
    """As ontology editors write them."""
    entities = '<!DOCTYPE rdf:RDF [\n <!ENTITY e "http://e.example/" >\n <!ENTITY s "Gato">\n]>\n'
    named = '<rdf:Description rdf:about="&e;x"><s:prefLabel>&s;</s:prefLabel></rdf:Description></rdf:RDF>'
    (tmp_path / "a.rdf").write_text(f'<?xml version="1.0"?>\n{entities}{RDF_XML}{named}')
    (entry,) = read_authority(tmp_path / "a.rdf")
    assert (entry.id, entry.name) == ("http://e.example/x", "Gato")


def test_no_context_is_fetched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.3)
        (tmp_path / "a.jsonld").write_text(
            f'{{"@context": "http://127.0.0.1:{listening.getsockname()[1]}/x", "@id": "a:a", "a:b": 1}}'
        )
        for read in (load, read_authority):
            with pytest.raises(InputError, match="not readable as RDF"):
                read(tmp_path / "a.jsonld")
        with pytest.raises(TimeoutError):
            listening.accept()


def test_what_only_looks_deep_is_read(tmp_path: Path, patience: None) -> None:
    """Blank nodes and lists in one another are no depth to the parser; nor are terms one after the other."""
    for content, count in (
        (b"<a:a> <a:b> " + b"[ <a:b> " * 20_000 + b"1" + b"]" * 20_000 + b" .", 20_001),
        (b"<a:a> <a:b> " + b"<<( <a:a> <a:b> 1 )>>, " * 70_000 + b'"<<(" .', 2),
        (b"<a:a> <a:b> " + b"<<( <a:a> <a:b> " * 200 + b"1" + b" )>>" * 200 + b" .", 1),
    ):
        (tmp_path / "a.ttl").write_bytes(content)
        rows = ask(load(tmp_path / "a.ttl"), "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").table()
        assert rows
        assert rows.rows == [[str(count)]]


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    script = f"{sys.executable} -m paperatlas query <(echo '<a:a> <a:b> 1, 2 .') 'SELECT ?o {{ ?s ?p ?o }}' -f csv"
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(re.findall(r"\d", done.stdout)) == ["1", "2"]
