"""Which part of a documentation a page belongs to, read off labels and roles, never off paths."""

from __future__ import annotations

import re
from collections import Counter
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from livedocs.parsing.models import ParsedPage


class Area(IntEnum):
    """Parts of a documentation, by how many look for what stands there."""

    MAIN = 0
    """What most readers look for."""
    NEWS = 1
    """What's New, changelogs, release notes."""
    NATIVE = 2
    """The interface for another language than the documentation's main one, such as Python's C API."""


_NEWS = re.compile(r"(what.s new|change ?log|changes|release notes|release history|history)\b", re.IGNORECASE)
_NATIVE_SHARE = 0.6
"""A part whose objects are to this share of the C or C++ domain is a native interface."""


def areas(pages: Iterable[ParsedPage]) -> dict[str, Area]:
    """The area of each page by its path."""
    listed = tuple(pages)
    mine, native = Counter[str](), Counter[str]()
    for page in listed:
        for entry in page.entries:
            domain = entry.role.partition(":")[0]
            if domain in {"c", "cpp"}:
                native[_part(page)] += 1
            elif domain != "std":
                mine[_part(page)] += 1
    if sum(native.values()) > sum(mine.values()):  # the documentation of a C library has no other main part
        native.clear()
    return {page.path: _area(page, mine, native) for page in listed}


def _part(page: ParsedPage) -> str:
    return page.breadcrumb[0].page if page.breadcrumb else page.path


def _area(page: ParsedPage, mine: Counter[str], native: Counter[str]) -> Area:
    if any(_NEWS.match(title) for title in (page.title, *(crumb.title for crumb in page.breadcrumb))):
        return Area.NEWS
    part = _part(page)
    if native[part] > _NATIVE_SHARE * (native[part] + mine[part]):
        return Area.NATIVE
    return Area.MAIN
