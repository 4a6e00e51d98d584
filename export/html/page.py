"""The graph to a page: pyvis' Network in a template of our own.

pyvis makes the nodes and edges that vis-network draws; the template adds all else. What the page needs is in it, and a
Content-Security-Policy allows nothing else: no request, no script but those whose hashes it names. Names and abstracts
travel as JSON and become text nodes, never markup.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import BinaryIO

import pyvis
from jinja2 import Environment, PackageLoader, StrictUndefined

from paperatlas.errors import OutputError, PaperatlasError
from paperatlas.export.html.boards import boards
from paperatlas.export.html.excerpt import excerpt
from paperatlas.export.html.network import FIRST_VIEW, network
from paperatlas.export.html.sparql import sparql
from paperatlas.export.html.texts import Texts
from paperatlas.graph.atlas import Atlas
from paperatlas.schema import SIGNATURES, TYPE_MEANINGS

#: The page's own script, in the order in which its modules build on each other; they share one scope.
MODULES = (
    "dom",
    "data",
    "state",
    "filters",
    "graph",
    "overlay",
    "panel",
    "search",
    "controls",
    "tables",
    "boards",
    "timeline",
    "picture",
)


def write_html(atlas: Atlas, out: BinaryIO, *, with_sparql: bool = False) -> None:
    """Write the page; ``with_sparql`` one that answers SPARQL, too, which makes it 2 MB larger and more."""
    out.write(render(atlas, with_sparql=with_sparql).encode())


def answers_sparql(page: Path) -> bool:
    """Tell whether the page in a file was written ``with_sparql``.

    Raises:
        OutputError: what stands there is no file, or cannot be read.
    """
    if not page.is_file():
        raise OutputError("is no file", where=str(page), hint="move it away: the page goes there")
    try:
        content = page.read_bytes()
    except OSError as error:
        raise OutputError(f"cannot be read: {error.strerror}", where=str(page)) from error
    return b'id="view-sparql"' in content


def render(atlas: Atlas, *, with_sparql: bool = False) -> str:
    """Return the page as text."""
    chosen = excerpt(atlas)
    texts = Texts(atlas, chosen)
    environment = Environment(
        loader=PackageLoader("paperatlas.export.html", "templates"), autoescape=True, undefined=StrictUndefined
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":"), "sort_keys": False}
    templates = files("paperatlas.export.html") / "templates"
    engine = sparql(atlas) if with_sparql else None
    scripts = [_vis_network(), _own_script((*MODULES, "sparql", "main") if with_sparql else (*MODULES, "main"))]
    style = (templates / "page.css").read_text(encoding="utf-8")
    environment.globals |= {
        "scripts": scripts,
        "style": style,
        "policy": _policy([*scripts, engine["script"]] if engine else scripts, style, compiles=with_sparql),
        "sparql": engine,
        "atlas": {
            "papers": texts.views(),
            "relations": {kind.value: [s.reads, s.inverse, s.symmetric] for kind, s in SIGNATURES.items()},
            "types": {kind.value: meaning for kind, meaning in TYPE_MEANINGS.items()},
            "first": FIRST_VIEW,
            "boards": boards(atlas, chosen, texts),
            "left_out": chosen.left_out,
        },
    }
    drawn = network(chosen, texts)
    drawn.templateEnv = environment
    drawn.path = "page.html.j2"
    page: str = drawn.generate_html(notebook=False)
    return page


def _own_script(names: Sequence[str]) -> str:
    folder = files("paperatlas.export.html") / "templates" / "js"
    modules = [(folder / f"{name}.js").read_text(encoding="utf-8") for name in names]
    return '(() => {\n"use strict";\n' + "\n".join(modules) + "})();\n"


def _vis_network() -> str:
    """Return the script of vis-network that pyvis brings along, the newest of them."""
    found = sorted((Path(pyvis.__file__).parent / "templates" / "lib").glob("vis-*/vis-network.min.js"))
    if not found:
        raise PaperatlasError("this version of pyvis brings no vis-network", hint="pip install 'pyvis==0.3.2'")
    script = found[-1].read_text(encoding="utf-8")
    # The comment that names a source map would make a browser look for it.
    return script.replace("//# sourceMappingURL=", "// ")


def _policy(scripts: Sequence[str], style: str, *, compiles: bool) -> str:
    """Return a Content-Security-Policy that allows what is inlined, by its hash, and nothing else.

    A page that ``compiles`` WebAssembly must be allowed to, and no more than that.
    """
    allowed = " ".join([_hash(script) for script in scripts] + (["'wasm-unsafe-eval'"] if compiles else []))
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
