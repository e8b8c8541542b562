"""The allow list that untrusted HTML passes before anybody sees it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import nh3

if TYPE_CHECKING:
    from collections.abc import Callable

# No "main": the app has one, around what is read.
_SECTIONS = {"article", "aside", "div", "footer", "header", "nav", "section"}
_BLOCKS = {"address", "blockquote", "details", "figcaption", "figure", "hr", "p", "pre", "summary"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_LISTS = {"dd", "dl", "dt", "li", "ol", "ul"}
_TABLES = {"caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
_WORDS = {
    "a",
    "abbr",
    "acronym",
    "b",
    "bdi",
    "bdo",
    "cite",
    "del",
    "dfn",
    "em",
    "i",
    "ins",
    "mark",
    "q",
    "small",
    "span",
    "strong",
    "time",
}
_CODE = {"code", "kbd", "samp", "tt", "var"}
_TYPOGRAPHY = {"big", "br", "img", "rp", "rt", "ruby", "s", "sub", "sup", "u", "wbr"}

TAGS = frozenset(_SECTIONS | _BLOCKS | _HEADINGS | _LISTS | _TABLES | _WORDS | _CODE | _TYPOGRAPHY)
ATTRIBUTES = {
    "*": frozenset({"class", "id", "title", "lang", "dir"}),
    "a": frozenset({"href"}),
    "col": frozenset({"span"}),
    "colgroup": frozenset({"span"}),
    "details": frozenset({"open"}),
    "img": frozenset({"src", "alt", "width", "height"}),
    "li": frozenset({"value"}),
    "ol": frozenset({"start", "type", "reversed"}),
    "td": frozenset({"colspan", "rowspan"}),
    "th": frozenset({"colspan", "rowspan", "scope"}),
    "time": frozenset({"datetime"}),
}
_CODE_THAT_RUNS = {"script", "style", "template", "noscript"}
_EMBEDDED = {"applet", "audio", "canvas", "embed", "iframe", "math", "object", "svg", "video"}
_FORMS = {"button", "form", "input", "option", "select", "textarea"}
REMOVED_WITH_CONTENT = frozenset(_CODE_THAT_RUNS | _EMBEDDED | _FORMS | {"head", "title"})
URL_SCHEMES = frozenset({"http", "https", "mailto"})
# Who reads here tells nobody else. An image of another site leaves the words that stand for it.
_ELSEWHERE = re.compile(r'(<img\b[^>]*?) src="(?!/(?!/))[^"]*"')


def sanitise(html: str, rewrite: Callable[[str], str | None]) -> str:
    """Keep what documentation needs and nothing that acts.

    The result is html5ever's serialisation: every tag is closed, attributes are in double quotes, and neither
    ``<`` nor ``>`` stands inside one. The modules that read it rely on that.

    Args:
        html: any text.
        rewrite: gives the address to put in place of a relative one, from the root of the app; None removes it.
    """
    cleaner = nh3.Cleaner(
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        clean_content_tags=set(REMOVED_WITH_CONTENT),
        url_schemes=set(URL_SCHEMES),
        url_relative=rewrite,
        link_rel=None,  # nothing opens a new window; who may learn the address is the app's Referrer-Policy
    )
    return _ELSEWHERE.sub(r"\1", cleaner.clean(html))
