"""Extraction by rules: what the form of words and the turns of phrase around them say. Word lists are in ``data/``."""
