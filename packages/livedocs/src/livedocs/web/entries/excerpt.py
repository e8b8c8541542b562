"""An entry's HTML made fit to stand beside the results: no ids, links that lead somewhere, and an end.

Everything here reads what `livedocs.parsing.sanitise` wrote: every tag is closed, attributes are in double quotes, and
neither ``<`` nor ``>`` stands inside one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

LONGEST_EXCERPT = 64 * 1024
"""Characters of HTML that are shown of one entry: 998 of 1,000 entries of Python's documentation have fewer."""

_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^>]*>")
_ID = re.compile(r' id="[^"]*"(?=[^<>]*>)')
_SAME_PAGE = re.compile(r' href="#(?=[^<>]*>)')
_BLOCKS = frozenset(
    {"aside", "blockquote", "dd", "div", "dl", "dt", "figure", "li", "ol", "p", "pre", "table", "tr", "ul"}
)
_WITHOUT_END = frozenset({"br", "col", "hr", "img", "wbr"})


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What is shown of an entry.

    Attributes:
        html: sanitised, every element closed, without ids.
        is_whole: whether that is all there is.
    """

    html: str
    is_whole: bool


def excerpt(html: str, page_url: str, *, longest: int = LONGEST_EXCERPT) -> Excerpt:
    """Take as much of an entry's HTML as is good to show at once.

    Ids are left out: they would clash with those of the app, and links to them ought to lead to the page.

    Args:
        html: sanitised HTML, its elements balanced.
        page_url: address of the entry's page inside the app, without an anchor.
        longest: characters that are taken at most, up to the end of an element.

    >>> excerpt('<p id="a">One <a href="#b">two</a></p>', "/docs/x/1/y.html")
    Excerpt(html='<p>One <a href="/docs/x/1/y.html#b">two</a></p>', is_whole=True)
    >>> excerpt("<ul><li>One</li><li>Two</li></ul>", "", longest=25)
    Excerpt(html='<ul><li>One</li></ul>', is_whole=False)
    """
    kept = html if len(html) <= longest else _beginning(html, longest)
    anchored = _SAME_PAGE.sub(lambda _: f' href="{escape(page_url)}#', _ID.sub("", kept))
    return Excerpt(anchored, is_whole=kept is html)


def _beginning(html: str, longest: int) -> str:
    behind_tag = behind_block = 0
    for tag in _TAG.finditer(html):
        if tag.end() > longest:
            break
        behind_tag = tag.end()
        if tag[1] and tag[2] in _BLOCKS:
            behind_block = behind_tag
    if behind_block > longest // 2:
        kept = html[:behind_block]
    else:  # one element is most of what there is: it ends behind a word
        text = html[behind_tag:longest].partition("<")[0]
        kept = html[:behind_tag] + text[: max(text.rfind(" "), text.rfind("\n"), 0)]
    return kept + "".join(f"</{name}>" for name in reversed(_open_elements(kept)))


def _open_elements(html: str) -> list[str]:
    names: list[str] = []
    for tag in _TAG.finditer(html):
        if tag[1]:
            names.pop()
        elif tag[2] not in _WITHOUT_END:
            names.append(tag[2])
    return names
