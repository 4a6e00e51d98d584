"""Graph in, files out. A format is one module and one row of :data:`FORMATS`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from paperatlas.errors import UsageError
from paperatlas.files import atomic_writer
from paperatlas.graph.atlas import Atlas

if TYPE_CHECKING:
    from paperatlas.export.rdf.profiles import Settings

#: Writes an atlas to a binary stream; those of RDF also take how.
Writer = Callable[..., None]


class Format(NamedTuple):
    """A kind of file. ``writer`` names a function, so that the libraries of other formats are not imported.

    A format of several files has one writer for each, by the file's name; it is written to a folder.
    """

    label: str
    suffix: str
    writer: str | dict[str, str]


#: By the name that ``--format`` takes.
FORMATS: dict[str, Format] = {
    "turtle": Format("RDF as Turtle", ".ttl", "rdf:write_turtle"),
    "ntriples": Format("RDF as N-Triples", ".nt", "rdf:write_ntriples"),
    "jsonld": Format("RDF as JSON-LD", ".jsonld", "rdf:write_jsonld"),
    "trig": Format("RDF as TriG, what each paper states in a graph of its own", ".trig", "rdf:write_trig"),
    "nquads": Format("RDF as N-Quads, the same graphs", ".nq", "rdf:write_nquads"),
    "html": Format("an interactive page, one file that opens offline", ".html", "html:write_html"),
    "graphml": Format("GraphML", ".graphml", "xml:write_graphml"),
    "gexf": Format("GEXF, for Gephi", ".gexf", "xml:write_gexf"),
    "json": Format("node-link JSON", ".json", "nodelink:write_nodelink"),
    "sssom": Format("SSSOM, the things that are tied to outside lists", ".sssom.tsv", "sssom:write_sssom"),
    "cypher": Format("Cypher statements, for Neo4j", ".cypher", "cypher:write_cypher"),
    "csv": Format(
        "a folder of tables: nodes.csv, edges.csv, results.csv",
        "",
        {"nodes.csv": "tables:write_nodes", "edges.csv": "tables:write_edges", "results.csv": "tables:write_results"},
    ),
}


#: Other names that people know the formats by.
_ALSO = {"ttl": "turtle", "nt": "ntriples", "n-triples": "ntriples", "json-ld": "jsonld"}
_ALSO |= {"nq": "nquads", "n-quads": "nquads", "nodelink": "json"}


def known_format(name: str) -> str:
    """Return the name of a format as :data:`FORMATS` has it.

    >>> known_format("ttl")
    'turtle'

    Raises:
        UsageError: there is no such format.
    """
    known = _ALSO.get(name, name)
    if known not in FORMATS:
        raise UsageError(f"no format {name!r}", hint=f"one of {', '.join(FORMATS)}")
    return known


def format_of(path: Path) -> str | None:
    """Return the format that a file's name asks for, or ``None``.

    >>> format_of(Path("graph.ttl"))
    'turtle'
    """
    return next((name for name, form in FORMATS.items() if form.suffix and path.name.endswith(form.suffix)), None)


def write(
    atlas: Atlas, format: str, path: Path, *, settings: Settings | None = None, with_sparql: bool = False
) -> list[Path]:
    """Write ``atlas`` to ``path``, a folder for formats of several files; return what was written.

    ``settings`` say how RDF is written; ``with_sparql`` makes a page that answers SPARQL.

    Raises:
        OutputError: ``path`` cannot be written to; what was there is untouched.
        UsageError: there is no such format, or it cannot be written so.
    """
    writers = FORMATS[known_format(format)].writer
    targets = {path: writers} if isinstance(writers, str) else {path / name: w for name, w in writers.items()}
    for target, writer in targets.items():
        with atomic_writer(target) as out:
            _function(writer, settings, with_sparql)(atlas, out)
    return [*targets]


def write_to(
    atlas: Atlas, format: str, out: BinaryIO, *, settings: Settings | None = None, with_sparql: bool = False
) -> None:
    """Write ``atlas`` to a stream, as :func:`write` does to a file.

    Raises:
        UsageError: there is no such format, it is one of several files, or it cannot be written so.
    """
    name = known_format(format)
    writer = FORMATS[name].writer
    if not isinstance(writer, str):
        raise UsageError(f"{name} is {FORMATS[name].label}", hint="name the folder with -o")
    _function(writer, settings, with_sparql)(atlas, out)


def _function(writer: str, settings: Settings | None, with_sparql: bool) -> Writer:
    module, _, function = writer.partition(":")
    found: Writer = getattr(import_module(f"paperatlas.export.{module}"), function)
    if with_sparql:
        if module != "html":
            raise UsageError("only a page answers SPARQL by itself", hint="--format html")
        found = partial(found, with_sparql=True)
    if settings is None:
        return found
    if module != "rdf":
        rdf = (name for name, form in FORMATS.items() if str(form.writer).startswith("rdf:"))
        raise UsageError("a profile and a base are for RDF", hint=f"--format one of {', '.join(rdf)}")
    return partial(found, settings=settings)
