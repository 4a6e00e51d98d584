"""``python -m tools.words FACTS``: count the words of names, for ``graph/resolve/data/words.tsv``.

FACTS is what ``paperatlas extract`` wrote. Only words and their counts are kept, of words that come with five entities
or more.
"""

from __future__ import annotations

import argparse
from itertools import chain
from pathlib import Path

from paperatlas.extract.facts import facts_from_json
from paperatlas.extract.jsonlines import read_objects
from paperatlas.extract.paper import Paper
from paperatlas.graph.resolve.company import RAREST, count_words

_TARGET = Path(__file__).parents[1] / "graph" / "resolve" / "data" / "words.tsv"


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("facts", type=Path)
    facts = [
        facts_from_json(Paper(data["text"], data["id"]), data) for _, data in read_objects(parser.parse_args().facts)
    ]
    counts = count_words(chain.from_iterable(of.entities for of in facts))
    kept = sorted(
        ((word, count) for word, count in counts.items() if count >= RAREST), key=lambda item: (-item[1], item[0])
    )
    head = f"# Words of the names of things in {len(facts)} abstracts, and with how many entities each comes\n"
    _TARGET.write_text(head + "".join(f"{word}\t{count}\n" for word, count in kept), encoding="utf-8")
    print(f"{_TARGET.name}: {len(kept)} words")


if __name__ == "__main__":
    main()
