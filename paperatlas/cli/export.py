"""``paperatlas export``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paperatlas.cli.common import AtlasFolder, Base, Quiet, Verbose, Voice, WithSparql
from paperatlas.errors import UsageError

if TYPE_CHECKING:
    from paperatlas.export.rdf.profiles import Settings


def export(
    atlas: AtlasFolder,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMAT",
            help="turtle, ntriples, jsonld, trig, nquads, html, graphml, gexf, json, cypher, sssom or csv; "
            "else what FILE ends in.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where to write (a folder for csv); stdout if not given.",
            show_default=False,
        ),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile",
            metavar="PROFILE",
            help="How much RDF says: plain, evidence (the default), or nanopub (trig and nquads only).",
            show_default=False,
        ),
    ] = None,
    base: Base = None,
    crate: Annotated[
        bool,
        typer.Option("--crate", help="Describe DIR as an RO-Crate: ro-crate-metadata.json, VoID, ontology, shapes."),
    ] = False,
    with_sparql: WithSparql = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write an atlas in another format."""
    from paperatlas.export import FORMATS, format_of, known_format, write, write_to
    from paperatlas.graph.atlas import open_atlas

    voice = Voice(quiet=quiet, verbose=verbose)
    if crate:
        from paperatlas.export.crate import write_crate

        if format or output or profile or base:
            raise UsageError(
                "--crate describes DIR as it is", hint="export into DIR first, then run with --crate alone"
            )
        for made in write_crate(open_atlas(atlas), atlas):
            voice.say(f"wrote {made}")
        return
    to_file = output is not None and str(output) != "-"
    name = format or (format_of(output) if output else None) or ("trig" if profile == "nanopub" else None)
    if name is None:
        raise UsageError("which format?", hint=f"--format one of {', '.join(FORMATS)}, or -o FILE with a known ending")
    name = known_format(name)
    settings = rdf_settings(profile, base)
    opened = open_atlas(atlas)
    if to_file and output:
        for written in write(opened, name, output, settings=settings, with_sparql=with_sparql):
            voice.say(f"wrote {written}")
    else:
        write_to(opened, name, sys.stdout.buffer, settings=settings, with_sparql=with_sparql)
        sys.stdout.buffer.flush()


def rdf_settings(profile: str | None, base: str | None) -> Settings | None:
    """Return how RDF is to be written, or ``None`` where nobody said anything of it."""
    from paperatlas.export.rdf.profiles import Settings

    given = {name: value for name, value in (("profile", profile), ("base", base)) if value is not None}
    return Settings(**given) if given else None
