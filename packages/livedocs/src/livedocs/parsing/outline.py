"""The structure of sanitised HTML as a flat list of positions.

Entries are pieces of the page: their HTML is cut out of the sanitised text by position instead of being
serialised from a tree again, and the list is walked by iteration, so that no depth of nesting can exhaust a stack.
It relies on the form that `livedocs.parsing.sanitise.sanitise` promises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

# Only what carries structure: highlighted code is nine tenths of all tags and has none.
_STRUCTURE = re.compile(r"<(/?)(section|div|dl|dt|dd|h[1-6]|p|a|nav|aside)\b([^>]*)>")
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
_TAG_WITH_ID = re.compile(r'<[a-z][^>]* id="[^>]*>')


@dataclass(slots=True, eq=False)
class Element:
    """One structural element.

    Attributes:
        tag: its name.
        id: its id, empty when it has none.
        classes: its classes.
        href: the address a link leads to, as written.
        start: where its opening tag begins.
        inner_start: where its content begins.
        inner_end: where its content ends.
        end: behind its closing tag.
        children: structural elements directly in it.
    """

    tag: str
    id: str
    classes: tuple[str, ...]
    href: str
    start: int
    inner_start: int
    inner_end: int = 0
    end: int = 0
    children: list[Element] = field(default_factory=list["Element"])


def outline(html: str) -> list[Element]:
    """The structural elements of sanitised HTML in document order."""
    elements: list[Element] = []
    open_elements: list[Element] = []
    for match in _STRUCTURE.finditer(html):
        closing, tag, attributes = match.groups()
        if closing:
            if open_elements:
                element = open_elements.pop()
                element.inner_end, element.end = match.span()
            continue
        element = _element(tag, attributes, match)
        if open_elements:
            open_elements[-1].children.append(element)
        open_elements.append(element)
        elements.append(element)
    for element in open_elements:
        element.inner_end = element.end = len(html)
    return elements


def ids(html: str) -> list[str]:
    """Every id in a piece of sanitised HTML, in order.

    >>> ids('<p id="a">b</p><span class="c" id="d"></span>')
    ['a', 'd']
    """
    found = (dict(_ATTRIBUTE.findall(match[0])).get("id", "") for match in _TAG_WITH_ID.finditer(html))
    return [unescape(identifier) for identifier in found if identifier]


def _element(tag: str, attributes: str, match: re.Match[str]) -> Element:
    if not attributes:
        return Element(tag, "", (), "", match.start(), match.end())
    values = dict(_ATTRIBUTE.findall(attributes))
    return Element(
        tag=tag,
        id=unescape(values.get("id", "")),
        classes=tuple(values.get("class", "").split()),
        href=values.get("href", ""),
        start=match.start(),
        inner_start=match.end(),
    )
