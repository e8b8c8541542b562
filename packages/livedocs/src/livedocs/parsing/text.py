"""Plain text out of sanitised HTML.

Everything here reads what `livedocs.parsing.sanitise` wrote: tags are balanced and ``<`` and ``>``
never stand inside an attribute, so that ``<[^>]*>`` is exactly one tag.
"""

from __future__ import annotations

import re
from html import unescape

SUMMARY_CHARACTERS = 400

_TAG = re.compile(r"<[^>]*>")
_BREAK = re.compile(
    r"</?(?:address|article|aside|blockquote|br|caption|dd|details|div|dl|dt|figcaption|figure|footer|h[1-6]|header|hr|"
    r"li|main|nav|ol|p|section|summary|table|tbody|td|tfoot|th|thead|tr|ul)\b[^>]*>"
)
_PREFORMATTED = re.compile(r"(<pre\b[^>]*>.*?</pre>)", re.DOTALL)
_SPACES_BEFORE_LINE_END = re.compile(r"[ \t]+(?=\n)")
_SENTENCE_END = re.compile(r"[.!?。](?=\s|$)")


def inline_text(html: str) -> str:
    r"""The words of a piece of HTML on one line.

    >>> inline_text("<em>a</em> &lt;\n b")
    'a < b'
    """
    return " ".join(unescape(_TAG.sub("", html)).split())


def plain_text(html: str) -> str:
    r"""The words of a piece of HTML, a line for each block; code keeps its own lines and indentation.

    >>> plain_text("<p>One\nline.</p><pre>if x:\n    y</pre>")
    'One line.\nif x:\n    y'
    """
    blocks: list[str] = []
    for piece in _PREFORMATTED.split(html):
        if piece.startswith("<pre"):
            code = unescape(_TAG.sub("", piece)).strip("\r\n").rstrip()
            blocks.append(_SPACES_BEFORE_LINE_END.sub("", code))
        else:
            lines = _BREAK.sub("\0", piece).split("\0")
            blocks.extend(inline_text(line) for line in lines)
    return "\n".join(block for block in blocks if block)


def summary_of(text: str) -> str:
    """A text cut to a summary's length, at the end of a sentence where one ends late enough, else between words."""
    if len(text) <= SUMMARY_CHARACTERS:
        return text
    cut = text[:SUMMARY_CHARACTERS]
    ends = [match.end() for match in _SENTENCE_END.finditer(cut)]
    if ends and ends[-1] > SUMMARY_CHARACTERS // 3:
        return cut[: ends[-1]]
    return cut.rsplit(" ", 1)[0].rstrip(",;:") + " …"
