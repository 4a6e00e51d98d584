"""Pages that lead on: a service that answers the same again and again is not followed for ever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from paperatlas.extract.fetch.lines import keys_of
from paperatlas.extract.fetch.service import Page

if TYPE_CHECKING:
    from paperatlas.extract.fetch.client import Client

#: How many pages running may bring nothing that this walk has not met. Where arXiv is asked on by date, all papers of
#: a day may come again: a day of all its subjects fills some eight pages.
STALE = 10


def advancing(client: Client, pages: Iterable[Page]) -> Iterator[Page]:
    """Yield pages as long as they bring something that none before them has brought.

    What counts is what this walk has met, not what a file holds: a walk may pass over what was fetched long ago.

    Raises:
        FetchError: they do not.
    """
    met = set[str]()
    stale = 0
    for page in pages:
        before = len(met)
        met.update(key for paper in page.papers for key in keys_of(paper))
        met.update(map(str, page.skipped))
        stale = 0 if len(met) > before else stale + 1
        if stale >= STALE:
            raise client.error(
                f"sends us round in circles: {stale} pages running with nothing but what came before",
                hint="what came is kept; ask something narrower, or later",
            )
        yield page
