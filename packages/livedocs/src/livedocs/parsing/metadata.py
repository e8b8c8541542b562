"""What a page says about itself: title, place, neighbours, rights, language."""

from __future__ import annotations

import re
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from livedocs.parsing.links import LinkRewriter
from livedocs.parsing.models import Crumb
from livedocs.parsing.sections import heading_text
from livedocs.parsing.text import plain_text, summary_of

_BREADCRUMB = ".related li.nav-item a, .wy-breadcrumbs a, .bd-breadcrumbs a, [aria-label=breadcrumb] a"
# Themes without a breadcrumb say the same in the sidebar: the open branch of the contents, the related topics.
_SIDEBAR = "li.current > a, .relations li:has(ul) > a"
_FOOTER = "[role=contentinfo], footer, .footer, div[id*=copyright]:not(.section)"
# Pages have a handful of either, and one that has thousands, each in the other, is not read for each.
_MAX_PLACES = 50
_MAX_RIGHTS_CHARACTERS = 1_000
# Numbered tables of contents number the steps of the breadcrumb in plain words.
_NUMBER = re.compile(r"\A\d+(?:\.\d+)*\.\s+")
_NOTICE = re.compile(r"(?:©|\(c\)|Copyright\b)[^\n]*", re.IGNORECASE)
_BEHIND_NOTICE = re.compile(
    r"\s*\|?\s*\b(?:Created using|Built with|Made with|Powered by|Last updated|"
    r"Page source|This page is licen[sc]ed)\b.*"
)
_LICENCE = re.compile(r"licen[sc]ed under (?:the |a )?([^\n]+?)(?:\.|\n|\Z)", re.IGNORECASE)


def read_title(tree: LexborHTMLParser, main: LexborNode | None) -> str:
    """The page's first heading, else what its ``title`` says before the project's name; plain text, cut when long."""
    heading = main.css_first("h1") if main is not None else None
    if heading is not None and (title := heading_text(heading.inner_html or "")):
        return summary_of(title)
    element = tree.css_first("title")
    words = " ".join((element.text() if element is not None else "").split())
    return summary_of(re.split(r"\s+[\u2014|]\s+(?=[^\u2014|]*\Z)", words)[0])


def is_redirect(tree: LexborHTMLParser) -> bool:
    """Whether the page only sends its readers on to another one, as moved pages do."""
    statements = tree.head.css("meta[http-equiv]") if tree.head is not None else []
    refreshes = any((node.attributes.get("http-equiv") or "").lower() == "refresh" for node in statements)
    return refreshes and tree.css_first("h1") is None


def read_breadcrumb(tree: LexborHTMLParser, links: LinkRewriter) -> tuple[Crumb, ...]:
    """The pages above it, outermost first, without the documentation's start page and without itself."""
    crumbs: dict[str, Crumb] = {}
    for node in islice(tree.css(_BREADCRUMB) or tree.css(_SIDEBAR), _MAX_PLACES):
        target = links.target(node.attributes.get("href") or "")
        title = _NUMBER.sub("", heading_text(node.inner_html or ""))
        if target is None or not title or target.path in {links.context.path, "index.html"}:
            continue
        crumbs.setdefault(target.path, Crumb(title, target.path))
    return tuple(crumbs.values())


def read_relation(tree: LexborHTMLParser, relation: str, links: LinkRewriter) -> str:
    """Path of the page that stands in a relation (``prev``, ``next``) to this one; empty when there is none."""
    node = tree.css_first(f"link[rel={relation}]")
    target = links.target(node.attributes.get("href") or "") if node is not None else None
    return target.path if target is not None else ""


def read_canonical_url(tree: LexborHTMLParser) -> str:
    """The web address the page states for itself; empty when it states none or a local one."""
    node = tree.css_first("link[rel=canonical]")
    address = (node.attributes.get("href") or "").strip() if node is not None else ""
    return address if address.startswith(("https://", "http://")) else ""


def read_language(tree: LexborHTMLParser) -> str:
    """The language the page states, e.g. ``en``."""
    node = tree.css_first("html")
    return (node.attributes.get("lang") or "").strip() if node is not None else ""


def read_rights(tree: LexborHTMLParser) -> tuple[str, str]:
    """The copyright notice and the licence's name at the foot of the page, each empty when not stated."""
    notice = licence = ""
    for node in _outermost(tree, _FOOTER):
        text = plain_text(node.inner_html or "")
        if not notice and (found := _NOTICE.search(text)):
            notice = _BEHIND_NOTICE.sub("", found[0][:_MAX_RIGHTS_CHARACTERS]).strip()
        if not licence and (found := _LICENCE.search(text)):
            licence = found[1][:_MAX_RIGHTS_CHARACTERS].strip()
    return notice, licence


def _outermost(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    """The first elements that a selector means, without those that stand in another of them."""
    found: dict[int, LexborNode] = {}
    for node in islice(tree.css(selector), _MAX_PLACES):
        parent = node.parent
        while parent is not None and parent.mem_id not in found:
            parent = parent.parent
        if parent is None:
            found[node.mem_id] = node
    return list(found.values())
