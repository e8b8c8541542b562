"""The door of the parser: one HTML page in, everything it holds out."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from livedocs.parsing import metadata
from livedocs.parsing.entries import build_entries
from livedocs.parsing.links import LinkRewriter
from livedocs.parsing.maths import with_formulas
from livedocs.parsing.models import Link, PageContext, ParsedPage
from livedocs.parsing.outline import Element, outline
from livedocs.parsing.sanitise import sanitise
from livedocs.parsing.sections import is_table_of_contents
from livedocs.parsing.text import inline_text
from livedocs.parsing.tree import parse_html
from livedocs.parsing.walk import Walk

# By role and meaning, so that no theme has to be known; the last is Sphinx's own basic layout.
_MAIN = ("[role=main]", "main", "article", "div.body")
_SECTION = "section[id], div.section[id]"
# What a theme adds to the text for its readers' convenience.
_FURNITURE = (
    "a.headerlink, a:has(> .viewcode-link), .viewcode-back, .copybutton, .related, .sphinxsidebar, .prev-next-area, "
    ".related-pages, .content-icon-container, nav:not(.contents), [role=navigation], [role=search], footer"
)
# What links a longer piece of HTML has no wording; tables put links into links, and each would be read for each.
_MAX_LINK_CHARACTERS = 10_000
# "[1]" leads to a footnote, "1" back from it.
_FOOTNOTE = re.compile(r"\[?\d+\]?")


def parse_page(html: str, context: PageContext) -> ParsedPage:
    """Read one page.

    It never raises: whatever the text is, there is a page to show, if only an empty one.

    Args:
        html: the page as it was built.
        context: where it stands and what the inventory says is on it; see `livedocs.parsing.contexts.contexts`.
    """
    tree = parse_html(html)
    links = LinkRewriter(context)
    main = _main(tree)
    if main is not None:
        # The innermost first: what is removed takes with it what stands in it.
        for node in reversed(main.css(_FURNITURE)):
            node.decompose()
    title = metadata.read_title(tree, main) or context.path
    notice, licence = metadata.read_rights(tree)
    body = with_formulas(sanitise((main.inner_html or "") if main is not None else "", links.rewrite))
    elements = outline(body)
    walk = Walk(body, elements, context, title)
    entries = () if metadata.is_redirect(tree) else build_entries(body, walk, context)
    return ParsedPage(
        path=context.path,
        title=title,
        breadcrumb=metadata.read_breadcrumb(tree, links),
        html=body,
        entries=entries,
        links=_links(body, elements, links),
        images=tuple(links.images),
        previous=metadata.read_relation(tree, "prev", links),
        next=metadata.read_relation(tree, "next", links),
        copyright=notice,
        licence=licence,
        canonical_url=metadata.read_canonical_url(tree),
        language=metadata.read_language(tree),
    )


def _main(tree: LexborHTMLParser) -> LexborNode | None:
    for selector in _MAIN:
        found = tree.css_first(selector)
        if found is not None:
            article = found.css_first("article") if selector != "article" else None
            return article if article is not None and article.css_first("h1") is not None else found
    # A theme that says nothing of the kind still puts the sections somewhere, and its own furniture around them.
    section = tree.css_first(_SECTION)
    return section.parent if section is not None else tree.body


def _links(html: str, elements: list[Element], links: LinkRewriter) -> tuple[Link, ...]:
    found: list[Link] = []
    skip_until = 0
    for element in elements:
        if element.start < skip_until:
            continue
        if is_table_of_contents(element):
            skip_until = element.end
        elif (
            element.href
            and "toc-backref" not in element.classes
            and (target := links.written(element.href)) is not None
        ):
            content = html[element.inner_start : element.inner_end]
            text = inline_text(content) if len(content) <= _MAX_LINK_CHARACTERS else ""
            if text and not target.is_image and not _FOOTNOTE.fullmatch(text):
                found.append(Link(target.path, target.anchor, text))
    return tuple(found)
