"""Which part of a documentation a query asks for in so many words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from livedocs.library.areas import Area
from livedocs.library.keys import fold

if TYPE_CHECKING:
    from livedocs.search.query import Query

_ASKED_BY = {
    Area.NEWS: re.compile(r"\bwhat'?s new\b|\bchange ?log\b|\brelease (?:notes|history)\b"),
    Area.NATIVE: re.compile(r"\bc[ -]api\b"),
}


def asked_area(query: Query) -> Area:
    """The part that few read though this query asks for it; `Area.MAIN`: none.

    >>> from livedocs.search.reading import parse
    >>> asked_area(parse("what's new in 3.11")), asked_area(parse("open a new file"))
    (<Area.NEWS: 1>, <Area.MAIN: 0>)
    """
    said = fold(query.text)
    return next((area for area, wording in _ASKED_BY.items() if wording.search(said)), Area.MAIN)
