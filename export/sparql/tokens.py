"""SPARQL as tokens: enough to find a word where it is a word, and not in a string, an IRI or a comment.

After the terminals of SPARQL 1.1, section 19.8. Every character is part of one token; a text that is no SPARQL still
has tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

#: Bounded, so that no text is searched through from each of its places: a prefix has a hundred characters at most, and
#: a short string that is never closed (no query is right that has one) is one token all the same.
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n\r]*)
      | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
      | (?P<string>'''(?:[^'\\]|\\.|''?(?!'))*'''|\"\"\"(?:[^"\\]|\\.|""?(?!"))*\"\"\"
          |'(?:[^'\\\n\r]|\\.)*+'?|"(?:[^"\\\n\r]|\\.)*+"?)
      | (?P<variable>[?$]\w+)
      | (?P<blank>_:\w[\w.-]*)
      | (?P<prefixed>(?:[^\W\d_](?:[\w.-]{0,99}[\w-])?)?:(?:(?:[\w:]|%[0-9A-Fa-f]{2}|\\[-_~.!$&'()*+,;=/?\#@%])
          (?:(?:[\w.:-]|%[0-9A-Fa-f]{2}|\\[-_~.!$&'()*+,;=/?\#@%])*(?:[\w:-]|%[0-9A-Fa-f]{2}|\\[-_~.!$&'()*+,;=/?\#@%]))?)?)
      | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<word>[^\W\d_]\w*)
      | (?P<space>\s+)
      | (?P<mark>\^\^|&&|\|\||!=|<=|>=|.)""",
    re.X | re.S,
)


class Token(NamedTuple):
    """A piece of a query: what it is (``word``, ``variable``, ``prefixed``, ...), its text, and where it begins."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the next token begins."""
        return self.start + len(self.text)


def tokens(query: str) -> Iterator[Token]:
    """Yield all tokens of ``query``, blanks and comments included: joined, their texts are the query.

    >>> [token.text for token in tokens('ASK { ?x pa:uses "SERVICE" } # SERVICE') if token.kind != "space"]
    ['ASK', '{', '?x', 'pa:uses', '"SERVICE"', '}', '# SERVICE']
    """
    for match in _TOKEN.finditer(query):
        yield Token(match.lastgroup or "", match[0], match.start())


def meaningful(query: str) -> list[Token]:
    """Return the tokens of ``query`` without blanks and comments."""
    return [token for token in tokens(query) if token.kind not in ("space", "comment")]


def words(query: str) -> set[str]:
    """Return the keywords and names of functions in ``query``, in capitals.

    >>> sorted(words("select * { service silent <http://e> { ?service ?p 'LOAD' } }"))
    ['SELECT', 'SERVICE', 'SILENT']
    """
    return {token.text.upper() for token in tokens(query) if token.kind == "word"}
