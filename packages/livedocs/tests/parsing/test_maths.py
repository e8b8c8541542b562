"""Formulas, as Sphinx leaves them to a script, become MathML; those that cannot stay legible."""

import re
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedocs.parsing.maths import (
    MAX_DEPTH,
    MAX_FORMULAS,
    MAX_PAGE_TEX_CHARACTERS,
    MAX_TEX_CHARACTERS,
    with_formulas,
)
from livedocs.parsing.text import inline_text, plain_text


def inline(tex: str) -> str:
    return rf'<span class="math notranslate nohighlight">\({escape(tex)}\)</span>'


def block(tex: str) -> str:
    number = '<span class="eqno">(1)<a class="headerlink" href="#equation-e">¶</a></span>'
    return f'<div class="math notranslate nohighlight" id="equation-e">\n{number}\\[{escape(tex)}\\]</div>'


def test_a_formula_in_a_line_is_set() -> None:
    assert "<msup><mi>a</mi><mn>2</mn></msup>" in with_formulas(inline("a^2"))


def test_a_block_keeps_its_number_and_its_lines() -> None:
    shown = with_formulas(block(r"\begin{aligned}x&=1\\y&<2\end{aligned}"))
    assert shown.startswith('<div class="math notranslate nohighlight" id="equation-e">\n<span class="eqno">(1)')
    assert '<math display="block"' in shown
    assert shown.count("<mtr>") == 2


@pytest.mark.parametrize(
    "tex",
    [
        r"\unknowncommand{x}",
        r"a & b",
        "}{",
        r"\frac",
        "",
        "x" * (MAX_TEX_CHARACTERS + 1),
        pytest.param("{" * MAX_DEPTH + "x" + "}" * MAX_DEPTH, id="nested deeper than browsers bear"),
    ],
)
def test_a_formula_that_cannot_be_set_stays_as_it_was_typed(tex: str) -> None:
    assert with_formulas(inline(tex)) == inline(tex)


def test_no_more_than_so_many_are_set() -> None:
    assert with_formulas(inline("x") * (MAX_FORMULAS + 3)).count("<math ") == MAX_FORMULAS


def test_a_formula_may_be_nested_as_deep_as_people_write() -> None:
    assert "<math " in with_formulas(inline("{" * (MAX_DEPTH // 2) + "x" + "}" * (MAX_DEPTH // 2)))


def test_of_a_page_no_more_than_so_much_is_set() -> None:
    longest = "+".join("x" * (MAX_TEX_CHARACTERS // 2))
    shown = with_formulas(inline(longest) * (MAX_PAGE_TEX_CHARACTERS // len(longest) + 3) + inline("x"))
    assert shown.count("<math ") == MAX_PAGE_TEX_CHARACTERS // len(longest)
    assert shown.endswith(inline("x"))


def test_in_words_a_formula_is_what_was_typed() -> None:
    formula = inline(r"O(n \log n) < n^2")
    shown = with_formulas(f"<p>Takes {formula} steps.</p>")
    assert inline_text(shown) == r"Takes O(n \log n) < n^2 steps."
    assert plain_text(shown) == r"Takes O(n \log n) < n^2 steps."


@pytest.mark.parametrize(
    "hostile",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\style{position:fixed}{x}",
        r"\class{fixed}{x}",
        r"\text{</math><img src=x onerror=alert(1)>}",
        r"\text{<mglyph><style><!--}",
        r"\color{red;background:url(http://elsewhere.invalid)}{x}",
    ],
)
def test_a_formula_holds_nothing_that_acts(hostile: str) -> None:
    tags = re.findall(r"<[^<>]*>", with_formulas(inline(hostile)))
    names = {name for tag in tags for name in re.findall(r' ([a-z]+)="', re.sub(r'alttext="[^"]*"', "", tag))}
    assert names <= {"class", "display"}
    assert all(re.match(r"</?(?:span|m[a-z]+)\b", tag) for tag in tags)


@given(st.text(alphabet=r"\{}^_&<>'\"frac sqrtextbeginsplit12+-", max_size=60))
def test_whatever_stands_in_a_formula_the_page_around_it_stays_whole(tex: str) -> None:
    page = f"<p>{inline(tex)}</p><p>After.</p>"
    shown = with_formulas(page)
    assert shown.endswith("</span></p><p>After.</p>")
    assert "<" not in re.sub(r"<[^<>]*>", "", shown)
    assert len(re.findall(r"<[a-z][^<>]*>", shown)) == shown.count("</")
