r"""Fold LaTeX to what a reader sees, and remember where every character came from.

Abstracts carry the LaTeX of their source: ``Fr\'echet``, ``$32\times 32$``, ``67.5\%``, ``{\em Gato}``, macros of the
authors' own (``\chinchilla``); some have Markdown's stars besides (``**Gato**``). The pipeline works on the folded
text; what it finds is reported in offsets of the original, so that evidence can always be read where it stands.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

#: Macros of a letter or a sign, in text and in mathematics.
_SYMBOLS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "aa": "å",
    "AA": "Å", "i": "ı", "j": "ȷ", "times": "×", "pm": "±", "mp": "∓", "cdot": "·", "div": "÷", "le": "≤", "leq": "≤",
    "leqslant": "≤", "ge": "≥", "geq": "≥", "geqslant": "≥", "ll": "≪", "gg": "≫", "ne": "≠", "neq": "≠",
    "approx": "≈", "sim": "∼", "simeq": "≃", "equiv": "≡", "propto": "∝", "to": "→", "rightarrow": "→",
    "Rightarrow": "⇒", "leftarrow": "←", "leftrightarrow": "↔", "mapsto": "↦", "infty": "∞", "partial": "∂",
    "nabla": "∇", "sum": "∑", "prod": "∏", "int": "∫", "sqrt": "√", "in": "∈", "notin": "∉", "subset": "⊂",
    "subseteq": "⊆", "cup": "∪", "cap": "∩", "forall": "∀", "exists": "∃", "neg": "¬", "wedge": "∧", "vee": "∨",
    "oplus": "⊕", "otimes": "⊗", "circ": "°", "degree": "°", "deg": "°", "uparrow": "↑", "downarrow": "↓", "ell": "ℓ",
    "hbar": "ℏ", "ldots": "…", "dots": "…", "cdots": "…", "textellipsis": "…", "dagger": "†", "ddagger": "‡",
    "star": "*", "ast": "*", "bullet": "•", "S": "§", "copyright": "©", "textregistered": "®", "texttrademark": "™",
    "pounds": "£", "euro": "€", "textdegree": "°", "textasciitilde": "~", "sharp": "#", "textbackslash": "\\",
    "textless": "<", "textgreater": ">", "lt": "<", "gt": ">", "textendash": "–", "textemdash": "—",
    "textquoteright": "’", "textquoteleft": "‘", "langle": "⟨", "rangle": "⟩", "mid": "|", "vert": "|",
    "parallel": "∥", "prime": "′", "LaTeX": "LaTeX", "TeX": "TeX", "log": "log", "exp": "exp", "min": "min",
    "max": "max", "lim": "lim", "arg": "arg", "sup": "sup", "inf": "inf", "sin": "sin", "cos": "cos", "tan": "tan",
    "ln": "ln", "det": "det", "Pr": "Pr", "quad": " ", "qquad": " ", "space": " ", "newline": " ", "par": " ",
    "item": " ", "linebreak": " ", "slash": "/",
}  # fmt: skip
for _name in (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lamda mu nu xi pi rho sigma tau upsilon phi chi psi omega"
).split():
    _latex = "lambda" if _name == "lamda" else _name
    _SYMBOLS[_latex] = unicodedata.lookup(f"GREEK SMALL LETTER {_name}")
    _SYMBOLS[_latex.capitalize()] = unicodedata.lookup(f"GREEK CAPITAL LETTER {_name}")
    _SYMBOLS["var" + _latex] = _SYMBOLS[_latex]

#: Accent macros and the combining character that each puts on the letter behind it.
_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "c": "\u0327", "k": "\u0328", "d": "\u0323",
    "b": "\u0331",
}  # fmt: skip

#: Macros whose argument a reader does not see in place.
_HIDDEN = {
    "cite",
    "citep",
    "citet",
    "citealp",
    "citeauthor",
    "citeyear",
    "ref",
    "eqref",
    "cref",
    "label",
    "vspace",
    "hspace",
}
_HIDDEN |= {
    "begin",
    "end",
    "color",
    "textcolor",
    "footnotemark",
    "vskip",
    "hskip",
    "includegraphics",
    "bibliographystyle",
}

#: Macros that only set how their argument, or what follows, looks.
_STYLE = re.compile(
    r"emph|em|it|bf|tt|sc|rm|sf|sl|up|underline|uline|href|url|footnote|mbox|hbox|fbox|makebox|ensuremath|boldsymbol|bm|"
    r"text(?:bf|it|tt|sc|rm|sf|sl|up|md|normal|superscript|subscript)?|math(?:bbm?|bf|cal|ds|frak|it|rm|sf|scr|tt|normal)|"
    r"(?:re)?newcommand|operatorname|(?:tiny|small|large|Large|normalsize|footnotesize|displaystyle|textstyle|limits)|"
    r"(?:wide)?(?:hat|tilde|bar)|overline|vec|dot|ddot|left|right|[bB]igg?[lr]?|xspace|noindent|centering|protect|"
    r"t?frac|dfrac|tfrac|binom|mathop|mathrel|mathbin|not|texorpdfstring"
)

_SPECIAL = re.compile(
    r"""
      (?P<accent>\\(?:[`'^~="\.]\s*|[uvHcdbkr](?:\s+|(?=\{)))(?:\{\s*\\?(?P<braced>[A-Za-z])\s*\}|\\?(?P<bare>[A-Za-z])(?![A-Za-z]*\{)))
    # A style may have run together with what it sets, where an export has lost the braces: "\emphbinary".
    | \\(?P<macro>(?:emph|text(?:bf|it|rm|sc|sf|tt)|math(?:bbm|bb(?!m(?![A-Za-z]))|bf|cal|it|rm|sf|tt))(?=[A-Za-z])
        |[A-Za-z]+)\*?(?P<gap>[ ]*)
    | \\(?P<escaped>[%&_\#${}])
    | \\(?P<delimiter>[()\[\]])
    | (?P<thin>\\[,;:!\ /@>-]|\\\\(?:\[[^\]\n]{0,99}\])?|~)
    | (?P<dollar>\$\$?)
    | (?P<star>\*{1,2})
    | (?P<brace>[{}])
    | (?P<dash>---?(?!-))
    | (?P<quote>``|'')
    | (?P<space>[^\S\n ]\s*|\s{2,})
    """,
    re.X,
)
#: A cheap look for anything that the expression above would find: signs, white space but newlines and blanks.
_SUSPECT = re.compile("[\\\\$~{}`*\t\v\f\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
#: What stands out in Markdown, between one or two stars: "*weak-to-strong*". In "A* and D*" none begins.
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,2})(?=[^\W\d_])[^*\n]{0,98}[\w)%](\1)(?![\w*])")
_RAISED = re.compile(r"\{?\\(?:circ|prime|degree)")
_ARGUMENT = re.compile(r"\s*(?:\[[^\]\n]{0,80}\]\s*)?\{([^{}]{0,400})\}")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as a reader sees it, with the way back to the original.

    ``starts[i]`` and ``ends[i]`` bound the characters of ``original`` that ``text[i]`` stands for; both are ``None``
    where the two texts are the same.
    """

    original: str
    text: str
    starts: array[int] | None = None
    ends: array[int] | None = None

    def origin(self, start: int, end: int) -> tuple[int, int]:
        r"""Map a span of the folded text to the span of the original that holds it, brackets balanced.

        >>> folded = fold(r"our $\delta$-VAEs")
        >>> start, end = folded.origin(4, 10)
        >>> folded.text[4:10], folded.original[start:end]
        ('δ-VAEs', '$\\delta$-VAEs')
        """
        if self.starts is None or self.ends is None or start >= end:
            return start, end
        return _balanced(self.original, self.starts[start], self.ends[end - 1])

    def reading(self, start: int, end: int) -> tuple[int, int]:
        r"""Map a span of the original to the span of the folded text that a reader sees of it.

        >>> folded = fold(r"our $\delta$-VAEs")
        >>> folded.text[slice(*folded.reading(4, 17))]
        'δ-VAEs'
        """
        if self.starts is None or self.ends is None:
            return start, end
        return bisect_right(self.ends, start), bisect_left(self.starts, end)


def fold(text: str) -> Folded:
    r"""Fold the LaTeX in ``text``, stars of Markdown and runs of white space to what a reader sees.

    A newline is kept as a newline (it ends a title), other white space becomes one blank. A macro that LaTeX does
    not know is one of the authors', nearly always a name: it reads as its own name, capitalised.

    >>> fold(r"Fr\'echet distance of 67.5\% at $32\times 32$, {\em Gato} and \chinchilla.").text
    'Fréchet distance of 67.5% at 32×32, Gato and Chinchilla.'
    """
    if _is_plain(text):
        return Folded(text, text)
    pieces: list[str] = []
    starts: array[int] = array("l")
    ends: array[int] = array("l")
    for piece, start, end in _pieces(text):
        # A dropped macro may leave a blank on either side of it.
        if piece[0] == " " and (not pieces or pieces[-1][-1] in " \n"):
            piece, start = piece[1:], start + (len(piece) == end - start)
            if not piece:
                continue
        verbatim = len(piece) == end - start
        pieces.append(piece)
        starts.extend(range(start, end) if verbatim else [start] * len(piece))
        ends.extend(range(start + 1, end + 1) if verbatim else [end] * len(piece))
    folded = "".join(pieces)
    if folded == text:
        return Folded(text, text)
    return Folded(text, folded, starts, ends)


def _is_plain(text: str) -> bool:
    """Tell at a glance that there is nothing to fold."""
    if _SUSPECT.search(text) or "--" in text or "''" in text:
        return False
    return not ("  " in text or "\n\n" in text or " \n" in text or "\n " in text)


def _pieces(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the folded text in pieces, each with the bounds of what it stands for."""
    position = 0
    math = _Formulas.find(text)
    stars = frozenset(start for found in _EMPHASIS.finditer(text) for start in (found.start(1), found.start(2)))
    while match := _SPECIAL.search(text, position):
        yield from _plain(text, position, match.start(), math)
        piece = _reading(match, math, stars)
        stop, position = _extent(match, piece)
        if piece:
            yield piece, match.start(), stop
    yield from _plain(text, position, len(text), math)


def _plain(text: str, start: int, end: int, math: _Formulas) -> Iterator[tuple[str, int, int]]:
    """Yield ordinary characters; in mathematics the sign of an index is not read, nor that of a degree."""
    if start == end:
        return
    if not math.hold(start):
        yield text[start:end], start, end
        return
    for k in range(start, end):
        if text[k] != "_" and not (text[k] == "^" and _RAISED.match(text, k + 1)):
            yield text[k], k, k + 1


def _reading(match: re.Match[str], math: _Formulas, stars: frozenset[int]) -> str:
    """Return what a reader sees in place of one piece of markup; nothing for what only sets the type."""
    if match["accent"]:
        letter = match["braced"] or match["bare"]
        return unicodedata.normalize("NFC", letter + _ACCENTS[match["accent"][1]])
    if macro := match["macro"]:
        if macro in _SYMBOLS:
            return _SYMBOLS[macro]
        if macro in _HIDDEN or _STYLE.fullmatch(macro):
            return ""
        return macro if math.hold(match.start()) else macro[0].upper() + macro[1:]
    if match["escaped"]:
        return match["escaped"]
    if match["thin"]:
        return "" if match["thin"] in (r"\!", r"\-", r"\/", r"\@") else " "
    if match["dollar"]:
        return "" if match.start() in math.signs else match["dollar"]
    if match["star"]:
        return "" if match.start() in stars else match["star"]
    if match["dash"]:
        return "—" if len(match["dash"]) == 3 else "–"
    if match["quote"]:
        return "“" if match["quote"] == "``" else "”"
    if match["space"]:
        return "\n" if "\n" in match["space"] else " "
    return ""


def _extent(match: re.Match[str], piece: str) -> tuple[int, int]:
    """Return where the markup that ``piece`` stands for ends, and where reading goes on.

    LaTeX swallows the blanks behind a macro. Behind a word (a macro of the authors', ``\\log``) they are nearly
    always meant, so they are kept; the hidden macros take their argument along.
    """
    macro = match["macro"]
    if not macro:
        return match.end(), match.end()
    end = match.start("gap")
    if macro in _HIDDEN or macro == "href":
        argument = _ARGUMENT.match(match.string, end)
        return end, argument.end() if argument else end
    return end, end if len(piece) > 1 else match.end()


#: How far apart the two ends of a formula may stand, in characters.
_LONGEST_FORMULA = 400


@dataclass(frozen=True, slots=True)
class _Formulas:
    """The formulas between dollar signs: where each begins and ends, in order; and all their signs."""

    starts: list[int]
    ends: list[int]
    signs: frozenset[int]

    @classmethod
    def find(cls, text: str) -> _Formulas:
        """Find the formulas in ``text``.

        After pandoc's rule: a sign opens before a non-blank and closes after a non-blank and not before a digit, so
        that "$5 and $6" stays money; a pair around a backslash, a caret or an index is a formula in any case.
        """
        starts: list[int] = []
        ends: list[int] = []
        opened: int | None = None
        for match in re.finditer(r"(?<!\\)\$\$?", text):
            here = match.start()
            if opened is None:
                opened = here
                continue
            inner = text[opened:here].strip("$") if here - opened <= _LONGEST_FORMULA else ""
            tight = inner[:1].strip() and inner[-1:].strip() and not text[match.end() : match.end() + 1].isdigit()
            if inner and (tight or re.search(r"[\\^_]", inner)):
                starts.append(opened)
                ends.append(here)
                opened = None
            else:
                opened = here
        return cls(starts, ends, frozenset((*starts, *ends)))

    def hold(self, position: int) -> bool:
        """Tell whether a position lies inside a formula."""
        before = bisect_left(self.starts, position)
        return before > 0 and position < self.ends[before - 1]


def _balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a span by the dollar sign or brace beside it whose partner it holds."""
    for opening, closing in ("$$", "{}"):
        inner = text[start:end]
        if opening == closing:
            odd_left = odd_right = inner.count(opening) % 2 == 1
        else:
            odd_right = inner.count(opening) > inner.count(closing)
            odd_left = inner.count(closing) > inner.count(opening)
        if odd_left and text[start - 1 : start] == opening:
            start -= 1
        elif odd_right and text[end : end + 1] == closing:
            end += 1
    return start, end
