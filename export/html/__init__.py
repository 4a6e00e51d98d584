"""The interactive page: one file that opens offline and asks nobody for anything."""

from paperatlas.export.html.page import answers_sparql, write_html

__all__ = ["answers_sparql", "write_html"]
