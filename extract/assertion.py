"""What a text asserts, and what it only supposes or denies.

After NegEx (Chapman et al. 2001): a cue in front of a term has scope over what follows, a supposition to the end of the
sentence, a denial to the end of its clause.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from paperatlas.extract.facts import Entity, Relation, Span
from paperatlas.extract.lexicon import cue
from paperatlas.schema import RelationType

#: Where a clause ends.
_CLAUSE = re.compile(r"[,;:()]|\b(?:but|and|while|whereas|although|yet)\b", re.I)
#: Relations that a denial in front of the tail takes back ("without attention"); a measurement may well have none.
_DENIABLE = frozenset(
    (RelationType.USES, RelationType.EXTENDS, RelationType.IS_A, RelationType.TRAINED_ON, RelationType.OUTPERFORMS)
)


def asserted(
    relations: Iterable[Relation], entities: Iterable[Entity], sentences: Sequence[Span], text: str
) -> Iterator[Relation]:
    """Yield the relations that ``text`` asserts, each with a sentence of ``sentences`` that does.

    A relation is left out if every sentence that names both its ends, and the one that it was read from, only supposes
    or denies it. What a paper introduces is there.
    """
    begins = [sentence.start for sentence in sentences]
    mentions = {entity.key: entity.mentions for entity in entities}

    def sentence_of(span: Span) -> int:
        return bisect_right(begins, span.start) - 1

    for relation in relations:
        read_from = sentence_of(relation.evidence)
        heads = {sentence_of(span) for span in mentions.get(relation.head, ())}
        named = [(sentence_of(span), span) for span in mentions.get(relation.tail, ())]
        fitting = [(n, span) for n, span in named if n in heads or n == read_from]
        if not fitting or relation.type is RelationType.INTRODUCES:
            yield relation
            continue
        for n, span in sorted(fitting, key=lambda found: found[0] != read_from):
            before = text[sentences[n].start : span.start]
            if not is_supposed(before) and not (relation.type in _DENIABLE and is_denied(before)):
                yield replace(relation, evidence=sentences[n])
                break


def is_supposed(before: str) -> bool:
    """Tell whether what follows ``before``, the beginning of its sentence, is only supposed, hoped for or open.

    >>> is_supposed("It remains to be seen whether Foo outperforms "), is_supposed("We show that Foo outperforms ")
    (True, False)
    """
    return bool(cue("supposed").search(before))


def is_denied(before: str) -> bool:
    """Tell whether what follows ``before``, the beginning of its sentence, is denied.

    >>> is_denied("Foo does not use "), is_denied("Foo does not use bar, but has "), is_denied("Foo uses not only ")
    (True, False, False)
    """
    return bool(cue("denied").search(_CLAUSE.split(before)[-1]))
