"""``python -m bench.resolution [--wrong]``: how well names are resolved, on hard pairs that were written by hand.

Each row of tests/data/surface_pairs.tsv is a pair of surface forms, whether they are one thing's, and why; some need a
paper that gives an abbreviation with its long form. A pair is judged in an atlas of its own, where two papers name one
form each; B-cubed precision and recall (Bagga & Baldwin, "Algorithms for scoring coreference chains", 1998) are of one
atlas of all forms.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from paperatlas.extract.facts import Entity, Facts, Span
from paperatlas.extract.paper import Paper
from paperatlas.extract.surface import surface_key
from paperatlas.graph.resolve import resolve
from paperatlas.schema import EntityType

PAIRS = Path(__file__).parents[1] / "tests" / "data" / "surface_pairs.tsv"

#: Says of each entity of some papers which thing it is.
Resolver = Callable[[Sequence[Facts]], Mapping[tuple[str, str], object]]


@dataclass(frozen=True)
class Pair:
    """Two forms, whether they are one thing's, and the pairs of long and short forms that other papers give."""

    one: str
    other: str
    type: EntityType
    same: bool
    kind: str
    why: str
    given: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Figures:
    """Precision and recall, of pairs or by B-cubed."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        return 2 * self.precision * self.recall / (self.precision + self.recall) if self.precision else 0.0


def read_pairs(path: Path = PAIRS) -> list[Pair]:
    """Read the list."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    return [
        Pair(
            row["one"],
            row["other"],
            EntityType(row["type"]),
            row["same"] == "yes",
            row["kind"],
            row["why"],
            tuple((long, short) for long, _, short in (g.partition("=") for g in row["given"].split(";") if g)),
        )
        for row in rows
    ]


def naming(key: str, kind: EntityType, *forms: str) -> Facts:
    """Return the facts of a paper that names one thing by some forms."""
    entity = Entity("it", forms[0], kind, forms, tuple(Span(0, 1) for _ in forms), 0.9)
    return Facts(Paper("It says things.", id=key), (entity,))


def judged(pair: Pair, resolver: Resolver) -> bool:
    """Tell whether a resolver takes the forms of a pair for one thing's, in an atlas of their own."""
    papers = [naming("a", pair.type, pair.one), naming("b", pair.type, pair.other)]
    papers += [naming(f"given {n}", pair.type, *forms) for n, forms in enumerate(pair.given)]
    things = resolver(papers)
    return things["a", "it"] == things["b", "it"]


def pairwise(pairs: Iterable[Pair], resolver: Resolver) -> tuple[Figures, list[Pair]]:
    """Return precision and recall of the pairs taken for one, and the pairs that come out wrong."""
    counts: Counter[tuple[bool, bool]] = Counter()
    wrong = []
    for pair in pairs:
        found = judged(pair, resolver)
        counts[pair.same, found] += 1
        if found != pair.same:
            wrong.append(pair)
    hits = counts[True, True]
    return Figures(hits / max(1, hits + counts[False, True]), hits / max(1, hits + counts[True, False])), wrong


def b_cubed(pairs: Sequence[Pair], resolver: Resolver) -> Figures:
    """Return B-cubed precision and recall of all forms in one atlas; what a chain of pairs makes one is one."""
    forms = sorted({(form, pair.type) for pair in pairs for form in (pair.one, pair.other)})
    papers = [naming(f"{n:04}", kind, form) for n, (form, kind) in enumerate(forms)]
    given = sorted({(long, short, pair.type) for pair in pairs for long, short in pair.given})
    papers += [naming(f"given {n:04}", kind, long, short) for n, (long, short, kind) in enumerate(given)]
    things = resolver(papers)
    found = [things[f"{n:04}", "it"] for n in range(len(forms))]
    lead = {form: form for form in forms}

    def of(form: tuple[str, EntityType]) -> tuple[str, EntityType]:
        while lead[form] != form:
            form = lead[form]
        return form

    for pair in pairs:
        if pair.same:
            lead[of((pair.one, pair.type))] = of((pair.other, pair.type))
    gold = [of(form) for form in forms]
    both = Counter(zip(gold, found, strict=True))
    sizes, wanted = Counter(found), Counter(gold)
    shared = [both[g, f] for g, f in zip(gold, found, strict=True)]
    precision = sum(n / sizes[f] for n, f in zip(shared, found, strict=True)) / len(forms)
    return Figures(precision, sum(n / wanted[g] for n, g in zip(shared, gold, strict=True)) / len(forms))


def ours(papers: Sequence[Facts]) -> Mapping[tuple[str, str], object]:
    """Resolve as an atlas does."""
    return {ref: thing.id for thing in resolve(papers) for ref in thing.members}


def by_key(key: Callable[[str], str]) -> Resolver:
    """Return a resolver that joins what shares a folded form, abbreviations included."""

    def resolver(papers: Sequence[Facts]) -> Mapping[tuple[str, str], object]:
        lead: dict[tuple[str, str], tuple[str, str]] = {}
        by_form: dict[str, tuple[str, str]] = {}

        def of(ref: tuple[str, str]) -> tuple[str, str]:
            while lead[ref] != ref:
                ref = lead[ref]
            return ref

        for facts in papers:
            for entity in facts.entities:
                ref = (facts.paper.key, entity.key)
                lead[ref] = ref
                for alias in entity.aliases:
                    lead[of(ref)] = of(by_form.setdefault(key(alias), ref))
        return {ref: of(ref) for ref in lead}

    return resolver


#: By the names of the rows: what is measured.
RESOLVERS: dict[str, Resolver] = {
    "the same string": by_key(lambda text: text),
    "the same string in small letters": by_key(str.casefold),
    "the same folded string (the first resolver)": by_key(surface_key),
    "resolution": ours,
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wrong", action="store_true", help="list the pairs that come out wrong, and their kinds")
    options = parser.parse_args()
    pairs = read_pairs()
    same = sum(pair.same for pair in pairs)
    print(f"{len(pairs)} pairs, {same} of one thing, {len(pairs) - same} traps\n")
    print("| | pairs: P | R | F1 | B-cubed: P | R | F1 |\n|---|---|---|---|---|---|---|")
    for name, resolver in RESOLVERS.items():
        figures, _ = pairwise(pairs, resolver)
        cubed = b_cubed(pairs, resolver)
        values = (figures.precision, figures.recall, figures.f1, cubed.precision, cubed.recall, cubed.f1)
        print(f"| {name} | " + " | ".join(f"{100 * value:.1f}" for value in values) + " |")
    if options.wrong:
        kinds: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        wrong = pairwise(pairs, ours)[1]
        for pair in pairs:
            kinds[pair.kind][0] += 1
            kinds[pair.kind][1] += pair in wrong
        print("\n" + "\n".join(f"{kind}: {bad} of {count} wrong" for kind, (count, bad) in sorted(kinds.items())))
        for pair in wrong:
            print(f"{'split' if pair.same else 'merged'}: {pair.one} / {pair.other} ({pair.type}): {pair.why}")


if __name__ == "__main__":
    main()
