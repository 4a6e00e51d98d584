"""What becomes of one family of names depends on no other: an atlas that grows is resolved in part."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperatlas.extract.facts import Entity, Facts, Span
from paperatlas.graph.overrides import parse_overrides
from paperatlas.graph.resolve import resolve, resolve_some
from paperatlas.graph.resolve.company import company_in
from paperatlas.graph.resolve.decisions import NONE, Overrides
from paperatlas.graph.resolve.families import Families, decided
from paperatlas.graph.resolve.things import Ref
from paperatlas.schema import EntityType

from .growing import OVERRIDES, confusing


@settings(max_examples=150)
@given(
    st.integers(1, 7).flatmap(lambda count: st.tuples(*(confusing(f"p{n}") for n in range(count)))),
    st.sampled_from(OVERRIDES).map(parse_overrides),
)
def test_families_one_by_one_give_what_all_give(facts: tuple[Facts, ...], decisions: Overrides) -> None:
    named = {(of.paper.key, entity.key): entity for of in facts for entity in of.entities}
    company = {of.paper.key: company_in(of) for of in facts}
    families = Families(named, decided(decisions))
    parts: dict[str, dict[Ref, Entity]] = defaultdict(dict)
    for ref, entity in named.items():
        parts[families[ref]][ref] = entity
    found = [thing for part in parts.values() for thing in resolve_some(part, company.__getitem__, decisions=decisions)]
    assert tuple(sorted(found, key=lambda thing: thing.id)) == resolve(facts, decisions=decisions)


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("GPT-2", "the GPT-2 model", True),
        ("GPT-2", "GPT-3", False),
        ("ImageNet", "ImageNet 128x128", True),
        # Near by their stems.
        ("image generation", "generative image", True),
        # Of one identifier.
        ("C", "C.", True),
        ("C", "C++", False),
        ("MAP metric", "MAP", True),
    ],
)
def test_what_is_a_family(one: str, other: str, together: bool) -> None:
    kinds = EntityType.METRIC if "metric" in one else EntityType.DATASET if "Net" in one else EntityType.METHOD
    named = {(name, "e"): Entity("e", name, kinds, (name,), (Span(0, 1),), 0.5) for name in (one, other)}
    families = Families(named)
    assert (families[one, "e"] == families[other, "e"]) is together


def test_a_name_meets_what_it_may_be_short_for_by_the_vote_of_any_paper() -> None:
    votes = [
        ("a", "MAP score", EntityType.DATASET),
        ("b", "MAP score", EntityType.METRIC),
        ("c", "MAP", EntityType.METRIC),
    ]
    families = Families({(key, "e"): Entity("e", name, kind, (name,), (Span(0, 1),), 0.5) for key, name, kind in votes})
    assert families["a", "e"] == families["b", "e"] == families["c", "e"]


def test_a_name_meets_what_may_have_its_identifier() -> None:
    # Two things called Foo are foo-method and foo-task.
    called = [("Foo", EntityType.METHOD), ("Foo task", EntityType.METRIC)]
    families = Families({(name, "e"): Entity("e", name, kind, (name,), (Span(0, 1),), 0.5) for name, kind in called})
    assert families["Foo", "e"] == families["Foo task", "e"]


def test_a_decision_makes_a_family() -> None:
    named = {(name, "e"): Entity("e", name, EntityType.METHOD, (name,), (Span(0, 1),), 0.5) for name in ("Foo", "Bar")}
    merged = decided(parse_overrides('[[merge]]\nnames = ["Foo", "Bar"]'))
    assert Families(named, merged)["Foo", "e"] == Families(named, merged)["Bar", "e"]
    assert Families(named, decided(NONE))["Foo", "e"] != Families(named)["Bar", "e"]
