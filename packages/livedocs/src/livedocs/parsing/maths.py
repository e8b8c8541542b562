r"""Formulas: what Sphinx leaves in TeX for a script of MathJax or KaTeX, which no page here runs, becomes MathML.

Sphinx writes ``<span class="math …">\(…\)</span>`` into a line and ``<div class="math …">\[…\]</div>`` as a block.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from html import escape, unescape
from itertools import accumulate

import nh3

MAX_TEX_CHARACTERS = 2_000
"""A longer formula stays as it is written."""

MAX_FORMULAS = 2_000
"""The rest of a page's formulas stay as they are written."""

MAX_PAGE_TEX_CHARACTERS = 100_000
"""The same of their length together: each character becomes up to an element. SciPy's longest page has 6,000."""

MAX_DEPTH = 64
"""A formula whose elements are nested deeper stays as it is written: browsers take seconds over some hundred levels.
SciPy's deepest has 16."""

_FORMULA = re.compile(
    r"""
    (?P<before> <(?:span|div)\ class="math\b[^>]*> \s*+ (?: <p> )?+ (?> <span\ class="eqno">.{0,400}?</span> )?+ \s*+ )
    (?: \\\( (?P<inline>[^<]*?) \\\) | \\\[ (?P<block>[^<]*?) \\\] )
    (?= \s*+ </ )
    """,
    re.VERBOSE | re.DOTALL,
)
# Names of the same thing that the converter does not know.
_ALIGNED = re.compile(r"(\\(?:begin|end))\{(?:aligned|eqnarray\*?|gathered|gather\*?)\}")
_LABEL = re.compile(r"\\label\{[^{}]*\}|\\(?:nonumber|notag)\b")
_TAG_BEGINS = re.compile(r"<(/?)")

_MATHML_TAGS = frozenset(
    {"math", "menclose", "merror", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom", "mroot"}
    | {"mprescripts", "mrow", "ms", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext"}
    | {"mtr", "munder", "munderover", "none"}
)
_MATHML_ATTRIBUTES = {
    "*": frozenset({"displaystyle", "mathvariant", "scriptlevel"}),
    "math": frozenset({"alttext", "display"}),
    "mfrac": frozenset({"linethickness"}),
    "mo": frozenset({"accent", "fence", "form", "maxsize", "minsize", "movablelimits", "separator", "stretchy"}),
    "mover": frozenset({"accent"}),
    "mspace": frozenset({"width"}),
    "mtd": frozenset({"columnalign", "columnspan", "rowspan"}),
    "munder": frozenset({"accentunder"}),
}


def with_formulas(html: str) -> str:
    r"""Put MathML in the place of TeX; a formula that cannot be read stays TeX, which people can.

    Args:
        html: what `livedocs.parsing.sanitise.sanitise` wrote; so is the result.

    >>> with_formulas('<span class="math">\\(x\\)</span>')
    '<span class="math"><math display="inline" alttext="x"><mrow><mi>x</mi></mrow></math></span>'
    """
    if 'class="math' not in html:
        return html
    read = 0

    def mathml(match: re.Match[str]) -> str:
        nonlocal read
        display = "inline" if match["block"] is None else "block"
        tex = unescape(match["inline"] if match["block"] is None else match["block"]).strip()
        read += len(tex)
        if read > MAX_PAGE_TEX_CHARACTERS:
            return match[0]
        return match["before"] + (_convert(tex, display) or match[0].removeprefix(match["before"]))

    return _FORMULA.sub(mathml, html, count=MAX_FORMULAS)


@lru_cache(maxsize=4096)
def _convert(tex: str, display: str) -> str:
    """A formula in MathML, sanitised; empty when it cannot be converted faithfully."""
    if len(tex) > MAX_TEX_CHARACTERS:
        return ""
    # Takes 50 ms to import, and few documentations hold formulas.
    from latex2mathml.converter import convert  # noqa: PLC0415

    try:
        mathml = convert(_LABEL.sub("", _ALIGNED.sub(r"\1{split}", tex)), display=display)
    except Exception:  # noqa: BLE001 - TeX is a language, and what it does not understand ends in any error there is
        return ""
    cleaned = _cleaner().clean(mathml)
    if "\\" in cleaned or "&amp;" in cleaned:  # commands and columns it does not know are copied as they are
        return ""
    if _depth(cleaned) > MAX_DEPTH:
        return ""
    # For those who cannot see it, for who searches, and where it is read as text.
    written = escape(" ".join(tex.split()))
    return cleaned.replace(f'<math display="{display}">', f'<math display="{display}" alttext="{written}">', 1)


def _depth(mathml: str) -> int:
    """How many elements the innermost stands in, itself included, as every one of them is closed."""
    return max(accumulate(-1 if end else 1 for end in _TAG_BEGINS.findall(mathml)), default=0)


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_MATHML_TAGS),
        attributes={tag: set(names) for tag, names in _MATHML_ATTRIBUTES.items()},
        link_rel=None,
    )
