"""Longer ways to call the same thing: "the COCO dataset", "ImageNet 128x128", "SQuAD dev set", "Gopher (280B)".

A rule takes something off a form; what is left is its base. Whether the two are one thing is decided with a view to all
papers (:func:`Variants.base`): the base must be a name by its letters, or be named itself as a thing of the same kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from paperatlas.graph.memory import remembered
from paperatlas.graph.resolve.forms import Form, form
from paperatlas.schema import EntityType

#: Types that readers choose between for one and the same thing.
KINDS = {
    EntityType.MODEL: "system",
    EntityType.METHOD: "system",
    EntityType.DATASET: "dataset",
    EntityType.TASK: "task",
    EntityType.METRIC: "metric",
}

#: Nouns that say of a name what it is anyway; one a line, the plain ones may stand behind an abbreviation too.
_PLAIN = {
    "system": "model network architecture method algorithm approach technique optimizer optimiser mechanism",
    "dataset": "dataset data-set benchmark corpus corpora database data collection suite challenge environment testbed "
    "leaderboard competition task game",
    "task": "task problem",
    "metric": "score metric measure value",
}
_FURTHER = {"system": "framework system agent family toolkit library package software backbone simulator engine tool"}
_PHRASES = {"dataset": ("data set", "knowledge graph", "knowledge base", "test suite", "test bed"), "metric": ()}
_NOUNS = {kind: frozenset(f"{nouns} {_FURTHER.get(kind, '')}".split()) for kind, nouns in _PLAIN.items()}
_MODALITIES = frozenset("image images video videos speech text audio".split())
#: Behind a term of common nouns, these add nothing to it.
_COMMON = {
    "system": frozenset("method algorithm approach technique mechanism".split()),
    "task": frozenset("task problem".split()),
}
#: Words that are no qualifiers, in one spelling.
EMPTY = frozenset(form(word).key for nouns in (_PLAIN, _FURTHER) for words in nouns.values() for word in words.split())

_ARTICLE = re.compile(r"^(?:the|an?)\s+(?=\S)", re.I)
_STATES = re.compile(
    r"^(?:vanilla|standard|original|pre-?trained|fine-?tuned|frozen|off-the-shelf|well-known|popular|public|"
    r"publicly available|famous)\s+(?=\S)",
    re.I,
)
_CONDITIONAL = re.compile(r"^(?:class-)?conditional\s+(?=\S)", re.I)
_MAKERS = re.compile(
    r"^(?:MS|(Microsoft|Google|OpenAI|DeepMind|Meta|Facebook|NVIDIA|IBM|Amazon|Apple|Salesforce|Alibaba|Baidu|Tencent|"
    r"Huawei|Stanford|MIT|Anthropic|Mistral|EleutherAI|AllenAI)(?:['’]s)?)[\s-](?=[^\W\d])"
)
_RESOLUTION = r"\d{2,4}\s?(?:[x×]\s?\d{2,4}(?:\s?[x×]\s?\d{1,4})?|\s?\^\s?2|²)(?:\s?(?:px|pixels?))?"
_RESOLVED = re.compile(
    rf"[\s-]{{0,3}}(?:\(|\b)(?:at\s|with\s)?(?:a\s)?(?:resolution\s(?:of\s)?)?(?<!\d){_RESOLUTION}"
    r"(?:\s(?:resolution|images?))?\)?$|"
    rf"^{_RESOLUTION}[\s-]{{1,3}}(?:resolution\s)?(?=\S)"
)
_PART = r"(?:training|train|validation|val|development|dev|testing|test|evaluation|held-out|minival)"
_SPLIT = re.compile(
    rf"[\s-]{{1,3}}\(?{_PART}(?:[\s-]?(?:dev|std|clean|other|challenge|standard|\d{{4}}))?"
    r"(?:[\s-](?:set|split|subset|partition|fold|part|data|images|section|portion)s?)?\)?$|"
    rf"^{_PART}[\s-](?:set|split|subset|partition|portion|part|data)s? (?:of|from) (?:the )?",
    re.I,
)
_SIZE = re.compile(r"\s?\(\s?\d+(?:\.\d+)?\s?[BMKT]\s?(?:param(?:eter)?s)?\)$")
_UNIT = re.compile(r"\s?\((?:dB|ms|[%↑↓])\)$")
_TURNED = re.compile(r"^([a-z]+(?:ing|ion|ment|ysis|val)) of (?:the |an? )?([\w -]+)$", re.I)
_YEAR = re.compile(r"^(.*[A-Za-z][\s-]?)['’]?(\d\d)$")
#: A term is a name if more of its forms than this are written as one.
_WRITTEN_SO = 0.75
#: How many things may be taken off one form.
STEPS = 4


class Step(NamedTuple):
    """What a rule makes of a form."""

    base: str
    rule: str
    #: Whether a base that is a name by its letters needs no paper that names it so.
    sure: bool = True
    #: The noun taken off, if it is one.
    noun: str = ""


@dataclass
class Variants:
    """The forms of a collection: which are named, as what, and which of them are others with a word more."""

    #: By keys: of which kind most entities are that are called so.
    kinds: Mapping[str, str]
    #: By keys: how many entities are called so, and what share of them in the letters of a name.
    counts: Mapping[str, int]
    proper: Mapping[str, float]
    #: Keys of forms that a person keeps as they are.
    kept: frozenset[str] = frozenset()
    _known: dict[tuple[str, str], tuple[Form, tuple[str, ...]]] = field(default_factory=dict)

    def base(self, longer: Form) -> tuple[Form, tuple[str, ...]]:
        """Return the form that ``longer`` is a longer way to say, or itself, and the rules that say so."""
        kind = self.kinds.get(longer.key, "")
        known = self._known.get((longer.text, kind))
        if known is None:
            known = self._known[longer.text, kind] = self._base(longer, kind)
        return known

    def _base(self, longer: Form, kind: str) -> tuple[Form, tuple[str, ...]]:
        rules: list[str] = []
        current = longer
        for _ in range(STEPS):
            step = next((s for s in steps(current.text, kind) if self._holds(current, s, kind)), None)
            if step is None:
                break
            current = form(step.base)
            rules.append(step.rule)
        return current, tuple(rules)

    def _holds(self, longer: Form, step: Step, kind: str) -> bool:
        base = form(step.base)
        if len(base.key) < 2 or longer.key in self.kept or base.key == longer.key:
            return False
        # "the CLIP dataset" is no CLIP if papers take CLIP for a model.
        named = self.kinds.get(base.key, "")
        if named and named != kind:
            return False
        if step.sure and base.is_name:
            return True
        if not named:
            return step.rule == "split" and base.is_proper
        # Many more foundation models than foundations: the noun is part of the term.
        if step.rule == "noun" and self.counts.get(longer.key, 0) > self.counts.get(base.key, 0):
            return False
        if step.rule == "noun" and step.noun not in _COMMON.get(kind, ()) and kind in ("system", "dataset"):
            return base.key.endswith(("er", "or")) or self.proper.get(base.key, 0) > _WRITTEN_SO
        return True


@remembered
def steps(text: str, kind: str) -> tuple[Step, ...]:
    """Return what the rules make of a form of a kind.

    >>> [(s.base, s.rule) for s in steps("ImageNet 128x128", "dataset")]
    [('ImageNet', 'resolution')]
    >>> [(s.base, s.rule) for s in steps("the COCO val2017 split", "dataset")]
    [('COCO', 'split')]
    """
    return (*_steps(_ARTICLE.sub("", text), kind),)


def _steps(text: str, kind: str) -> Iterator[Step]:
    if kind == "dataset":
        yield from _without(_RESOLVED, text, "resolution")
        yield from _without(_SPLIT, text, "split")
        if (year := _YEAR.match(text)) and (int(year[2]) < 30 or int(year[2]) > 89):
            yield Step(f"{year[1].strip(' -’')} {'20' if int(year[2]) < 30 else '19'}{year[2]}", "year", sure=False)
    if kind == "metric":
        yield from _without(_UNIT, text, "unit in brackets")
    if kind == "system":
        yield from _without(_SIZE, text, "size in brackets")
    yield from _without_noun(text, kind)
    if kind == "dataset":
        yield from _without(_CONDITIONAL, text, "state")
    if (found := _STATES.match(text)) and form(text[found.end() :]).is_name:
        yield Step(text[found.end() :], "state")
    if found := _MAKERS.match(text):
        made = form(text[found.end() :])
        # "OpenAI LLMs" are some of the LLMs; "MS-ViT" is of no maker.
        named = form(made.text.split(" ")[0]).is_name
        some = made.is_abbreviation and made.text.endswith("s")
        if named and (kind == "dataset" or (found[1] and found[0].endswith(" ") and not some)):
            yield Step(made.text, "maker")
    if kind == "task" and (turned := _TURNED.match(text)):
        yield Step(f"{turned[2]} {turned[1]}", "turned round", sure=False)


def _without(pattern: re.Pattern[str], text: str, rule: str) -> Iterator[Step]:
    base = pattern.sub("", text, count=1).strip(" ,-")
    if base and base != text:
        yield Step(base, rule)


def _without_noun(text: str, kind: str) -> Iterator[Step]:
    base, noun = _noun(text, kind)
    if not noun:
        return
    before = base.rsplit(" ", 1)
    if kind == "dataset" and before[-1].lower() in _MODALITIES and form(before[0]).is_name:
        base = before[0]
    named = form(base)
    if noun in _FURTHER.get(kind, "").split() and (form(before[-1]).is_abbreviation or len(named.words) > 2):
        return
    agent = base.lower().endswith(("er", "or"))
    if named.is_proper or agent or kind == "metric" or (noun in _COMMON.get(kind, ()) and len(named.words) > 1):
        yield Step(base, "noun", noun=noun)


def _noun(text: str, kind: str) -> tuple[str, str]:
    """Take a noun that says what a thing of this kind is off the end of a form."""
    for phrase in _PHRASES.get(kind, ()):
        if found := re.search(rf"\s+{phrase}s?$", text, re.I):
            return text[: found.start()], phrase
    base, blank, last = text.rpartition(" ")
    if not blank and kind == "metric":
        base, blank, last = text.rpartition("-")
    noun = last.lower()
    for candidate in (noun, noun.removesuffix("s")) if base else ():
        if candidate in _NOUNS.get(kind, ()):
            return base, candidate
    return "", ""
