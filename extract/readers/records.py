"""One record, whatever its format, to a paper: the names that fields go by, and what makes a record unusable."""

from __future__ import annotations

import math
import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate
from itertools import chain

from paperatlas.errors import one_line
from paperatlas.extract.identifiers import arxiv_id, doi
from paperatlas.extract.paper import Paper, Source, clean
from paperatlas.extract.readers.files import decoding_fault

#: The longest text that is taken for an abstract, in characters: some five times a long one.
MAX_ABSTRACT = 20_000
#: The longest title: some ten times a long one with its LaTeX.
MAX_TITLE = 2_000
#: The longest identifier or address; the longest date; the longest name of a person or a category; the longest comment.
MAX_NUMBER, MAX_DATE, MAX_NAME, MAX_COMMENT = 2_000, 100, 500, 10_000
#: The most that all authors of a paper have together, and all its categories: 10,000 names, 1,000 keywords.
MAX_AUTHORS, MAX_CATEGORIES = 200_000, 20_000

_MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}
#: How arXiv's categories are spelt: "cs.LG", "hep-th".
_ARXIV_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)?\.[A-Za-z-]+|[a-z]+-[a-z]+")

#: The pieces of a person's name in CSL JSON, which Zotero exports, in the order in which they are written.
_PIECES = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")

#: What each field is called in the exports that people have, most telling first; compared by letters alone.
FIELDS: dict[str, tuple[str, ...]] = {
    "id": ("id", "paperid", "key", "uid"),
    "arxiv": ("arxivid", "arxiv", "eprint"),
    "doi": ("doi",),
    "url": ("url", "link", "entryid", "pdfurl"),
    "title": ("title",),
    "abstract": ("abstract", "summary", "abstractnote", "abstracttext"),
    "text": ("text",),
    "date": ("date", "published", "issued", "created", "submitted", "publicationdate", "year", "publicationyear"),
    "updated": ("updatedate", "updated"),
    "authors": ("authors", "author", "creators"),
    "categories": ("categories", "category", "keywords", "subjects", "subject", "tags", "keyword"),
    "comment": ("comments", "comment"),
    "number": ("number",),
}
_ABSTRACTS = frozenset((*FIELDS["abstract"], *FIELDS["text"]))


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that could not be read: where it begins and why."""

    source: Source
    reason: str

    def __str__(self) -> str:
        return one_line(f"{self.source}: {self.reason}")


def paper_from(fields: Mapping[str, object], source: Source) -> Paper | Skipped:
    """Make a paper of a record's fields, by the names in :data:`FIELDS`; or say why it is none.

    >>> paper_from({"arXiv_ID": "1711.00937v2", "Abstract": "We ..."}, Source("a.csv", 2)).key
    'arXiv:1711.00937'
    """
    named: dict[str, object] = {}
    for name, value in fields.items():
        said = _date_parts(value) if isinstance(value, Mapping) else value
        # "doi" and "DOI" are one field: the first that says something counts.
        if _says_something(said):
            named.setdefault(_letters(name), said)

    def get(field: str) -> object:
        return next((named[name] for name in FIELDS[field] if name in named), None)

    def short(field: str, most: int = MAX_NUMBER) -> str:
        """Return what is clean and believable of a field: what is longer is not what the field is for."""
        text = _string(get(field))
        return clean(text) if len(text) <= most else ""

    title = " ".join(_string(get("title")).split())
    abstract = _abstract(_string(get("abstract")), _string(get("text")), title)
    if isinstance(abstract, tuple):
        title, abstract = abstract
    reason = _unusable(title, abstract)
    if reason:
        return Skipped(source, reason)
    given, *links = (short(field) for field in ("id", "arxiv", "doi", "url"))
    # Where Zotero keeps it; others count volumes and issues there.
    report = short("number") if short("number")[:6].lower() == "arxiv:" else ""
    return Paper(
        id=_short_id(given),
        title=clean(title),
        abstract=clean(abstract.replace("\n", " ")),
        date=_versions_date(named.get("versions")) or iso_date(get("date")) or iso_date(get("updated")),
        authors=_believable(_names(get("authors")), MAX_AUTHORS),
        categories=_believable(_categories(get("categories")), MAX_CATEGORIES),
        arxiv=next(filter(None, map(arxiv_id, [given, *links, report])), ""),
        doi=next(filter(None, map(doi, [given, *links])), ""),
        url=links[2] if re.match(r"https?://", links[2]) else "",
        comment=short("comment", MAX_COMMENT),
        sources=(source,),
    )


def names_abstract(name: str) -> bool:
    """Tell whether a field of this name holds an abstract, or a text of title and abstract."""
    return _letters(name) in _ABSTRACTS


def surely_names_abstract(name: str) -> bool:
    """Tell whether a field of this name is a paper's alone: other things have summaries and texts, too."""
    return names_abstract(name) and _letters(name).startswith("abstract")


def names_text(name: str) -> bool:
    """Tell whether a field of this name may be any text: a paper's, but also a comment's or a section's."""
    return _letters(name) in FIELDS["text"]


def _letters(name: object) -> str:
    return re.sub(r"[^a-z]", "", str(name).lower())


def _unusable(title: str, abstract: str) -> str:
    """Say why texts cannot be taken for a title and an abstract, or return an empty string."""
    if not abstract.strip():
        return "no abstract"
    for what, text, most in (("an abstract", abstract, MAX_ABSTRACT), ("a title", title, MAX_TITLE)):
        if len(text) > most:
            return f"{what} of {len(text):,} characters (the most is {most:,})"
    return decoding_fault(abstract) or decoding_fault(title)


def _believable(names: Iterable[str], most: int) -> tuple[str, ...]:
    """Return clean names, but none that is longer than names are, and none at all if all have more than ``most``."""
    found = tuple(clean(name) for name in names if len(name) <= MAX_NAME)
    return found if sum(map(len, found)) <= most else ()


def iso_date(value: object) -> str:
    """Return a date in ISO 8601, as precise as it is given, or an empty string.

    >>> [iso_date(d) for d in (2017, "2017/6", "2017-06-12T00:00:00Z", "Mon, 2 Apr 2007 19:18:42 GMT", "n.d.")]
    ['2017', '2017-06', '2017-06-12', '2007-04-02', '']
    >>> iso_date("2017-02-31"), iso_date("0000-01-01")
    ('2017-02', '')
    """
    text = _string(value).strip()
    if len(text) > MAX_DATE:
        return ""
    match = re.match(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?!\d)", text, re.ASCII)
    if match:
        year, month, day = match.groups()
    else:
        parsed = parsedate(text)
        if not parsed:
            late = re.search(r"\b(1[89]\d\d|20\d\d)\b", text, re.ASCII)
            return late[1] if late else ""
        year, month, day = f"{parsed[0]:04}", str(parsed[1]), str(parsed[2])
    if not int(year):
        # No calendar has it.
        return ""
    if not month or not 1 <= int(month) <= 12:
        return year
    if not day or not 1 <= int(day) <= monthrange(int(year), int(month))[1]:
        return f"{year}-{int(month):02}"
    return f"{year}-{int(month):02}-{int(day):02}"


def month_number(text: str) -> int | None:
    """Return the number of a month that is given by name or number, or ``None``.

    >>> month_number("August"), month_number("8"), month_number("Aug.-Sept."), month_number("spring")
    (8, 8, 8, None)
    """
    if text.isdecimal():
        return int(text) if len(text) <= 2 and 1 <= int(text) <= 12 else None
    return _MONTHS.get(text.strip().lower()[:3])


def _abstract(abstract: str, text: str, title: str) -> str | tuple[str, str]:
    """Return the abstract; with the title in front of it where only a ``text`` of both was given."""
    if abstract or not text:
        return abstract
    first, newline, rest = text.partition("\n")
    if not newline or not rest.strip() or len(first) > MAX_TITLE:
        return text
    if title:
        return rest if " ".join(first.split()) == title else text
    return text if first.rstrip().endswith((".", "!", ",", ";")) else (" ".join(first.split()), rest)


def _short_id(given: str) -> str:
    """Return an identifier as it was given; an address is cut to the number in it."""
    if "://" in given and (number := arxiv_id(given)):
        return f"arXiv:{number}"
    return given.strip()


def _versions_date(versions: object) -> str:
    """Return the date of the first version, as the arXiv's own metadata list them."""
    if isinstance(versions, list) and versions and isinstance(versions[0], Mapping):
        return iso_date(versions[0].get("created"))
    return ""


def _date_parts(value: Mapping[object, object]) -> object:
    """Return the date of CSL JSON, ``{"date-parts": [[2017, 6, 12]]}`` or as it was written; other objects are none.

    >>> _date_parts({"date-parts": [[2017, 6, 12]]}), _date_parts({"raw": "June 2017"}), _date_parts({"$oid": "x"})
    ('2017-6-12', 'June 2017', None)
    """
    parts = value.get("date-parts")
    first = parts[0] if isinstance(parts, list) and parts else None
    if isinstance(first, list) and first:
        return "-".join(map(_string, first[:3]))
    return value.get("raw") or value.get("literal")


def _says_something(value: object) -> bool:
    """Tell what is given from what only stands in its place: nothing, blanks, a table's NaN, a database's object."""
    if isinstance(value, float) and not math.isfinite(value):
        return False
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and value != [] and not isinstance(value, Mapping)


def _string(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or not _says_something(value):
        return ""
    return str(value)


def _names(value: object) -> Iterable[str]:
    """Yield the names of authors, from a list of strings or objects, or from one string of them."""
    if isinstance(value, str):
        value = " ".join(value.split())
        parts: Iterable[object] = _between_ands(value) if re.search(r" and |;", value) else value.split(",")
    else:
        parts = value if isinstance(value, list) else ()
    for part in parts:
        name = part
        if isinstance(part, Mapping):
            whole = _string(part.get("name")) or _string(part.get("literal"))
            name = whole or " ".join(filter(None, (_string(part.get(piece)) for piece in _PIECES)))
        if text := " ".join(_string(name).split()):
            yield text


def _between_ands(value: str) -> Iterable[str]:
    """Return the names between "and" or semicolons; where that is longer than a name may be, those between commas.

    Commas alone tell nothing: BibTeX has "Last, First and Last, First", the arXiv "A. One, B. Two and C. Three".
    """
    parts = re.split(r" and |;", value)
    return chain.from_iterable(part.split(",") if len(part) > MAX_NAME else (part,) for part in parts)


def _categories(value: object) -> Iterable[str]:
    """Yield categories, from a list or from one string: between semicolons or commas, arXiv's also between blanks.

    >>> [*_categories("cs.LG hep-th")], [*_categories(["machine learning", "cs.CL stat.ML"])]
    (['cs.LG', 'hep-th'], ['machine learning', 'cs.CL', 'stat.ML'])
    """
    if not isinstance(value, str):
        parts = value if isinstance(value, list) else ()
        return chain.from_iterable(_categories(part) for part in parts if isinstance(part, str))
    if re.search(r"[;,]", value):
        return filter(None, map(str.strip, re.split(r"[;,]", value)))
    words = value.split()
    return words if all(map(_ARXIV_CATEGORY.fullmatch, words)) else [" ".join(words)]
