"""Identifiers that hold beyond one file: arXiv numbers and DOIs."""

from __future__ import annotations

import re

_ARXIV = r"(?:\d{4}\.\d{4,5}|[a-z][a-z-]+(?:\.[a-z]{2})?/\d{7})(?![\d.])"
_ARXIV_ID = re.compile(
    rf"(?:https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf)/|arxiv:\s*)?({_ARXIV})(?:v\d+)?(?:\.pdf)?", re.I
)
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)", re.I)
_ARXIV_DOI = re.compile(rf"10\.48550/arxiv\.({_ARXIV})(?:v\d+)?", re.I)


def arxiv_id(text: str) -> str:
    """Return the arXiv identifier that ``text`` consists of, without its version, or an empty string.

    >>> [arxiv_id(t) for t in ("arXiv:2205.06175v2", "http://arxiv.org/abs/hep-th/9901001v1", "2205.06175", "doc-1")]
    ['2205.06175', 'hep-th/9901001', '2205.06175', '']
    >>> arxiv_id("https://doi.org/10.48550/arXiv.2205.06175")
    '2205.06175'
    """
    match = _ARXIV_ID.fullmatch(text.strip()) or _ARXIV_DOI.fullmatch(doi(text))
    return match[1] if match else ""


def doi(text: str) -> str:
    """Return the DOI that ``text`` consists of, in lower case, or an empty string.

    >>> doi("https://doi.org/10.1038/NATURE14236")
    '10.1038/nature14236'
    """
    match = _DOI.fullmatch(text.strip())
    return match[1].lower() if match else ""
