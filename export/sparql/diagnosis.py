"""What is wrong with a query that Oxigraph does not take: where, and what was probably meant.

Oxigraph's parser names the furthest place that any of its rules looked at, which may lie behind the mistake by the
length of a keyword. The first token that no query can go on with is found by asking it how far each beginning of the
query makes sense.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from itertools import pairwise

import pyoxigraph as ox

from paperatlas.errors import QueryError
from paperatlas.export.sparql.tokens import Token, meaningful

_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.S)
#: What the parser says in words rather than as a list of what it expected.
_REASONS = re.compile(r"(?:expected (?:one of )?)(?P<reason>[A-Z][a-z]{1,30} [a-zA-Z ]{1,200}[a-z])(?=$|,)")
_KEYWORDS = (
    "ADD ALL AS ASC ASK AVG BASE BIND BOUND BY CLEAR COALESCE CONCAT CONSTRUCT CONTAINS COUNT DESC DESCRIBE DISTINCT "
    "EXISTS FILTER FROM GRAPH GROUP GROUP_CONCAT HAVING IF IN LANG LCASE LIMIT MAX MIN MINUS NAMED NOT OFFSET OPTIONAL "
    "ORDER PREFIX REDUCED REGEX REPLACE SAMPLE SELECT SEPARATOR STR STRAFTER STRBEFORE STRENDS STRLEN STRSTARTS SUBSTR "
    "SUM UCASE UNDEF UNION UNION VALUES WHERE YEAR"
).split()
_UPDATES = frozenset("INSERT DELETE LOAD CLEAR DROP CREATE ADD MOVE COPY WITH".split())
_ROOM = " " * 32
#: A string that ends as it begins; what is not has been cut at the end of its line.
_CLOSED = re.compile(r"""('{3}|"{3}).*\1|(['"])(?:[^\\]|\\.)*\2""", re.S)


def diagnose(query: str, error: SyntaxError, prefixes: Mapping[str, str]) -> QueryError:
    """Return the error to show for ``query``, which ``error`` was raised for."""
    parts = meaningful(query)
    if not parts:
        return QueryError("is empty", where="query", hint="SELECT ?thing { ?thing a pa:Model } asks for all models")
    first = next((t for t in parts if t.kind == "word" and t.text.upper() not in ("PREFIX", "BASE")), parts[0])
    if first.text.upper() in _UPDATES:
        return QueryError(
            f"{first.text.upper()} is an update, and this only reads",
            where=_where(query, first.start),
            hint="SELECT, ASK, CONSTRUCT and DESCRIBE ask",
        )
    broken_iri = next((t for t, after in pairwise(parts) if _begins_an_iri(t, after)), None)
    if broken_iri:
        return QueryError(f"no IRI: {_excerpt(query, broken_iri)}", where=_where(query, broken_iri.start))
    unknown = _unknown_prefix(parts, prefixes)
    if unknown:
        name = unknown.text.partition(":")[0]
        return QueryError(
            f"unknown prefix {name}:", where=_where(query, unknown.start), hint=_near(name, prefixes, suffix=":")
        )
    broken = next((t for t in parts if t.kind == "string" and not _CLOSED.fullmatch(t.text)), None)
    if broken:
        return QueryError("a string that does not end on its line", where=_where(query, broken.start))
    match = _PLACE.search(str(error))
    reason = _REASONS.search(match[3]) if match else None
    if reason:
        return QueryError(reason["reason"], where=_where(query, _offset(query, match)))
    stuck = _stuck(query, parts, prefixes)
    if stuck is None:
        return QueryError("ends too early", where=_where(query, parts[-1].end), hint=_unclosed(parts))
    hint = _near(stuck.text.upper(), _KEYWORDS) if stuck.kind == "word" else ""
    return QueryError(f"not understood from {_excerpt(query, stuck)}", where=_where(query, stuck.start), hint=hint)


def unknown_terms(query: str) -> list[str]:
    """Return a note for each term of our own namespace that the ontology does not know.

    >>> unknown_terms("SELECT ?x { ?x pa:evaluatdOn ?y }")
    ['pa:evaluatdOn is no term of the ontology: did you mean pa:evaluatedOn?']
    """
    from importlib.resources import files

    written = sorted({t.text for t in meaningful(query) if t.kind == "prefixed" and t.text.startswith("pa:")})
    if not written:
        return []
    text = (files("paperatlas.export") / "data" / "ontology.ttl").read_text(encoding="utf-8")
    known = set(re.findall(r"^(pa:\w+) a ", text, re.M))
    return [
        f"{term} is no term of the ontology" + (f": {near}" if (near := _near(term, known)) else "")
        for term in written
        if term not in known
    ]


def _stuck(query: str, parts: list[Token], prefixes: Mapping[str, str]) -> Token | None:
    """Return the first token that no query goes on with after those before it."""
    store, known = ox.Store(), dict(prefixes)

    def hopeless(token: Token) -> bool:
        # Blanks make room: what is looked at behind a mistake is never longer than the longest keyword.
        beginning = query[: token.end] + _ROOM
        try:
            store.query(beginning, prefixes=known)
        except SyntaxError as error:
            match = _PLACE.search(str(error))
            return bool(match and not _REASONS.search(match[3]) and _offset(beginning, match) < len(beginning))
        except (ValueError, OSError, RuntimeError):
            return False
        return False

    # What no query begins with, no query begins with and goes on.
    place = bisect_left(parts, True, key=hopeless)
    return parts[place] if place < len(parts) else None


def _begins_an_iri(token: Token, after: Token) -> bool:
    return token.text == "<" and after.start == token.end and after.text.startswith(("http:", "https:", "urn:"))


def _offset(query: str, match: re.Match[str] | None) -> int:
    """Return the place in ``query`` that a message names by line and column, both from 1."""
    if match is None:
        return 0
    lines = query.splitlines(keepends=True) or [""]
    line = min(int(match[1]), len(lines))
    return min(sum(map(len, lines[: line - 1])) + int(match[2]) - 1, len(query))


def _where(query: str, offset: int) -> str:
    before = query[:offset]
    return f"query:{before.count(chr(10)) + 1}:{offset - before.rfind(chr(10))}"


def _unknown_prefix(parts: list[Token], prefixes: Mapping[str, str]) -> Token | None:
    declared = {
        name.text.partition(":")[0]
        for word, name in pairwise(parts)
        if word.text.upper() == "PREFIX" and name.kind == "prefixed"
    }
    known = declared | set(prefixes)
    return next((t for t in parts if t.kind == "prefixed" and t.text.partition(":")[0] not in known), None)


def _near(name: str, known: Iterable[str], *, suffix: str = "") -> str:
    near = get_close_matches(name, sorted(known), n=3, cutoff=0.7)
    return f"did you mean {' or '.join(found + suffix for found in near)}?" if near else ""


def _unclosed(parts: list[Token]) -> str:
    depth = {"{": 0, "(": 0, "[": 0}
    for token in parts:
        for opening, closing in ("{}", "()", "[]"):
            depth[opening] += (token.text == opening) - (token.text == closing)
    left = [opening for opening, count in depth.items() if count > 0]
    return f"{' and '.join(left)} is not closed" if left else ""


def _excerpt(query: str, token: Token) -> str:
    rest = " ".join(query[token.start :].split())
    return repr(rest if len(rest) <= 30 else rest[:29] + "…")
