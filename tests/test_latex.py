"""LaTeX folds to what a reader sees, and every offset leads back."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from paperatlas.extract.latex import fold


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        (r"\chinchilla outperforms \gopher.", "Chinchilla outperforms Gopher."),
        (r"Fr\'echet, Fr\'{e}chet, G\"odel, na\"{\i}ve", "Fréchet, Fréchet, Gödel, naïve"),
        (r"Erd\H{o}s, \v{S}tep\'an, gar\c{c}on, \AA ngstr\"om, \O re", "Erdős, Štepán, garçon, Ångström, Øre"),
        (r"$\delta$-VAEs and $\beta$-VAE", "δ-VAEs and β-VAE"),
        (r"at $32\times 32$ pixels", "at 32×32 pixels"),
        (r"reaches 67.5\% on R\&D_1", "reaches 67.5% on R&D_1"),
        (r"\emph{Population Based Training} (PBT)", "Population Based Training (PBT)"),
        (r"{\em Gato}, \textbf{bold} and {\it it}", "Gato, bold and it"),
        (r"$x_{i}$ is in $\mathcal{O}(n^2 \log n)$", "xi is in O(n^2 log n)"),
        (r"5--10 $\pm$ 3 $^\circ$C --- ``quoted''", "5–10 ± 3 °C — “quoted”"),
        (r"\emphbinary loss, \textscFgd, $\mathrmpoly(n)$, Foo\texttrademark", "binary loss, Fgd, poly(n), Foo™"),
        (r"in $\mathbbmR$ and $\mathbbm{1}$, $\mathds 1$, $\mathbbm1$, $\mathbb{N}$", "in R and 1, 1, 1, N"),
        (
            "**PPO-MCTS** is *value-guided*, *p* < 0.05 (*), A* and D* too",
            "PPO-MCTS is value-guided, p < 0.05 (*), A* and D* too",
        ),
        ("*p<0.05, **p<0.01; 2*3*4; f(*args, **kwargs)", "*p<0.05, **p<0.01; 2*3*4; f(*args, **kwargs)"),
        (r"as in \citep{foo2020}, see~\ref{x}", "as in , see "),
        (r"\href{https://example.org}{our page} and \url{https://example.org}", "our page and https://example.org"),
        ("costs $5 and $6 million", "costs $5 and $6 million"),
        ("two  blanks\tand a tab", "two blanks and a tab"),
        ("Title\nAbstract", "Title\nAbstract"),
        (r"a trailing backslash \ ", "a trailing backslash "),
        ("plain text stays as it is", "plain text stays as it is"),
    ],
)
def test_reads_as_a_reader_sees_it(source: str, seen: str) -> None:
    assert fold(source).text == seen


@pytest.mark.parametrize(
    ("source", "seen", "origin"),
    [
        (r"the Fr\'echet distance", "Fréchet", r"Fr\'echet"),
        (r"our $\delta$-VAEs are", "δ-VAEs", r"$\delta$-VAEs"),
        (r"with \emph{Gato} we", "Gato", "Gato"),
        (r"train \chinchilla, a", "Chinchilla", r"\chinchilla"),
        (r"of 67.5\% now", "67.5%", r"67.5\%"),
        ("our **PPO-MCTS** is", "PPO-MCTS", "PPO-MCTS"),
        (r"at $32\times 32$ px", "32×32", r"32\times 32"),
    ],
)
def test_leads_back_to_the_original(source: str, seen: str, origin: str) -> None:
    folded = fold(source)
    start = folded.text.index(seen)
    a, b = folded.origin(start, start + len(seen))
    assert source[a:b] == origin
    assert folded.text[slice(*folded.reading(a, b))] == seen


#: Pieces of which hostile and ordinary LaTeX is made.
_PIECES = [
    "\\",
    "$",
    "{",
    "}",
    "~",
    "--",
    "``",
    "''",
    "_",
    "^",
    "%",
    "\\emph{",
    "\\'e",
    "\\alpha",
    "\\foo",
    " ",
    "  ",
    "\n",
    "a",
    "Word",
    "7",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=40).map("".join) | st.text(max_size=80))
def test_offsets_hold_for_any_text(source: str) -> None:
    folded = fold(source)
    assert folded.original == source
    assert "  " not in folded.text or folded.starts is None
    if folded.starts is not None and folded.ends is not None:
        assert len(folded.text) == len(folded.starts) == len(folded.ends)
        assert [*folded.starts] == sorted(folded.starts)
        assert all(0 <= a < b <= len(source) for a, b in zip(folded.starts, folded.ends, strict=True))


@pytest.mark.parametrize(
    ("source", "read"), [("3--5", "3–5"), ("so---or", "so—or"), ("''so", "”so"), ("a-b's", "a-b's")]
)
def test_a_text_is_folded_for_dashes_or_quotes_alone(source: str, read: str) -> None:
    assert fold(source).text == read


_BLANKS = [c for c in map(chr, range(0x3001)) if c.isspace()]


@given(st.text(alphabet=_BLANKS, min_size=1, max_size=2))
@example("\x0b")
@example("\n ")
def test_white_space_is_one_blank_or_one_line_break(blank: str) -> None:
    assert len(_BLANKS) == 29
    assert fold(f"a{blank}b").text == ("a\nb" if "\n" in blank else "a b")


@given(st.text(alphabet=st.characters(exclude_characters="\\$~{}`'-", exclude_categories=("Z", "C")), max_size=60))
def test_text_without_markup_is_untouched(source: str) -> None:
    assert fold(source).text == source


def test_long_lines_of_markup_take_no_time() -> None:
    for piece in ("$", "{", "\\", "\\'", "\\a", "--", "$ x ", "\\href{"):
        assert fold(piece * 20_000) is not None
