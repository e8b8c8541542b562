"""A query as it was understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from livedocs.library.keys import fold
from livedocs.search.models import Filters


class Shape(Enum):
    """What a query looks like; each shape is looked up in its own way."""

    EMPTY = "empty"
    NAME = "name"
    """One identifier, perhaps dotted: ``asyncio.gather``, ``Path.read_text``, ``open(``."""
    SYNTAX = "syntax"
    """Signs and keywords rather than words: ``:=``, ``not in``, ``r""``, ``(?P<name>...)``."""
    ERROR = "error"
    """The last line of a traceback: ``KeyError: 'x'``."""
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it was understood.

    Attributes:
        text: as typed, white space folded, without filters.
        shape: what it looks like.
        readings: folded strings to look up among names and terms, the most literal reading first; those of one reading
            are equally good.
        fallbacks: readings to try when none of those names anything, nor is the beginning of a name.
        words: folded words to look up in full text, without those that say nothing.
        name: the name in the case it was typed in, without what surrounds it; empty unless the shape is a name.
        member: a dot stood before the name, as before a method or an attribute.
        open_ended: the last word may still be being typed.
        filters: what the search is limited to.
        phrases: folded wordings that must stand in an entry just so; they are not corrected.
        excluded: words that must not stand in it.
    """

    text: str
    shape: Shape
    readings: tuple[tuple[str, ...], ...] = ()
    fallbacks: tuple[tuple[str, ...], ...] = ()
    words: tuple[str, ...] = ()
    name: str = ""
    member: bool = False
    open_ended: bool = True
    filters: Filters = field(default_factory=Filters)
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    @property
    def beginning(self) -> str:
        """What a name or term would begin with while the query is still being typed."""
        return self.readings[-1][0] if self.shape is Shape.NAME else fold(self.text)

    @property
    def all_words(self) -> bool:
        """Whether text must hold every word: parts of a name belong together, a question says more than its answer."""
        return self.shape is Shape.NAME
