"""Sections: how they are recognised, what they are called."""

from __future__ import annotations

import re

from livedocs.parsing.outline import Element
from livedocs.parsing.text import inline_text

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CONTENTS = frozenset({"toctree-wrapper", "contents"})
_NUMBER = re.compile(r'<span class="section-number">.*?</span>', re.DOTALL)


def is_section(element: Element) -> bool:
    """Whether an element is a section that can be linked to; Sphinx before 4.0 writes ``div.section``."""
    return bool(element.id) and (element.tag == "section" or (element.tag == "div" and "section" in element.classes))


def is_table_of_contents(element: Element) -> bool:
    """Whether an element lists what other places hold: a toctree, or the local contents of a page."""
    return not _CONTENTS.isdisjoint(element.classes)


def heading_of(element: Element) -> Element | None:
    """The heading that stands directly in a section."""
    return next((child for child in element.children if child.tag in _HEADINGS), None)


def heading_text(html: str) -> str:
    """The words of a heading without its number."""
    return inline_text(_NUMBER.sub("", html))
