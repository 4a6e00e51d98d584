"""What a script calls: ``paperatlas.build`` and ``paperatlas.open``."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

from paperatlas.graph.atlas import Atlas, open_atlas


def open(folder: str | Path) -> Atlas:
    """Open the atlas in ``folder``.

    Raises:
        AtlasError: there is none, or it cannot be used.
    """
    return open_atlas(Path(folder))


def build(
    inputs: str | Path | Sequence[str | Path],
    folder: str | Path | None = None,
    *,
    format: str | None = None,
    strict: bool = False,
    pipeline: str = "learned",
    model: str = "default",
    gazetteer: str | Path = "",
    min_confidence: float = 0.0,
) -> Atlas:
    """Build the atlas of some papers: in ``folder``, on top of the one that is there, or only in memory.

    ``inputs`` are files, folders or globs, as the command ``paperatlas build`` takes them; the other arguments are its
    options. Records that cannot be read are skipped with a warning (``UserWarning``) that counts them.

    Raises:
        InputError: an input cannot be read, or holds no paper at all; with ``strict`` also for a bad record.
        AtlasError: ``folder`` holds a store that cannot be added to.
        ModelError: the pipeline or the model cannot be used.
        OutputError: ``folder`` cannot be written to.
    """
    from paperatlas import building
    from paperatlas.extract.pipeline import Options, extract_facts

    options = Options(pipeline, model, str(gazetteer), min_confidence)
    sources = [str(source) for source in ([inputs] if isinstance(inputs, str | Path) else inputs)]
    if folder is None:
        reading = building.read(sources, format=format, strict=strict)
        atlas = Atlas(tuple(extract_facts(reading.papers, options=options)))
    else:
        atlas, reading = building.build(sources, Path(folder), format=format, strict=strict, options=options)
    if reading.skipped:
        count = "1 record" if len(reading.skipped) == 1 else f"{len(reading.skipped)} records"
        warnings.warn(f"{count} skipped, the first: {reading.skipped[0]}", stacklevel=2)
    return atlas
