"""Reading Sphinx's general index, whose lines are other words for places in the documentation."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from livedocs.parsing.links import LinkRewriter
from livedocs.parsing.models import IndexTerm, PageContext
from livedocs.parsing.tree import parse_html

_FURTHER_PLACE = re.compile(r"\[\d+\]")
_LINES = ".genindextable > tbody > tr > td > ul > li, .genindextable > tr > td > ul > li"


def parse_general_index(html: str, path: str) -> tuple[IndexTerm, ...]:
    """The lines of an index page (``genindex.html``, ``genindex-A.html``), in its order.

    A sub entry is joined to its main entry with a space; numbered further places (``[1]``) belong to the same
    term. What stands in brackets behind a name, e.g. ``(in module json)``, is kept.

    Args:
        html: the page as it was built.
        path: its path below the documentation's root.
    """
    links = LinkRewriter(PageContext(path, "/"))
    terms: list[IndexTerm] = []
    for line in parse_html(html).css(_LINES):
        words, own = _read_line(line, "", links)
        terms += own
        for sub_list in (child for child in line.iter() if child.tag == "ul"):
            for sub_line in (child for child in sub_list.iter() if child.tag == "li"):
                terms += _read_line(sub_line, words, links)[1]
    return tuple(dict.fromkeys(terms))


def _read_line(line: LexborNode, prefix: str, links: LinkRewriter) -> tuple[str, list[IndexTerm]]:
    """The words of one line, and a term for each place it points to."""
    words = ""
    terms: list[IndexTerm] = []
    for node in line.iter(include_text=True):
        if node.tag == "ul":
            break
        text = " ".join(node.text().split())
        if not words and text:
            words = f"{prefix} {text}" if prefix else text
        anchors = [node] if node.tag == "a" else ([] if node.is_text_node else node.css("a"))
        for anchor in anchors:
            target = links.target(anchor.attributes.get("href") or "")
            if target is not None:
                terms.append(IndexTerm(words, target.path, target.anchor))
    return words, terms
