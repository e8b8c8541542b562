"""Reading HTML as it comes."""

from __future__ import annotations

import re
from collections import Counter

from selectolax.lexbor import LexborHTMLParser

MAX_DEPTH = 5_000
"""How deep blocks may be nested; the rest of a page that goes deeper is left out. People stay below a hundred."""

# For each block, an HTML parser looks through the open ones for a paragraph to close: time by the square of the depth.
_BLOCK = re.compile(
    r"<(/?)(address|article|aside|blockquote|center|details|dialog|dir|div|dl|fieldset|figcaption|figure|footer|h[1-6]|"
    r"header|hgroup|listing|main|menu|nav|ol|pre|search|section|summary|ul|xmp)\b",
    re.IGNORECASE,
)
_TAGS_WORTH_COUNTING = 4 * MAX_DEPTH


def parse_html(html: str) -> LexborHTMLParser:
    """A tree of any text; what UTF-8 cannot hold (lone surrogates) becomes a question mark."""
    return LexborHTMLParser(_without_abyss(html).encode("utf-8", "replace").decode())


def _without_abyss(html: str) -> str:
    if html.count("<") < _TAGS_WORTH_COUNTING:
        return html
    open_blocks: Counter[str] = Counter()
    depth = 0
    for match in _BLOCK.finditer(html):
        closing, name = match[1], match[2].lower()
        if not closing:
            open_blocks[name] += 1
            depth += 1
            if depth > MAX_DEPTH:
                return html[: match.start()]
        elif open_blocks[name]:
            open_blocks[name] -= 1
            depth -= 1
    return html
