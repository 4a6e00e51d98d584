"""SPARQL as tokens: enough to find a word where it is a word, and not in a string, an IRI or a comment.

After the terminals of SPARQL 1.1, section 19.8. Every character is part of one token; a text that is no SPARQL still
has tokens.

Oxigraph reads by the grammar, without tokens: what "<" is hangs on where it stands, a keyword ends where it ends, also
in the middle of letters, and three quotes that begin no long string are an empty one and the begin of another. What is
refused before Oxigraph sees it is told by these tokens, so that they must be what it reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

#: Bounded, so that no text is searched through from each of its places: a prefix has a hundred characters at most, and
#: a short string that is never closed (no query is right that has one) is one token all the same.
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n\r]*)
      | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)
      | (?P<string>'''(?:[^'\\]|\\ESCAPED|''?(?!'))*'''|\"\"\"(?:[^"\\]|\\ESCAPED|""?(?!"))*\"\"\"
          |'(?:[^'\\\n\r]|\\.)*+'?|"(?:[^"\\\n\r]|\\.)*+"?)
      | (?P<variable>[?$]\w+)
      | (?P<blank>_:\w[\w.-]*)
      | (?P<prefixed>(?:[^\W\d_](?:[\w.-]{0,99}[\w-])?)?:(?:(?:[\w:]|%[0-9A-Fa-f]{2}|\\[-_~.!$&'()*+,;=/?\#@%])
          (?:(?:[\w.:-]|%[0-9A-Fa-f]{2}|\\[-_~.!$&'()*+,;=/?\#@%])*(?:[\w:-]|%[0-9A-Fa-f]{2}|\\[-_~.!$&'()*+,;=/?\#@%]))?)?)
      | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<word>[^\W\d_]\w*)
      | (?P<space>\s+)
      | (?P<mark>\^\^|&&|\|\||!=|<=|>=|.)""".replace("ESCAPED", r"(?:[tbnrf\\\"']|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})"),
    re.X | re.S,
)
#: What cannot be read as "less than" and more: no two slashes stand behind one another elsewhere.
_WHOLE_IRI = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://")
#: Behind these signs, within brackets of an expression, a term begins.
_BEFORE_A_TERM = frozenset(("(", ",", "=", "!=", "<=", ">=", "+", "-", "*", "/", "!", "&&", "||", "|", "^", "^^"))


class Token(NamedTuple):
    """A piece of a query: what it is (``word``, ``variable``, ``prefixed``, ...), its text, and where it begins."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the next token begins."""
        return self.start + len(self.text)

    @property
    def means(self) -> bool:
        """Whether it is neither blanks nor a comment."""
        return self.kind not in ("space", "comment")


def tokens(query: str) -> Iterator[Token]:
    """Yield all tokens of ``query``, blanks and comments included: joined, their texts are the query.

    >>> [token.text for token in tokens('ASK { ?x pa:uses "SERVICE" } # SERVICE') if token.kind != "space"]
    ['ASK', '{', '?x', 'pa:uses', '"SERVICE"', '}', '# SERVICE']
    >>> [token.text for token in tokens("?a <b> (?a<b>?c)") if token.kind != "space"]
    ['?a', '<b>', '(', '?a', '<', 'b', '>', '?c', ')']
    """
    opened: list[str] = []
    last = ""
    place = 0
    while match := _TOKEN.match(query, place):
        token = Token(match.lastgroup or "", match[0], place)
        if token.kind == "iri" and _may_compare(token.text, opened, last):
            # A comment or a string might begin in it: what comes behind it would be another thing.
            hides = "#" in token.text or "'" in token.text
            token = token._replace(kind="doubtful") if hides else Token("mark", "<", place)
        yield token
        place = token.end
        if token.means:
            last = token.text
            if last in ("(", "[", "{"):
                opened.append(last)
            elif last in (")", "]", "}") and opened:
                opened.pop()


def _may_compare(iri: str, opened: Sequence[str], last: str) -> bool:
    """Tell whether what looks like an IRI may be "less than" and more: in an expression, behind an operand.

    Expressions stand in round brackets. Two of "<" are those around a triple.
    """
    if _WHOLE_IRI.match(iri):
        return False
    return last == "<" or (opened[-1:] == ["("] and last not in _BEFORE_A_TERM)


def meaningful(query: str) -> list[Token]:
    """Return the tokens of ``query`` without blanks and comments."""
    return [token for token in tokens(query) if token.means]
