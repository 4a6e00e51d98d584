"""What is refused before Oxigraph sees it: queries that would ask another server, or that would overrun its stack.

Oxigraph reads, plans and frees a query by functions that call themselves, also along chains such as ``a || b || c``. A
query that is nested too deep or chained too long ends the process, and no error can be caught.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from paperatlas.errors import QueryError
from paperatlas.export.sparql.tokens import Token, meaningful, tokens

#: Brackets in one another. In 8 MiB of stack, what is hardest for Oxigraph goes down at 830.
DEEPEST = 100
#: Terms and signs, but for those that list plain values. What is hardest goes down at 4,100.
LONGEST = 3_000
#: ``\\u0041`` in a query is read as "A" before anything else, also in keywords.
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_OPENING, _CLOSING = frozenset("{(["), frozenset("})]")
_VALUES = frozenset(("iri", "prefixed", "string", "number", "language"))


def refuse(query: str) -> None:
    """Refuse a query that must not, or cannot, be answered here.

    Raises:
        QueryError: it has SERVICE (who asks here means this data), is nested too deep or too long, or is no text.
    """
    try:
        query.encode()
    except UnicodeEncodeError as error:
        # Bytes of the command line that are no text come as surrogates.
        raise QueryError("has bytes that are not UTF-8", where="query") from error
    decoded = _ESCAPE.sub(lambda match: chr(min(int(match[1] or match[2], 16), 0x10FFFF)), query)
    for text in dict.fromkeys((query, decoded)):
        # The size first: what is too large is not read to its end.
        _refuse_size(token for token in tokens(text) if token.means)
        if _asks_another(meaningful(text)):
            raise QueryError("SERVICE asks another server, which is not done here", where="query")


def _asks_another(parts: Sequence[Token]) -> bool:
    """Tell whether a query has SERVICE, to Oxigraph a keyword also where letters, or a prefix, go on from it.

    >>> [_asks_another(meaningful(f"ASK {{ {text} }}")) for text in ("SERVICE:a {}", "trueserviceSILENT<a:b> {}")]
    [True, True]
    >>> _asks_another(meaningful("PREFIX service: <http://e/> ASK { service:a ?service 'SERVICE' }"))
    False
    """
    before = ""
    for part, following in pairwise((*parts, Token("", "", 0))):
        if part.kind == "word" and "SERVICE" in part.text.upper():
            return True
        # Behind these stands the name of a graph, and nothing else.
        is_graph = before in ("GRAPH", "FROM", "NAMED")
        may_be = part.kind == "prefixed" and following.text == "{" and not is_graph
        if may_be and "SERVICE" in part.text.partition(":")[0].upper():
            return True
        before = part.text.upper() if part.kind == "word" else ""
    return False


def _refuse_size(parts: Iterator[Token]) -> None:
    depth = length = 0
    # How deep the list of plain values is that we are in: in VALUES of any signs, in IN of commas.
    data = listed = 0
    last = ""
    for token in parts:
        if token.kind == "doubtful":
            hint = "put a blank behind < if it is that, else give the IRI a prefix"
            raise QueryError(f"{token.text[:40]} is an IRI, or 'less than' and more", where="query", hint=hint)
        opens = token.text in _OPENING
        depth += opens
        if depth > DEEPEST:
            raise QueryError(f"nested too deep: more than {DEEPEST} brackets in one another", where="query")
        if opens and last == "VALUES" and token.text == "{":
            data = depth
        elif opens and last == "IN":
            listed = depth
        in_a_list = depth == listed and (token.kind in _VALUES or token.text == ",")
        length += not (data or in_a_list)
        if length > LONGEST:
            hint = "lists of values in VALUES and IN may be of any length"
            raise QueryError(f"too long: more than {LONGEST:,} terms and signs", where="query", hint=hint)
        if token.text in _CLOSING:
            data, listed = (0 if depth == level else level for level in (data, listed))
            depth = max(0, depth - 1)
        last = _keyword(token, last)


def _keyword(token: Token, last: str) -> str:
    """Return the keyword whose list the next bracket opens: IN at once, VALUES behind its variables."""
    if token.kind == "word":
        return token.text.upper()
    of_values = last == "VALUES" and (token.kind == "variable" or token.text in "()")
    return last if of_values else ""
