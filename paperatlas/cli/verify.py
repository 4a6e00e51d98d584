"""``paperatlas verify``."""

from __future__ import annotations

from paperatlas.cli.common import AtlasFolder, Quiet, Verbose, Voice, counted, print_line


def verify(atlas: AtlasFolder, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Check an atlas: every mention and evidence against the texts, every hash, the graph against the facts.

    Prints what does not hold, a line each: file, what, why. Exits with 1 if there is any.
    """
    from paperatlas.errors import AtlasError
    from paperatlas.graph.atlas import store_of
    from paperatlas.graph.verify import verify as check

    voice = Voice(quiet=quiet, verbose=verbose)
    faults = 0
    for fault in check(store_of(atlas)):
        faults += 1
        print_line(str(fault))
    if faults:
        raise AtlasError(f"{counted(faults, 'fault')}", where=str(atlas))
    voice.say(f"{atlas}: all of it holds")
