"""Named questions: SPARQL that is shipped with the product, with parameters.

A question is a file ``export/data/queries/NAME.rq``, a SPARQL query that runs as it stands. Its head tells what it
asks:

    # Which datasets is a system trained or evaluated on?
    #
    # More about it, in any number of lines.
    #
    # param model: Model Method -- the system
    # param since?: year -- only papers of this year or later

A parameter is a variable ``$model`` of the query; what is given for it takes the variable's place, as a term, wherever
it is a token of the query. Kinds are types of things, ``paper``, ``thing`` (any of them), ``relation``, ``year``,
``text``. One with a question mark may be left out: the variable then stays one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

import pyoxigraph as ox

from paperatlas.errors import UsageError
from paperatlas.export.rdf.terms import PA, XSD, text
from paperatlas.export.sparql.names import Names
from paperatlas.export.sparql.tokens import tokens
from paperatlas.graph.build import PAPER_TYPE
from paperatlas.schema import EntityType, RelationType

_PARAMETER = re.compile(r"param (?P<name>[a-z]+)(?P<optional>\?)?: (?P<kinds>[A-Za-z ]+?) -- (?P<meaning>.+)")


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a question wants to know. ``kinds`` are types of things, or one of paper, thing, relation, year, text."""

    name: str
    kinds: tuple[str, ...]
    meaning: str
    optional: bool

    def term(self, value: str, names: Names) -> ox.NamedNode | ox.Literal:
        """Return what ``value``, the user's words, means.

        Raises:
            UsageError: it cannot be one.
            NotFoundError: nothing is called so.
        """
        match self.kinds:
            case ("text",):
                return text(value)
            case ("year",):
                if not re.fullmatch(r"\d{4}", value, re.A):
                    raise UsageError(f"--{self.name}: {value!r} is no year", hint="four digits")
                return ox.Literal(value, datatype=XSD.integer)
            case ("relation",):
                if value not in {*RelationType}:
                    near = get_close_matches(value, [*RelationType], n=2, cutoff=0.5)
                    hint = f"did you mean {' or '.join(near)}?" if near else f"one of {', '.join(RelationType)}"
                    raise UsageError(f"--{self.name}: no relation {value!r}", hint=hint)
                return PA[value]
            case ("type",):
                if value not in {*EntityType}:
                    raise UsageError(f"--{self.name}: no type {value!r}", hint=f"one of {', '.join(EntityType)}")
                return PA[value]
            case ("thing",):
                return ox.NamedNode(names.find(value).iri)
            case ("paper",):
                return ox.NamedNode(names.find(value, [PAPER_TYPE]).iri)
            case kinds:
                return ox.NamedNode(names.find(value, kinds).iri)


@dataclass(frozen=True, slots=True)
class Question:
    """A named question."""

    name: str
    asks: str
    about: str
    parameters: tuple[Parameter, ...]
    query: str

    def usage(self) -> str:
        """Return how it is called.

        >>> question("datasets-of").usage()
        'datasets-of --model NAME'
        """
        options = (f"--{p.name} {_value_of(p)}" for p in self.parameters)
        shown = (f"[{o}]" if p.optional else o for o, p in zip(options, self.parameters, strict=True))
        return " ".join([self.name, *shown])

    def fill(self, given: Mapping[str, str], names: Names, *, limit: int | None = None) -> str:
        """Return the query with what is given for its parameters, and at most ``limit`` rows.

        Raises:
            UsageError: a parameter is missing, unknown, or not what it should be.
            NotFoundError: nothing is called as one says.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f"did you mean --{near[0]}? " if near else ""
                raise UsageError(f"{self.name} knows no --{name}", hint=f"{hint}usage: {self.usage()}")
        missing = [p.name for p in self.parameters if not p.optional and p.name not in given]
        if missing:
            raise UsageError(f"{self.name} wants --{missing[0]}", hint=f"usage: {self.usage()}")
        terms = {f"${name}": str(known[name].term(value, names)) for name, value in given.items()}
        filled = "".join(terms.get(token.text, token.text) for token in tokens(self.query))
        return filled if limit is None else f"{filled}\nLIMIT {limit}"


def questions() -> list[Question]:
    """Return all questions, in order of their names."""
    folder = files("paperatlas.export") / "data" / "queries"
    found = sorted(entry.name.removesuffix(".rq") for entry in folder.iterdir() if entry.name.endswith(".rq"))
    return [question(name) for name in found]


@cache
def question(name: str) -> Question:
    """Return the question ``name``.

    Raises:
        UsageError: there is none of that name.
    """
    file = files("paperatlas.export") / "data" / "queries" / f"{name}.rq"
    if not re.fullmatch(r"[a-z]+(?:-[a-z]+)*", name) or not file.is_file():
        near = get_close_matches(name, [each.name for each in questions()], n=2, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}? " if near else ""
        raise UsageError(f"no question {name!r}", hint=f"{hint}'paperatlas query --list' shows all")
    return parse(name, file.read_text(encoding="utf-8"))


def parse(name: str, text: str) -> Question:
    """Return the question that a file describes.

    Raises:
        ValueError: its head is not as it should be.
    """
    lines = text.splitlines()
    end = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    head = [line.removeprefix("#").strip() for line in lines[:end]]
    parameters = []
    for line in head:
        if line.startswith("param"):
            match = _PARAMETER.fullmatch(line)
            if match is None:
                raise ValueError(f"{name}.rq: not a parameter: {line}")
            kinds = tuple(match["kinds"].split())
            parameters.append(Parameter(match["name"], kinds, match["meaning"], bool(match["optional"])))
    about = " ".join(line for line in head[1:] if line and not line.startswith("param"))
    return Question(name, head[0], about, tuple(parameters), "\n".join(lines[end:]).strip())


def _value_of(parameter: Parameter) -> str:
    return {"relation": "RELATION", "year": "YEAR", "text": "TEXT", "type": "TYPE"}.get(parameter.kinds[0], "NAME")
