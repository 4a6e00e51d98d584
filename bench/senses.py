"""``python -m bench.senses FACTS.jsonl``: how long resolution takes, and what it makes of abbreviations.

FACTS is what ``paperatlas extract`` writes. Each paper that spells an abbreviation out, which others spell out too, is
put to the test with its expansion hidden: what would the others, its types and its company have said? "chosen" is how
many of the expansions that others give too are found, "right" how many of the choices are. An abbreviation has 60
papers at most.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench.facts import read_facts
from paperatlas.graph.resolve import resolve
from paperatlas.graph.resolve.collection import Member, collect
from paperatlas.graph.resolve.company import company_in
from paperatlas.graph.resolve.decisions import NONE
from paperatlas.graph.resolve.forms import Form
from paperatlas.graph.resolve.joining import Context, Linker
from paperatlas.graph.resolve.senses import TAKEN, Sense, choose

_MOST = 60


def hidden(linker: Linker, context: Context) -> Iterator[tuple[Form, str, Member, list[Sense]]]:
    """Yield each use of an abbreviation with the lead of its meaning, and the candidates without this paper."""
    for short, senses in linker.spelt_out():
        if sum(len(members) for members in senses.values()) < 2:
            continue
        uses = sorted((member.ref, lead, member) for lead, members in senses.items() for member in members)
        for ref, lead, member in uses[:_MOST]:
            left = {
                other: [m for m in members if m.ref[0] != ref[0]] if other == lead else members
                for other, members in senses.items()
            }
            yield short, lead, member, [Sense.of(at, some, context.around) for at, some in left.items() if some]


def main() -> None:
    """Print the time and the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("facts", type=Path, metavar="FACTS")
    facts = [*read_facts(parser.parse_args().facts)]
    start = time.process_time()
    things = resolve(facts)
    spent = time.process_time() - start
    print(f"{len(facts)} papers, {sum(len(f.entities) for f in facts)} entities, {len(things)} things: {spent:.1f} s")
    named = {(of.paper.key, entity.key): entity for of in facts for entity in of.entities}
    company = {of.paper.key: company_in(of) for of in facts}
    collection = collect(dict(sorted(named.items())))
    linker = Linker(collection, NONE, company.__getitem__)
    linker.groups()
    context = Context(collection, company.__getitem__)
    counts: Counter[tuple[str, str]] = Counter()
    for short, lead, member, senses in hidden(linker, context):
        letters = len(short.text.removesuffix("s"))
        row = f"{min(letters, 5)}{' or more' if letters > 4 else ''} letters" if short.is_abbreviation else "names"
        around = context.around(member) - {short.key}
        choice = choose(short, member.entity.type, around, senses)
        chosen = choice is not None and choice.sureness >= TAKEN
        for at in (row, "all"):
            counts[at, "uses"] += 1
            counts[at, "known"] += any(sense.lead == lead for sense in senses)
            counts[at, "taken"] += chosen
            counts[at, "right"] += bool(chosen and choice and choice.sense.lead == lead)
    print("\n| | uses | given by others | right | chosen |\n|---|---|---|---|---|")
    for row in sorted({row for row, _ in counts}):
        uses, known, taken, right = (counts[row, what] for what in ("uses", "known", "taken", "right"))
        print(f"| {row} | {uses} | {known} | {100 * right / max(1, taken):.1f} | {100 * right / max(1, known):.1f} |")


if __name__ == "__main__":
    main()
