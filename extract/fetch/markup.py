"""Titles and abstracts that come with the markup of the JATS, or of HTML, as plain text."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from paperatlas.extract.paper import clean
from paperatlas.extract.readers.records import MAX_ABSTRACT

if TYPE_CHECKING:
    from lxml.html import HtmlElement

#: The longest text with markup that is looked into, in characters: formulas may take ten times what they say.
MAX_MARKED = 20 * MAX_ABSTRACT
#: What a heading of a structured abstract, a list's items and paragraphs are divided by.
_BREAKS = frozenset(("title", "p", "sec", "list-item", "br"))
_UNSEEN = frozenset(("script", "style"))
_FORMULAS = frozenset(("alternatives", "tex-math", "math"))
#: What plain texts do not have, although they have "a<b and b>c".
_MARKUP = re.compile(r"</[A-Za-z]|<[A-Za-z][\w:-]*\s*/?>|&(?:#\w+|[a-z]+);|<!\[CDATA\[")
#: A tag that says nothing beyond its name, perhaps with the prefix of a namespace.
_TAG = re.compile(r"</?(?:[\w-]{1,40}:)?([A-Za-z][\w-]{0,40})\s?/?>")


def plain(text: object) -> str:
    """Return what a text with the markup of the JATS (or HTML) says, in one line, without its heading.

    >>> plain("<jats:title>Abstract</jats:title><jats:p>We reach H<jats:sub>2</jats:sub>O &amp; more.</jats:p>")
    'We reach H2O & more.'
    >>> plain("p < 0.05 and no markup")
    'p < 0.05 and no markup'
    """
    if not isinstance(text, str):
        return ""
    text = clean(text)
    if not _MARKUP.search(text):
        return " ".join(text.split())
    from lxml.etree import ParserError
    from lxml.html import fragment_fromstring

    text = _TAG.sub(lambda tag: _kept(tag[0], tag[1].lower()), _without_cdata(text))
    try:
        root = fragment_fromstring(re.sub(r"(</?)[\w-]+:", r"\1", text), create_parent="div")
    except (ParserError, ValueError):
        return " ".join(text.split())
    for both in [*root.iter("alternatives")]:
        _tell_once(both)
    for element in [*root.iter()]:
        if element.tag in _UNSEEN:
            element.drop_tree()
        elif element.tag in _BREAKS:
            element.tail = f" {element.tail or ''}"
    said = " ".join(str(root.text_content()).split())
    return re.sub(r"(?i)^abstract\b[:.]?\s+(?=\S)", "", said)


def _kept(tag: str, name: str) -> str:
    """Return a tag that means something here, a blank for one that divides, and nothing for any other.

    The parser reads only so many tags within each other, and these are what texts have many of.
    """
    if name in _BREAKS:
        return " "
    return tag if name in _UNSEEN | _FORMULAS else ""


def _without_cdata(text: str) -> str:
    """Return a text without ``<![CDATA[...]]>``: what stands there literally, or is markup that was wrapped."""
    first, *sections = text.split("<![CDATA[")
    parts = [first]
    for section in sections:
        literal, end, rest = section.partition("]]>")
        parts += [html.escape(literal) if end and not _MARKUP.search(literal) else literal, rest]
    return "".join(parts)


def _tell_once(both: HtmlElement) -> None:
    """Leave one form of a formula that stands there in two: its LaTeX, unless that is a whole document."""
    latex, drawn = both.findall("tex-math"), both.findall("math")
    if latex and drawn:
        for element in latex if "\\documentclass" in (latex[0].text or "") else drawn:
            element.drop_tree()
