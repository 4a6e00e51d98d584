"""BibTeX, as Zotero and reference managers export it; entries with an ``abstract`` field are papers.

@article{vaswani2017, title = {Attention Is All You Need}, eprint = {1706.03762}, abstract = {...}}
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

from paperatlas.extract.latex import fold
from paperatlas.extract.paper import Paper, Source
from paperatlas.extract.readers.files import TextFile
from paperatlas.extract.readers.records import Skipped, month_number, paper_from

_ENTRY = re.compile(r"^[^\S\n]*@\s*(?!comment|preamble|string)[A-Za-z]+\s*[{(]", re.M | re.I)
#: Fields whose braces and escapes are BibTeX's own and not the author's.
_PROSE = ("title", "abstract", "author", "keywords", "note")


def sniff(head: str) -> bool:
    """Tell BibTeX by an entry at the start of a line."""
    return bool(_ENTRY.search(head))


def read(file: TextFile) -> Iterator[Paper | Skipped]:
    """Yield the entries of ``file``; one that BibTeX cannot parse is reported, those around it are read."""
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, Entry, ParsingFailedBlock

    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    for block in parse_string(file.text()).blocks:
        source = Source(file.name, (block.start_line or 0) + 1)
        # Entries that share a key, or name a field twice, are papers all the same.
        if isinstance(block, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock) and isinstance(
            block.ignore_error_block, Entry
        ):
            block = block.ignore_error_block
        if isinstance(block, Entry):
            yield paper_from(_fields(block.key, {name: f.value for name, f in block.fields_dict.items()}), source)
        elif isinstance(block, ParsingFailedBlock):
            reason = getattr(block.error, "abort_reason", str(block.error))
            yield Skipped(source, f"not BibTeX: {' '.join(reason.split())}")


def _fields(key: str, fields: dict[str, str]) -> dict[str, str]:
    known = {name.lower(): value for name, value in fields.items()}
    known = {name: fold(value).text if name in _PROSE else value for name, value in known.items()}
    if not known.get("date") and (year := known.get("year", "").strip("{}")):
        month = month_number(known.get("month", "").strip("{}"))
        known["date"] = f"{year}-{month:02}" if month else year
    if known.get("archiveprefix", "arxiv").lower() != "arxiv":
        known.pop("eprint", None)
    known.pop("note", None)
    return {**known, "id": key}
