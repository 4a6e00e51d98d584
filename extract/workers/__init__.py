"""Extraction by several processes: the same facts in the same order, however many there are."""

from paperatlas.extract.workers.pool import extracting, usable_cores

__all__ = ["extracting", "usable_cores"]
