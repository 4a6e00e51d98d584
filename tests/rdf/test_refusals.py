"""Whether what is refused before Oxigraph sees it is what Oxigraph would do: it asks another server wherever it can."""

from __future__ import annotations

import re
from contextlib import suppress

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperatlas.errors import QueryError
from paperatlas.export.sparql.refusals import refuse

_PREFIXES = "PREFIX a: <http://a/> PREFIX : <http://127.0.0.1:9/> "
_ASKS = "SERVICE <http://127.0.0.1:9/> { ?s ?p ?o }"

#: Where letters, a string, an IRI or a comment seem to hide it.
SMUGGLED = [
    "SELECT * { SERVICE:a { ?s ?p ?o } }",
    "SELECT * { SERVICEa:b { ?s ?p ?o } }",
    "SELECT * { GRAPH a:g {} SERVICEa:b { ?s ?p ?o } }",
    "SELECT * { SERVICESILENT<http://127.0.0.1:9/> { ?s ?p ?o } }",
    "SELECT * { ?s ?p trueSERVICE<http://127.0.0.1:9/> { ?s ?p ?o } }",
    "SELECT * { ?s ?p 1.0SERVICE:a { ?s ?p ?o } }",
    "SELECT * { ?s ?p a:.SERVICE:a { ?s ?p ?o } }",
    f"SELECT * {{ FILTER(1<2){_ASKS}#>\n}}",
    f"SELECT * {{ FILTER(EXISTS {{}}<2){_ASKS}#>\n}}",
    f"SELECT * {{ FILTER('x'^^<http://d><3){_ASKS}#>\n}}",
    f"SELECT (1<2 AS ?q) {{ {_ASKS} }}#>",
    f'SELECT * {{ FILTER(?a<?b#>"""\n) {_ASKS} #"""\n}}',
    f"SELECT * {{ ?x ?y <<(?s?p'>')>> . {_ASKS} #'''\n}}",
    f"SELECT * {{ VALUES ?x {{'''a'}} {_ASKS} #\\q'''\n}}",
    f'SELECT * {{ VALUES ?x {{"""a"}} {_ASKS} #\\q"""\n}}',
    f"SELECT * {{ VALUES ?x {{'' 'a'''}} {_ASKS} #'''\n}}",
    f"BASE <http://b/> SELECT * {{ BIND('\\u0027'<<'\\u0027'#> AS ?z) {_ASKS}#'\n}}",
]

#: What is no such thing, however it looks.
HARMLESS = [
    "SELECT * { ?s ?p 'SERVICE <http://e> {}' }",
    "SELECT * { ?s ?p <http://e/SERVICE#(a)'> }",
    "SELECT * { ?s <#SERVICE> ?o # SERVICE\n}",
    "SELECT * { ?s a:b.SERVICE ?serviceSERVICE . ?s ?p 'a'@en-SERVICE }",
    "SELECT * { FILTER(?x<abs(?y)&&?z>3) }",
    "SELECT * { FILTER(?x<=5||?z>=3||?a<?b&&?c>?d) }",
    "SELECT * { ?s a:p/<#q>|^<#r> (<#one> 'two') }",
    "PREFIX service: <http://e/> SELECT * { service:a a:b service:c }",
    "PREFIX service: <http://e/> SELECT * FROM service:g { GRAPH service:a { ?s ?p ?o } }",
]

_PARTS = [
    *" \n'\"#<>(){}[].,;=!|&^*+?/\\1a",
    *(
        "'''",
        '"""',
        "\\'",
        "\\q",
        "<<",
        ">>",
        "<#",
        "#>",
        "<p>",
        "<http://e/>",
        "?a",
        "a:b",
        "_:c",
        "true",
        "'a'",
        "@en",
    ),
    *("\\u0027", "\\u0022", "\\u0023", "\\u003C", "\\U0000003E"),
    *("FILTER(", "BIND(", "AS ?c)", "VALUES ?v {", "EXISTS {", "SERVICE ", "SERVICE:a", "SERVICESILENT", "\u00b7", "é"),
]
_FRAMES = [
    "SELECT * {{ {} {}{{?s ?p ?o}}{} }}",
    "SELECT * {{ FILTER({}) {}{{?s ?p ?o}}{} }}",
    "SELECT * {{ VALUES ?v {{ {} }} {}{{?s ?p ?o}}{} }}",
    "SELECT * {{ ?s a:p ({}) {}{{?s ?p ?o}}{} }}",
    "SELECT ({} AS ?q) {{ {}{{?s ?p ?o}}{} }}",
]
_JUNK = st.lists(st.sampled_from(_PARTS), max_size=5).map("".join)
_CALL = st.sampled_from(
    ["SERVICE <http://127.0.0.1:9/>", "SERVICE:a", "SERVICESILENT<http://127.0.0.1:9/#>", "SERVICEa:b"]
)
_TAIL = _JUNK | st.sampled_from(["#'''\n", '#"""\n', "#>\n", "#'\n"])


def is_read(query: str) -> bool:
    """Tell whether Oxigraph reads a query; what happens when it is answered makes no difference."""
    try:
        ox.Store().query(query, base_iri="http://b/")
    except SyntaxError:
        return False
    except (ValueError, OSError, RuntimeError):
        return True
    return True


def asks_another(query: str) -> bool:
    """Tell whether SERVICE is a keyword to Oxigraph: with other letters in its place the query is none."""
    return is_read(query) and not is_read(re.sub("service", "servicx", query, flags=re.IGNORECASE))


@pytest.mark.parametrize("query", SMUGGLED)
def test_no_other_server_is_asked(query: str) -> None:
    assert asks_another(_PREFIXES + query), "or this is no test"
    with pytest.raises(QueryError):
        refuse(_PREFIXES + query)


@pytest.mark.parametrize("query", HARMLESS)
def test_what_only_looks_like_it_is_answered(query: str) -> None:
    assert is_read(_PREFIXES + query)
    refuse(_PREFIXES + query)


def test_what_may_be_two_things_is_refused_with_what_to_do() -> None:
    with pytest.raises(
        QueryError, match=r"<#a> is an IRI, or 'less than' and more \(put a blank behind < if it is that"
    ):
        refuse("SELECT * { VALUES (?a ?b) { (1 <#a>) } }")
    with pytest.raises(QueryError, match="nested too deep"):
        refuse(f"ASK {{ FILTER(1<{'(' * 200}1{')' * 200}>2) }}")


@settings(max_examples=1500)
@given(st.sampled_from(_FRAMES), _JUNK, _CALL, _TAIL)
def test_nothing_gets_by_that_asks_another_server(frame: str, junk: str, call: str, tail: str) -> None:
    query = _PREFIXES + frame.format(junk, call, tail)
    with suppress(QueryError):
        refuse(query)
        assert not asks_another(query)
