"""What a script calls: ``paperatlas.build`` and ``paperatlas.open``."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

from paperatlas.extract.readers.records import Skipped
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
    workers: int | None = None,
) -> Atlas:
    """Build the atlas of some papers: in ``folder``, on top of the one that is there, or only in memory.

    ``inputs`` are files, folders or globs, as the command ``paperatlas build`` takes them; the other arguments are its
    options. Records that cannot be read or extracted are skipped with a warning (``UserWarning``) that counts them.

    Raises:
        InputError: an input cannot be read, or holds no paper at all; with ``strict`` also for a bad record.
        AtlasError: ``folder`` holds a store that cannot be added to.
        ModelError: the pipeline or the model cannot be used.
        OutputError: ``folder`` cannot be written to.
        WorkerError: workers cannot be started, or die whatever the paper.
    """
    from paperatlas import building
    from paperatlas.extract.pipeline import Options
    from paperatlas.extracting import extraction
    from paperatlas.graph.store.rows import settled

    options = Options(pipeline, model, str(gazetteer), min_confidence)
    sources = [str(source) for source in ([inputs] if isinstance(inputs, str | Path) else inputs)]
    if folder is None:
        run = building.run_of(options)
        with extraction(sources, options, format=format, strict=strict, workers=workers) as extracted:
            facts = [*map(settled, extracted.facts)]
        atlas = Atlas(facts, [run], {found.paper.key: run.id for found in facts})
        skipped: Sequence[Skipped] = extracted.skipped
    else:
        atlas, reading = building.build(
            sources, Path(folder), format=format, strict=strict, options=options, workers=workers
        )
        skipped = reading.skipped
    if skipped:
        count = "1 record" if len(skipped) == 1 else f"{len(skipped)} records"
        warnings.warn(f"{count} skipped, the first: {skipped[0]}", stacklevel=2)
    return atlas
