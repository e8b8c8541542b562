"""Reading HTML as it comes."""

from __future__ import annotations

import re
from collections import Counter

from selectolax.lexbor import LexborHTMLParser

MAX_DEPTH = 1_000
"""How deep elements may be nested; what goes deeper is left out, to the page's end. Browsers allow about 500."""

# Formatting that is left open is opened again in each block that follows: so many at a time, so many together.
_MAX_FORMATTING = 200
_MAX_REOPENED = 300_000
_LONG_TAG_CHARACTERS = 20_000
_MAX_ATTRIBUTES = 1_000

# Time by the square of the depth, of open formatting or of attributes is no matter in smaller pages.
_TAGS_WORTH_COUNTING = 5_000
_CHARACTERS_WORTH_READING = 100_000

# https://html.spec.whatwg.org/multipage/parsing.html#the-list-of-active-formatting-elements
# Of "a" and "nobr", which are among them, one is open at most.
_FORMATTING = frozenset({"b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"})
_OPEN_ONCE = frozenset({"a", "nobr"})
_VOID = frozenset(
    {
        "area",
        "base",
        "basefont",
        "bgsound",
        "br",
        "col",
        "embed",
        "frame",
        "hr",
        "img",
        "input",
        "keygen",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    }
)
# Their end need not be written: each ends the one before it, and nests only where a counted element is in between.
_END_IMPLIED = frozenset(
    {
        "body",
        "caption",
        "colgroup",
        "dd",
        "dt",
        "head",
        "html",
        "li",
        "option",
        "p",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
    }
)

_ATTRIBUTES = r"""(?>=\s*+"[^"]*+"|=\s*+'[^']*+'|[^>])*+"""
# Every piece is passed once: each alternative that has begun ends at the end of the text at the latest.
_TAG = re.compile(
    r"""
    (?: <(?P<leaf>span|a|code|em|strong)\b [^<>]*+ > [^<>]*+    # highlighted code and its like: nine tenths of all tags
        (?: <span\b [^<>]*+ > [^<>]*+ </span> [^<>]*+ )*+
        </(?P=leaf)> [^<]*+
    )++
    | <!-- .*? (?: --> | \Z )
    | <(?P<opaque>script|style|textarea|title|xmp|iframe|noembed|noframes)\b .*? (?: </(?P=opaque)\b | \Z )
    | <(?P<closing>/?) (?P<name>[a-z][^\s/>]*+) """
    + _ATTRIBUTES
    + r""" (?: > | \Z )
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_ATTRIBUTE_BEGINS = re.compile(r"[\s/=]+")
_DRAWINGS = frozenset({"svg", "math"})


def parse_html(html: str) -> LexborHTMLParser:
    """A tree of any text; what UTF-8 cannot hold (lone surrogates) becomes a question mark."""
    return LexborHTMLParser(_without_abyss(html).encode("utf-8", "replace").decode())


def _without_abyss(html: str) -> str:
    """A text up to the place where it would keep a parser busy for longer than its length allows."""
    if html.count("<") < _TAGS_WORTH_COUNTING and len(html) < _CHARACTERS_WORTH_READING:
        return html
    open_elements = Counter[str]()
    depth = formatting = reopened = 0
    for match in _TAG.finditer(html):
        if (written := match["name"]) is None:
            continue
        if match.end() - match.start() > _LONG_TAG_CHARACTERS and _has_many_attributes(match[0]):
            return html[: match.start()]
        name = written.lower()
        if name in _END_IMPLIED:
            reopened += formatting
        elif name not in _VOID:
            change = _count(match, name, open_elements)
            depth += change
            if name in _FORMATTING:
                formatting += change
            elif name not in _OPEN_ONCE:
                reopened += formatting
        if depth > MAX_DEPTH or formatting > _MAX_FORMATTING or reopened > _MAX_REOPENED:
            return html[: match.start()]
    return html


def _count(tag: re.Match[str], name: str, open_elements: Counter[str]) -> int:
    """How a tag changes the depth: 1 when it opens an element, -1 when it closes one, 0 when it does neither."""
    if tag["closing"]:
        if not open_elements[name]:
            return 0
        open_elements[name] -= 1
        return -1
    ends_itself = tag.string.endswith("/>", 0, tag.end()) and any(open_elements[drawing] for drawing in _DRAWINGS)
    if ends_itself or (name in _OPEN_ONCE and open_elements[name]):
        return 0
    open_elements[name] += 1
    return 1


def _has_many_attributes(tag: str) -> bool:
    """Whether a tag has so many that comparing each with each, to find those given twice, takes long."""
    return len(_ATTRIBUTE_BEGINS.findall(_QUOTED.sub("=", tag))) > 2 * _MAX_ATTRIBUTES
