"""The same paper met twice is one paper with two sources, whatever the order of meeting."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperatlas.extract.paper import Paper, Source
from paperatlas.extract.readers.merge import _Likeness, _words, gather, merge, still_true

TEXT = "We introduce Foo, a network of Fr\\'echet distances."
OTHER = "An entirely different abstract about something else, namely Bar."


def paper(path: str, abstract: str = TEXT, **fields: Any) -> Paper:
    return replace(Paper(abstract, sources=(Source(path, 1),)), **fields)


def test_one_abstract_in_two_files() -> None:
    (one,) = merge([paper("b"), paper("a", "We introduce  Foo, a Network of Fréchet distances.")])
    assert one.sources == (Source("a", 1), Source("b", 1))
    assert one.id.startswith("we-introduce-foo-a-network-")


def test_the_fullest_record_speaks() -> None:
    (one,) = merge(
        [
            paper("a"),
            paper("b", arxiv="2205.06175", date="2022"),
            paper("c", title="Foo", date="2022-05-12", doi="10.1/x", id="key"),
        ]
    )
    assert (one.title, one.key, one.doi, one.date) == ("Foo", "arXiv:2205.06175", "10.1/x", "2022-05-12")
    assert len(one.sources) == 3


def test_a_public_number_makes_one_paper_of_two_texts() -> None:
    (one,) = merge([paper("a", arxiv="2205.06175", date="2022"), paper("b", OTHER, arxiv="2205.06175", date="2023")])
    assert (one.abstract, one.date) == (OTHER, "2022")


def test_two_public_numbers_make_two_papers_of_one_text() -> None:
    withdrawn = "This paper has been withdrawn by the author."
    both = merge([paper("a", withdrawn, arxiv="1111.11111"), paper("b", withdrawn, arxiv="2222.22222")])
    assert [p.key for p in both] == ["arXiv:1111.11111", "arXiv:2222.22222"]


def test_a_private_number_is_only_believed_if_the_texts_are_alike() -> None:
    (one,) = merge([paper("a", id="1"), paper("b", TEXT + " Now with more.", id="1")])
    assert one.id == "1"
    two = merge([paper("a", id="1"), paper("b", OTHER, id="1")])
    assert len({p.id for p in two}) == 2
    assert all(p.id.startswith("1-") for p in two)


def test_a_title_apart_or_in_front_of_the_text_makes_no_difference() -> None:
    apart, within = paper("a", title="Foo: A Network"), paper("b", f"Foo: a network. {TEXT}")
    (one,) = merge([apart, within])
    assert (one.title, one.sources) == ("Foo: A Network", (Source("a", 1), Source("b", 1)))
    assert still_true([apart], [within]) == [apart]
    assert still_true([within], [apart]) == [within]


def test_what_is_no_file_says_nothing_of_what_came_before() -> None:
    for path in ("<stdin>", "/dev/fd/63", "/proc/self/fd/0"):
        known = paper(path, id="1")
        assert still_true([known], [paper(path, OTHER, id="1")]) == [known]
        assert still_true([known], [paper(path, TEXT + " Revised.", id="1")]) == []


WORDS = st.lists(st.sampled_from("abcdefghijkl"), min_size=1, max_size=9).map(" ".join)


@given(st.lists(WORDS, max_size=12))
def test_what_is_alike_is_found_as_if_all_were_compared(texts: list[str]) -> None:
    papers = [paper("a", text) for text in texts]
    likeness = _Likeness(papers)
    for place, one in enumerate(texts):
        words = set(one.split())
        others = [(n, set(other.split())) for n, other in enumerate(texts[:place])]
        expected = {n for n, other in others if len(words & other) * 2 >= len(words | other)}
        assert {*likeness.to(papers[place])} == expected
        likeness.add(place)


def test_thousands_of_texts_under_one_number_are_not_all_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    # What a table's column of nothing becomes: "1" for all.
    papers = [paper("a", " ".join(f"word{n * k % 7919}" for k in range(1, 40)), id="1") for n in range(1, 3000)]
    likeness = _Likeness(papers)
    compared = 0
    for place, one in enumerate(papers):
        compared += sum(len(likeness._with.get(word, ())) for word in likeness._seldom(_words(one)))
        likeness.add(place)
    assert compared < len(papers) ** 2 / 20
    assert len(merge(papers)) == len(papers)


def test_what_is_read_now_replaces_what_was_known() -> None:
    old, other = paper("a", arxiv="2205.06175", date="2024"), paper("z", OTHER, id="kept")
    new = paper("b", TEXT + " Revised.", arxiv="2205.06175", date="2022")
    assert still_true([old, other], [new]) == [other]


def test_the_same_words_from_another_file_join_what_is_known() -> None:
    assert still_true([paper("a")], [paper("b", TEXT.upper())]) == [paper("a")]


def test_a_file_that_is_read_again_replaces_what_it_said() -> None:
    assert still_true([paper("a", date="2020")], [paper("a", date="2021")]) == []
    assert still_true([paper("a", id="1")], [paper("a", OTHER, id="1")]) == []
    assert still_true([paper("a", id="1")], [paper("b", OTHER, id="1")]) == [paper("a", id="1")]
    assert still_true([paper("a", id="1")], [paper("a", OTHER, id="2")]) == [paper("a", id="1")]
    assert still_true([paper("a")], [paper("a", TEXT + " Revised.")]) == []
    assert still_true([paper("a")], [paper("a", OTHER)]) == [paper("a")]


def test_a_record_that_comes_again_is_no_news() -> None:
    known = [paper("a", TEXT + " And much more.", arxiv="2205.06175"), paper("b", arxiv="2205.06175")]
    assert still_true(known, known[1:]) == known[:1]


RECORDS = st.lists(
    st.builds(
        paper,
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from([TEXT, TEXT.upper(), TEXT + " More.", OTHER, "Foo. " + TEXT]),
        title=st.sampled_from(["", "Foo"]),
        id=st.sampled_from(["", "1", "2"]),
        arxiv=st.sampled_from(["", "", "1111.11111", "2222.22222"]),
        doi=st.sampled_from(["", "", "10.1/x"]),
        date=st.sampled_from(["", "2020", "2020-05", "2021-01-02"]),
    ),
    max_size=8,
)


@given(RECORDS, st.randoms(use_true_random=False))
def test_the_order_of_reading_makes_no_difference(records: list[Paper], random: Random) -> None:
    merged = merge(records)
    shuffled = [*records]
    random.shuffle(shuffled)
    assert merge(shuffled) == merged
    assert len({p.id for p in merged}) == len(merged)
    assert {s for p in merged for s in p.sources} == {s for p in records for s in p.sources}


@given(RECORDS)
def test_reading_again_changes_nothing(records: list[Paper]) -> None:
    met = gather(records)
    known = [record for m in met for record in m.records]
    assert gather([*still_true(known, records), *records]) == met
