"""The name that a thing goes by, of all that its text calls it."""

import pytest

from paperatlas.extract.acronyms import find_acronyms
from paperatlas.extract.entities import group_mentions
from paperatlas.extract.pipeline import load
from paperatlas.schema import EntityType

NLP = load("rules")


@pytest.mark.parametrize(
    ("text", "forms", "kind", "name"),
    [
        # No plurals, though they look it: names, and words that only end in s.
        ("We train on Cityscapes.", ["Cityscapes"], "Dataset", "Cityscapes"),
        ("We train on Stanford Cars.", ["Stanford Cars"], "Dataset", "Stanford Cars"),
        ("We pretrain Sapiens.", ["Sapiens"], "Model", "Sapiens"),
        ("It is naive Bayes.", ["naive Bayes"], "Method", "naive Bayes"),
        ("It is a Mixture of Agents.", ["Mixture of Agents"], "Method", "Mixture of Agents"),
        ("We work on mitigating hallucinations.", ["mitigating hallucinations"], "Task", "mitigating hallucinations"),
        ("It costs few GFLOPs.", ["GFLOPs"], "Metric", "GFLOPs"),
        ("Shears: Low-rank Search\nWe describe Shears.", ["Shears"], "Method", "Shears"),
        # Plurals: of common nouns, of abbreviations, and of a name whose singular is there.
        ("We use Large Language Models.", ["Large Language Models"], "Model", "Large Language Model"),
        ("We work on reasoning tasks.", ["reasoning tasks"], "Task", "reasoning task"),
        ("We use VLMs.", ["VLMs"], "Model", "VLM"),
        ("We invert Toeplitz matrices.", ["Toeplitz matrices"], "Method", "Toeplitz matrix"),
        ("It has cognitive biases.", ["cognitive biases"], "Task", "cognitive bias"),
        ("We train Transformers; a Transformer attends.", ["Transformers", "Transformer"], "Method", "Transformer"),
        (
            "We train Transformers. Our Transformers attend; a Transformer is big.",
            ["Transformers"],
            "Method",
            "Transformer",
        ),
        ("It does (inverse) learning.", ["inverse) learning"], "Method", "(inverse) learning"),
        # Without its noun it is half a name.
        (
            "We use knowledge graph-based methods.",
            ["knowledge graph-based methods"],
            "Method",
            "knowledge graph-based method",
        ),
    ],
)
def test_names(text: str, forms: list[str], kind: str, name: str) -> None:
    doc = NLP(text)
    spans = [doc.char_span(*_place(text, form), label=kind) for form in forms]
    (entity,) = group_mentions(doc, [(span, 1.0) for span in spans if span], ())
    assert (entity.name, entity.type) == (name, EntityType(kind))


@pytest.mark.parametrize("name", ["graph-based methods", "graph based methods", "Mixture of Models"])
def test_no_half_of_a_name_is_another_for_it(name: str) -> None:
    doc = NLP(f"We use {name}.")
    span = doc.char_span(*_place(doc.text, name), label="Method")
    assert span
    (entity,) = group_mentions(doc, [(span, 1.0)], ())
    assert entity.aliases == (name,)


@pytest.mark.parametrize(
    ("named", "things"),
    [
        ({"vision-language models": "Method", "VLMs": "Method"}, [["vision-language models", "VLMs"]]),
        # Other letters; letters that two things begin with; a dataset with the initials of its task.
        ({"vision transformers": "Method", "VLMs": "Method"}, [["vision transformers"], ["VLMs"]]),
        (
            {"machine learning": "Method", "meta-learning": "Method", "maximum likelihood": "Method", "ML": "Method"},
            [["machine learning"], ["meta-learning"], ["maximum likelihood"], ["ML"]],
        ),
        ({"pedestrian intention estimation": "Task", "PIE": "Dataset"}, [["pedestrian intention estimation"], ["PIE"]]),
    ],
)
def test_initials_are_a_name_of_the_one_thing_that_has_them(named: dict[str, str], things: list[list[str]]) -> None:
    doc = NLP("We use " + " and ".join(named) + ".")
    spans = [doc.char_span(*_place(doc.text, form), label=kind) for form, kind in named.items()]
    found = group_mentions(doc, [(span, 1.0) for span in spans if span], ())
    assert [[*entity.aliases] for entity in found] == things


def test_half_a_bracket_is_no_name() -> None:
    doc = NLP("We study understanding (MMU) and generation.")
    cut = doc.char_span(*_place(doc.text, "MMU) and generation"), label="Task")
    whole = doc.char_span(*_place(doc.text, "MMU"), label="Task")
    assert cut
    assert whole
    (entity,) = group_mentions(doc, [(cut, 1.0), (whole, 1.0)], ())
    assert entity.name == "MMU"


def test_the_end_of_a_long_form_is_all_of_it() -> None:
    text = "Unlike trust region policy optimization (TRPO), policy optimization is simple."
    doc = NLP(text)
    end = doc.char_span(*_place(text, "region policy optimization"), label="Method")
    assert end
    (entity,) = group_mentions(doc, [(end, 1.0)], find_acronyms(text))
    assert (entity.name, entity.aliases) == ("TRPO", ("trust region policy optimization", "TRPO"))


def _place(text: str, form: str) -> tuple[int, int]:
    start = text.index(form)
    return start, start + len(form)
