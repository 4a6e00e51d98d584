"""The name that a thing goes by, of all that a text calls it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from spacy.tokens import Doc

from paperatlas.extract.acronyms import Acronym
from paperatlas.extract.facts import Span
from paperatlas.extract.names import is_mixed
from paperatlas.extract.sentences import sentences_of, title_length
from paperatlas.extract.surface import singular
from paperatlas.schema import EntityType

#: A method's abbreviation of more letters than this is better known than what it stands for.
_SHORT = 3
#: Metrics that go by their plural.
_COUNTED = re.compile(r"[KMGTP]?(?:FLOP|MAC)s")
_OF = re.compile(r"\bof\b", re.I)
#: A task that begins with a verb: what is behind it is its object, but for "reasoning tasks".
_DOING = re.compile(r"\w{2,}ing (?!.*\b(?:task|problem|challenge)s$)", re.I)


@dataclass(frozen=True, slots=True)
class Namer:
    """Chooses names in one text. Offsets are characters."""

    text: str
    title_end: int
    sentence_starts: frozenset[int]
    short_forms: frozenset[str]
    long_forms: frozenset[str]

    @classmethod
    def from_doc(cls, doc: Doc, text: str, acronyms: Sequence[Acronym]) -> Namer:
        """Collect what names depend on from a doc that has sentences."""
        title = title_length(doc)
        return cls(
            text,
            doc[title].idx if title else 0,
            frozenset(sentence.span.start for sentence in sentences_of(doc)),
            frozenset(text[slice(*acronym.short)] for acronym in acronyms),
            frozenset(text[slice(*acronym.long)] for acronym in acronyms),
        )

    def name(self, mentions: Sequence[Span], kind: EntityType) -> str:
        """Choose the name of a thing of type ``kind`` that stands at ``mentions``.

        A system's short name if it is more than three capitals (VQ-VAE, BERT), else the long form that the text gives
        (Fréchet Inception Distance), else the form used most often outside the title, in the singular.
        """
        texts = [mention.of(self.text) for mention in mentions]
        short = next((text for text in texts if text in self.short_forms), "")
        long = next((text for text in texts if text in self.long_forms), "")
        if short and long:
            own = in_singular(short)
            named = kind in (EntityType.MODEL, EntityType.DATASET) or (kind is EntityType.METHOD and len(own) > _SHORT)
            return own if named or not (own.isalpha() and own.isupper()) else in_singular(long)
        body = [mention for mention in mentions if mention.start >= self.title_end] or mentions
        proper = kind in (EntityType.MODEL, EntityType.DATASET)
        forms = (mention.of(self.text) if proper else self._inside(mention) for mention in body)
        counts = Counter(self._of_one(form, kind) for form in forms)
        # A term in small letters says that its capitals elsewhere are a heading's.
        return max(counts, key=lambda form: (is_mixed(form), form.islower(), counts[form], -len(form), form))

    def _of_one(self, form: str, kind: EntityType) -> str:
        """Put a term in the singular, unless its plural is no plural of it.

        That is so of a task's object ("mitigating hallucinations"), and of a name that only looks like a plural: a
        capitalised word that stands alone ("Cityscapes") or ends a dataset's name ("Stanford Cars"), if the text
        never has its singular.
        """
        if kind is EntityType.TASK and _DOING.match(form):
            return form
        single, last = in_singular(form), form.rpartition(" ")[2]
        if single == form or not last.istitle() or not (kind is EntityType.DATASET or last == form):
            return single
        return single if re.search(rf"\b{re.escape(single.rpartition(' ')[2])}\b", self.text, re.I) else form

    def _inside(self, mention: Span) -> str:
        """Return a mention as it would stand inside a sentence: without the capital that a beginning gives it."""
        form = mention.of(self.text)
        first = form.split(" ", 1)[0]
        only_begins = mention.start in self.sentence_starts and len(first) > 1 and first.istitle()
        return form[0].lower() + form[1:] if only_begins and not is_mixed(first) else form


@lru_cache(maxsize=65536)
def in_singular(text: str) -> str:
    """Put the last word of a term in the singular, keeping its letters.

    >>> in_singular("GANs"), in_singular("Normalizing Flows"), in_singular("DeepMind Labs"), in_singular("Atari")
    ('GAN', 'Normalizing Flow', 'DeepMind Lab', 'Atari')
    >>> in_singular("GFLOPs"), in_singular("Toeplitz matrices"), in_singular("Mixture of Agents")
    ('GFLOPs', 'Toeplitz matrix', 'Mixture of Agents')
    """
    start, space, last = text.rpartition(" ")
    # Behind "of" the last word is not what there would be one of.
    if _COUNTED.fullmatch(last) or _OF.search(text):
        return text
    if re.search(r"[A-Z0-9]s$", last):
        return start + space + last[:-1]
    if is_mixed(last) or not (last.islower() or last.istitle()):
        return text
    single = singular(last.lower())
    return start + space + (last[: len(single)] if last.lower().startswith(single) else single)
