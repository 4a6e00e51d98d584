"""``python -m bench.grounding FILE... [--count N] [--pipeline NAME] [--model NAME]``: is all that is said in the text?

Files hold one JSON object a line, with ``title`` and ``abstract``, or ``text``; ``.gz`` or not. Every alias must be the
text of its mentions, evidence must be text, every end of a relation must be an entity. Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from paperatlas.extract.facts import Facts, Span
from paperatlas.extract.jsonlines import read_objects, title_and_abstract
from paperatlas.extract.latex import fold
from paperatlas.extract.paper import Paper
from paperatlas.extract.pipeline import extract_facts, load
from paperatlas.schema import PAPER, SIGNATURES

if TYPE_CHECKING:
    from spacy.language import Language

_BATCH = 200


def check(facts: Facts) -> Counter[str]:
    """Count what ``facts`` say, and what of it is not in the text, is cut in a word, or breaks the schema."""
    text = facts.paper.text
    # Where a word begins is what a reader sees: behind the macro of "\emphPrefMRF", whose brackets are lost.
    folded = fold(text)
    counts: Counter[str] = Counter(abstracts=1)
    types = {PAPER: PAPER} | {entity.key: entity.type.value for entity in facts.entities}
    for entity in facts.entities:
        counts["aliases"] += len(entity.aliases)
        spelt = {span.of(text) for span in entity.mentions}
        counts["aliases not in the text"] += sum(alias not in spelt for alias in entity.aliases)
        counts["mentions cut in a word"] += sum(
            _cut(folded.text, Span(*folded.reading(*span))) for span in entity.mentions
        )
    for relation in facts.relations:
        counts["relations"] += 1
        counts["evidence not in the text"] += not _sentence(text, relation.evidence)
        ends = types.get(relation.head), types.get(relation.tail)
        counts["relations against the schema"] += not SIGNATURES[relation.type].allows(str(ends[0]), str(ends[1]))
    for result in facts.results:
        counts["results"] += 1
        counts["evidence not in the text"] += not _sentence(text, result.evidence)
        read = fold(result.evidence.of(text)).text.replace(",", "")
        counts["values not in the evidence"] += result.value.lstrip("-") not in read
        counts["results of unknown things"] += (
            not {result.subject, result.metric, result.dataset or PAPER} <= types.keys()
        )
    return counts


def _cut(text: str, span: Span) -> bool:
    before, after = text[span.start - 1 : span.start + 1], text[span.end - 1 : span.end + 1]
    return bool(span.start and before.isalpha()) or (after.isalpha() and len(after) == 2)


def _sentence(text: str, span: Span) -> bool:
    return 0 <= span.start < span.end <= len(text) and bool(span.of(text).strip())


@cache
def _pipeline(pipeline: str, model: str) -> Language:
    return load(pipeline, model=model)


def _check_all(pipeline: str, model: str, texts: Sequence[tuple[str, str]]) -> Counter[str]:
    papers = [Paper(abstract, id=str(n), title=title) for n, (title, abstract) in enumerate(texts)]
    total: Counter[str] = Counter()
    for facts in extract_facts(papers, _pipeline(pipeline, model)):
        total.update(check(facts))
    return total


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--count", type=int, default=20_000, help="of all files together, the same share of each")
    parser.add_argument("--pipeline", default="learned")
    parser.add_argument("--model", default="default")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    share = options.count // len(options.files)
    records = chain.from_iterable(islice(read_objects(path), share) for path in options.files)
    texts = (title_and_abstract(record) for _, record in records)
    total: Counter[str] = Counter()
    with ProcessPoolExecutor(options.workers, get_context("spawn")) as pool:
        parts = [
            pool.submit(_check_all, options.pipeline, options.model, batch)
            for batch in iter(lambda: [*islice(texts, _BATCH)], [])
        ]
        for part in parts:
            total.update(part.result())
    print(json.dumps(total))


if __name__ == "__main__":
    main()
