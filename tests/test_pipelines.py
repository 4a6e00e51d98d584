"""What every pipeline owes its users: the model's and the rules' say nothing that is not there, whatever they read."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperatlas.extract.assertion import is_supposed
from paperatlas.extract.facts import Facts
from paperatlas.extract.paper import Paper
from paperatlas.extract.pipeline import Options, extract_facts, load
from paperatlas.extract.readers.records import MAX_ABSTRACT
from paperatlas.schema import RelationType

from .conftest import assert_sound

Extract = Callable[..., Facts]

TITLE = "BarNet: Sparse Attention for Image Captioning"
ABSTRACT = "We propose BarNet, a transformer, which extends FooNet. BarNet reaches a BLEU score of 38.5 on the MS COCO dataset."


@pytest.fixture(scope="module", params=["learned", "rules"])
def pipeline(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def facts_of(pipeline: str) -> Extract:
    nlp = load(pipeline)

    def extract(abstract: str, title: str = "") -> Facts:
        return next(extract_facts([Paper(abstract, id="p", title=title)], nlp))

    return extract


def test_order_and_batches_make_no_difference(pipeline: str) -> None:
    papers = [
        Paper(ABSTRACT, id="a"),
        Paper("We test FooNet on ImageNet.", id="b"),
        Paper(ABSTRACT, id="c", title=TITLE),
    ]
    options = Options(pipeline=pipeline)
    forward = {f.paper.id: f for f in extract_facts(papers, options=options)}
    backward = {f.paper.id: f for f in extract_facts(papers[::-1], options=options)}
    assert forward == backward
    assert all(facts.relations for facts in forward.values())


@pytest.mark.parametrize(
    ("claim", "stated"),
    [
        ("FooNet outperforms BarNet on ImageNet.", True),
        ("Not only is it small: FooNet outperforms BarNet on ImageNet.", True),
        ("It remains to be determined whether FooNet outperforms BarNet on ImageNet.", False),
        ("We hypothesize that FooNet outperforms BarNet on ImageNet.", False),
        ("It is widely believed that FooNet outperforms BarNet on ImageNet.", False),
        ("FooNet does not outperform BarNet on ImageNet.", False),
        ("It is unclear whether FooNet outperforms BarNet. We show that FooNet outperforms BarNet.", True),
    ],
)
def test_what_is_supposed_or_denied_is_not_stated(claim: str, stated: bool, facts_of: Extract) -> None:
    facts = facts_of(f"We introduce FooNet, a convolutional network for image classification. {claim}")
    assert {"FooNet", "BarNet"} <= {entity.name for entity in facts.entities}
    found = [relation for relation in facts.relations if relation.type is RelationType.OUTPERFORMS]
    assert bool(found) == stated
    assert all(not is_supposed(relation.evidence.of(facts.paper.text)) for relation in found)


def test_a_number_that_is_only_hoped_for_is_no_result(facts_of: Extract) -> None:
    facts = facts_of(
        "We introduce FooNet, a network for image classification. FooNet reaches an accuracy of 80.3% on ImageNet. "
        "Future work will raise the accuracy on ImageNet to 91.2%."
    )
    assert [result.value for result in facts.results] == ["80.3"]


_WORDS = st.sampled_from(
    "We propose FooNet , a transformer ( FN ) that outperforms BERT on ImageNet by 3.2 % accuracy . \\emph{Bar} $\\beta$-VAE "
    "the dataset called Quux evaluated and trained with image captioning mechanisms \n FID of 7 : ; - -- ) ( “ ” é 深度 \u202e".split(
        " "
    )
)


@settings(max_examples=80, deadline=None)
@given(st.lists(_WORDS, max_size=40).map(" ".join), st.text(max_size=30).map(lambda t: " ".join(t.split())))
def test_any_text_is_extracted_within_the_schema(facts_of: Extract, abstract: str, title: str) -> None:
    assert_sound(facts_of(abstract, title))


_REPEATED = [
    "A ",
    "(",
    "1 ",
    "a-",
    "a.",
    "深",
    "X1",
    "(AB) ",
    "of ",
    '"',
    "$x$ ",
    "We propose X, ",
    "accuracy of 1, ",
    "Foo (FO) is a ",
    "ImageNet, ",
    "\\foo",
    "1% accuracy respectively ",
    "a b (ab) ",
    "\u202e",
]


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize("piece", _REPEATED)
def test_the_longest_text_of_the_worst_kind_comes_to_an_end(piece: str, facts_of: Extract) -> None:
    assert_sound(facts_of((piece * MAX_ABSTRACT)[:MAX_ABSTRACT]))
