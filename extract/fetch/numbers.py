"""The numbers that papers are asked for by: how a service spells them, and what their papers then go by."""

from __future__ import annotations

import re
from urllib.parse import quote

from paperatlas.extract.fetch.failures import AnswerError
from paperatlas.extract.identifiers import arxiv_id, doi

_VERSION = re.compile(r"v[0-9]+(?=(?:\.pdf)?$)", re.I)
#: A subject class, which old numbers were once written with: arXiv's own records leave it out.
_SUBJECT = re.compile(r"\.[a-z]{2}(?=/)")


def arxiv_number(text: str) -> str:
    """Return the arXiv number that a text consists of, as arXiv spells it, with its version; or an empty string.

    >>> [arxiv_number(t) for t in ("https://arxiv.org/abs/2205.06175v2", "math.GT/0309136", "W1")]
    ['2205.06175v2', 'math/0309136', '']
    """
    # Digits of other scripts are digits to a regular expression, and to nobody else.
    number = bare(arxiv_id(text)) if text.isascii() else ""
    version = _VERSION.search(text.strip())
    return number + version[0].lower() if number and version else number


def bare(number: str) -> str:
    """Return an arXiv number without version and subject class: all that tells one paper from another.

    >>> bare("math.GT/0309136v2")
    'math/0309136'
    """
    return _SUBJECT.sub("", _VERSION.sub("", number.lower()))


def doi_number(text: str) -> str:
    """Return the DOI that a text consists of, in lower case, or an empty string.

    >>> doi_number("https://doi.org/10.1000/ABC"), doi_number("10.١٠٠٠/abc")
    ('10.1000/abc', '')
    """
    found = doi(text)
    return found if found.partition("/")[0].isascii() else ""


def number_key(number: str) -> str:
    """Return which of its keys a paper goes by that is asked for by number.

    >>> number_key("https://arxiv.org/abs/2205.06175v2"), number_key("10.1000/X"), number_key("https://openalex.org/W1")
    ('arXiv:2205.06175', 'doi:10.1000/x', 'W1')
    """
    if arxiv_id(number):
        return f"arXiv:{bare(arxiv_id(number))}"
    return f"doi:{doi(number)}" if doi(number) else number.rpartition("/")[2]


def in_path(number: str) -> str:
    """Return a number as a part of an address's path.

    Raises:
        AnswerError: it would lead out of the path, and no spelling keeps the HTTP library from following it.

    >>> in_path("10.1000/a b?c")
    '10.1000/a%20b%3Fc'
    """
    if {".", ".."} & {*number.split("/")}:
        raise AnswerError("cannot be asked for: '.' and '..' between slashes lead elsewhere in an address")
    return quote(number, safe=":/")
