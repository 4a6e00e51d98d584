"""The ACL Anthology: the XML that its pages are made of, a file a collection, of which a volume is a part.

(The Anthology's BibTeX of a volume has no abstracts.)
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from paperatlas.errors import InputError, UsageError
from paperatlas.extract.fetch.failures import MissingError, PassingError
from paperatlas.extract.fetch.service import Page, Request, Service, page_of
from paperatlas.extract.paper import Paper
from paperatlas.extract.readers import anthology
from paperatlas.extract.readers.files import TextFile
from paperatlas.extract.readers.records import Skipped

if TYPE_CHECKING:
    from paperatlas.extract.fetch.client import Client

#: Volumes of today (2024.acl-long), and of the time before 2020 (P18-1).
_VOLUME = re.compile(r"([0-9]{4}\.[a-z0-9]+|[A-Z][0-9]{2})-([a-z0-9]+)")


def parts_of(volume: str) -> tuple[str, str]:
    """Return the collection that a volume belongs to, and its name there.

    Raises:
        UsageError: no volume is called so.

    >>> parts_of("2024.acl-long"), parts_of("P18-1")
    (('2024.acl', 'long'), ('P18', '1'))
    """
    match = _VOLUME.fullmatch(volume)
    if not match:
        raise UsageError(f"{volume!r} is no volume of the ACL Anthology", hint="such as 2024.acl-long or P18-1")
    return match[1], match[2]


def _pages(client: Client, request: Request, _mark: str) -> Iterator[Page]:
    collection, volume = parts_of(request.volume)

    def read(body: bytes) -> list[Paper | Skipped]:
        file = TextFile(f"{collection}.xml", io.BytesIO(body))
        try:
            # Another well-formed page would pass for a collection without this volume.
            if not anthology.sniff(file.head()):
                raise PassingError("answers no collection")
            return [*anthology.read(file, volume=volume)]
        except InputError as error:
            raise PassingError(f"answers no collection ({error.problem})") from None

    try:
        items = client.ask(f"/{collection}.xml", {}, read)
    except MissingError:
        raise client.error(f"there is no collection {collection}") from None
    if not items:
        raise client.error(f"there is no volume {volume} in the collection {collection}, or no paper in it")
    yield page_of(items, total=len(items))


SERVICE = Service(
    "the ACL Anthology",
    "https://raw.githubusercontent.com/acl-org/acl-anthology/master/data/xml",
    pause=1.0,
    pages=_pages,
)
