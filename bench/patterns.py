"""``python -m bench.patterns [--size N] [--json FILE]``: how the time of each regular expression grows with a text.

Every expression of the package (compiled in a module, or given to a function of ``re`` as it stands) is used as the
package uses it, on texts that are hard for such expressions: one character, or a few, again and again, pieces of the
expression itself, and what leads to each of its repetitions, goes on there, and fails (:mod:`bench.pumps`). The table
lists the hardest text of each, the time for it, and the exponent of growth from a quarter of that text: 1 is linear, 2
quadratic, and what takes longer than anybody would wait is infinite.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import json
import math
import pkgutil
import re
import signal
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import paperatlas
from bench.pumps import Pump, pumps

#: What texts are made of, again and again.
UNITS = (
    *" aA0([{\\$-.,:;'\"`<>%@#&*_~^|=!?/\n\t\r\u00a0é中",
    *(
        "a ",
        "A ",
        "aB",
        "Ab ",
        "1.",
        "0,",
        "a-",
        "A-1",
        "a.",
        "A.",
        "\\a",
        "\\a ",
        "\\'",
        "{}",
        "{a",
        "$a",
        "$ $",
        "a\n",
        "\n\n",
    ),
    *(
        "\n ",
        " \n",
        ", ",
        "- ",
        "() ",
        "(a",
        "[a]",
        "of the ",
        "and ",
        "::",
        "a:",
        "http://",
        "<a ",
        "</a",
        "&a;",
        "--",
    ),
)
#: A clock may tell less than this as nothing, in seconds.
_TICK = 0.001
#: Where imports have effects, or need what is not installed everywhere.
_LEFT_OUT = ("paperatlas.__main__", "paperatlas.extract.training")
_FUNCTIONS = frozenset(("search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer", "compile"))


class Expression(NamedTuple):
    """A regular expression, where it stands, and how it is used: to find all, or at the beginning only."""

    where: str
    pattern: re.Pattern[str]
    anchored: bool


class Growth(NamedTuple):
    """The hardest text for an expression, the seconds for it, and the exponent of growth."""

    where: str
    text: Pump
    seconds: float
    exponent: float


def expressions() -> list[Expression]:
    """Return every expression of the package, each once."""
    loaded = [
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(paperatlas.__path__, "paperatlas.")
        if not module.name.startswith(_LEFT_OUT)
    ]
    sources = {module.__name__: Path(str(module.__file__)).read_text(encoding="utf-8") for module in loaded}
    everything = "\n".join(sources.values())
    found: dict[tuple[str, int], Expression] = {}
    for module in loaded:
        named = [(name, value) for name, value in vars(module).items() if isinstance(value, re.Pattern)]
        # A name with an underscore is its module's own; others have the same.
        own = sources[module.__name__]
        uses = [(name, pattern, _uses(name, own if name[0] == "_" else everything)) for name, pattern in named]
        for name, pattern, functions in [*uses, *_literals(own)]:
            if isinstance(pattern.pattern, str):
                one = Expression(f"{module.__name__}.{name}", pattern, functions <= {"match", "fullmatch"})
                known = found.setdefault((pattern.pattern, pattern.flags), one)
                found[pattern.pattern, pattern.flags] = known._replace(anchored=known.anchored and one.anchored)
    return [*found.values()]


def _uses(name: str, source: str) -> set[str]:
    """Return by which methods an expression of this name is used anywhere; if none is seen, by all of them."""
    return set(re.findall(rf"\b{name}\.(\w+)", source)) & _FUNCTIONS or {*_FUNCTIONS}


def _literals(source: str) -> Iterator[tuple[str, re.Pattern[str], set[str]]]:
    """Yield the expressions that are given to functions of ``re`` as they stand."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in _FUNCTIONS - {"compile"}
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            flags = re.NOFLAG
            for name in re.findall(r"\bre\.([A-Z]+)\b", ast.unparse(node)):
                flags |= re.RegexFlag[name]
            yield f"line {node.lineno}", re.compile(node.args[0].value, flags), {node.func.attr}


def pieces(pattern: re.Pattern[str]) -> list[str]:
    """Return words of an expression itself, alone and with a blank behind: what it begins to match again and again."""
    words = re.findall(r"[A-Za-z]{2,}", re.sub(r"\\.|\(\?P?<\w+>", " ", pattern.pattern))
    return [unit for word in dict.fromkeys(words[:4]) for unit in (word, f"{word} ")]


def seconds(expression: Expression, text: str, limit: float) -> float:
    """Return the seconds of a core that the expression takes for a text; infinity if more than ``limit``."""

    def give_up(_signal: int, _frame: object) -> None:
        raise TimeoutError

    pattern = expression.pattern
    before = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, limit)
    started = time.process_time()
    try:
        if expression.anchored:
            pattern.match(text)
            pattern.fullmatch(text)
        else:
            deque(pattern.finditer(text), maxlen=0)
    except TimeoutError:
        return math.inf
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return time.process_time() - started


def growth(expression: Expression, size: int) -> Growth:
    """Find the hardest text of ``size`` characters, and how its time grows from a quarter of that size."""

    # What is linear takes some microseconds a character at most.
    limit = 0.5 * max(1, size / 2**16)
    # The hardest at a small size is the hardest at a large one, and does not take forever.
    small = size // 16
    plain = [Pump("", unit, "") for unit in (*UNITS, *pieces(expression.pattern))]
    texts = [*plain, *pumps(expression.pattern)]
    hardest = max(texts, key=lambda pump: seconds(expression, pump.text(small), limit))
    part = min(seconds(expression, hardest.text(size // 4), 2 * limit) for _ in range(2))
    whole = min(seconds(expression, hardest.text(size), 8 * limit) for _ in range(2)) if part < limit else math.inf
    if math.isinf(whole):
        return Growth(expression.where, hardest, whole, math.inf)
    # What takes no time has no growth that could be measured.
    exponent = math.log(whole / max(part, _TICK), 4) if whole > 0.02 * size / 2**16 else 1.0
    return Growth(expression.where, hardest, whole, exponent)


def _shown(pump: Pump) -> str:
    ends = [repr(end) if len(end) < 30 else f"{end[:29]!r}…" for end in (pump.prefix, pump.suffix)]
    return f"{ends[0]}, {pump.unit!r} …, {ends[1]}" if pump.prefix or pump.suffix else f"{pump.unit!r} …"


def main() -> None:
    """Print the table, the steepest first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=2**20)
    parser.add_argument("--rows", type=int, default=15)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    measured = sorted((growth(e, options.size) for e in expressions()), key=lambda g: (-g.exponent, -g.seconds))
    print(f"{len(measured)} expressions, texts of {options.size:,} characters; the steepest:\n")
    print("| expression | text of | seconds | exponent |\n|---|---|---|---|")
    for one in measured[: options.rows]:
        print(
            f"| {one.where.removeprefix('paperatlas.')} | {_shown(one.text)} | {one.seconds:.3f} | {one.exponent:.2f} |"
        )
    if options.json:
        options.json.write_text(json.dumps([one._asdict() for one in measured], indent=1) + "\n")


if __name__ == "__main__":
    main()
