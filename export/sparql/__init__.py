"""SPARQL wherever the user is: over an atlas, a file or a stream, and named questions that need no SPARQL."""

from paperatlas.export.sparql.data import Data, load
from paperatlas.export.sparql.engine import Answer, Table, ask, notes
from paperatlas.export.sparql.room import with_room

__all__ = ["Answer", "Data", "Table", "ask", "load", "notes", "with_room"]
