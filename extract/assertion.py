"""What a sentence asserts, and what it only supposes or denies.

After NegEx (Chapman et al. 2001): a cue in front of a term has scope over what follows, a supposition to the end of the
sentence, a denial to the end of its clause.
"""

from __future__ import annotations

import re

from paperatlas.extract.lexicon import cue

#: Where a clause ends.
_CLAUSE = re.compile(r"[,;:()]|\b(?:but|and|while|whereas|although|yet)\b", re.I)


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
