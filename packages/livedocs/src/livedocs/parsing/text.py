"""Plain text out of sanitised HTML.

Everything here reads what `livedocs.parsing.sanitise` wrote: tags are balanced and ``<`` and ``>``
never stand inside an attribute, so that ``<[^>]*>`` is exactly one tag.
"""

from __future__ import annotations

import re
from html import unescape

SUMMARY_CHARACTERS = 400

_TAG = re.compile(r"<[^>]*>")
# As `livedocs.parsing.maths` writes it: in words a formula is what its author typed.
_FORMULA = re.compile(r'<math display="[a-z]+" alttext="([^"]*)">.*?</math>', re.DOTALL)
# The commonest first: highlighted code is full of them. Every other tag begins or ends a block.
_INLINE_TAG = re.compile(
    r"</?(?:span|a|code|em|strong|abbr|acronym|b|big|cite|del|dfn|i|img|ins|kbd|mark|q|rp|rt|ruby|s|samp|small|sub|sup|"
    r"time|tt|u|var|wbr)\b[^>]*>"
)
_PREFORMATTED = re.compile(r"(<pre\b[^>]*>.*?</pre>)", re.DOTALL)
_SPACES = re.compile(r" {2,}")
_SPACES_BEFORE_LINE_END = re.compile(r"(?<![ \t])[ \t]++(?=\n)")
_SENTENCE_END = re.compile(r"[.!?。](?=\s|$)")


def inline_text(html: str) -> str:
    r"""The words of a piece of HTML on one line.

    >>> inline_text("<em>a</em> &lt;\n b")
    'a < b'
    """
    return " ".join(unescape(_TAG.sub("", _written_out(html))).split())


def plain_text(html: str) -> str:
    r"""The words of a piece of HTML, a line for each block; code keeps its own lines and indentation.

    >>> plain_text("<p>One\nline.</p><pre>if x:\n    y</pre>")
    'One line.\nif x:\n    y'
    """
    blocks: list[str] = []
    for piece in _PREFORMATTED.split(_written_out(html)):
        if piece.startswith("<pre"):
            code = unescape(_TAG.sub("", piece)).strip("\r\n").rstrip()
            blocks.append(_SPACES_BEFORE_LINE_END.sub("", code))
        else:
            one_line = piece.replace("\n", " ").replace("\t", " ").replace("\r", " ").replace("\f", " ")
            lines = unescape(_TAG.sub("\n", _INLINE_TAG.sub("", one_line))).replace("\xa0", " ")
            blocks.extend(map(str.strip, _SPACES.sub(" ", lines).split("\n")))
    return "\n".join(block for block in blocks if block)


def _written_out(html: str) -> str:
    return _FORMULA.sub(r"\1", html) if "<math " in html else html


def summary_of(text: str) -> str:
    """A text cut to a summary's length, at the end of a sentence where one ends late enough, else between words."""
    if len(text) <= SUMMARY_CHARACTERS:
        return text
    cut = text[:SUMMARY_CHARACTERS]
    ends = [match.end() for match in _SENTENCE_END.finditer(cut)]
    if ends and ends[-1] > SUMMARY_CHARACTERS // 3:
        return cut[: ends[-1]]
    return cut.rsplit(" ", 1)[0].rstrip(",;:") + " …"
