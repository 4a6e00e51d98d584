"""Papers from services on the network into a file of JSON Lines, which the readers read.

Nothing else in the package uses the network. A service is one module and one row of :data:`SERVICES`: it says where it
is, how often it may be asked, and how its answers become pages of papers. How it is asked is in
:mod:`~paperatlas.extract.fetch.client`, how the file grows in :mod:`~paperatlas.extract.fetch.harvest`.
"""

from __future__ import annotations

from paperatlas.extract.fetch import acl, arxiv, doi, openalex
from paperatlas.extract.fetch.client import Client
from paperatlas.extract.fetch.harvest import Harvest, harvest
from paperatlas.extract.fetch.place import File, Stream
from paperatlas.extract.fetch.service import Page, Request, Service

__all__ = ["SERVICES", "Client", "File", "Harvest", "Page", "Request", "Service", "Stream", "harvest"]

#: By the name that the command line knows them by.
SERVICES: dict[str, Service] = {
    "arxiv": arxiv.SERVICE,
    "openalex": openalex.SERVICE,
    "acl": acl.SERVICE,
    "doi": doi.SERVICE,
}
