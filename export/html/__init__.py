"""The interactive page: one file that opens offline and asks nobody for anything."""

from paperatlas.export.html.page import write_html

__all__ = ["write_html"]
