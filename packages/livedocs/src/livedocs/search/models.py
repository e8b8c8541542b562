"""What a search answers. Shared by every face, so that web, API and terminal say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is limited to; empty means everything.

    Attributes:
        docset: name of a docset, e.g. ``python``.
        version: version of that docset, e.g. ``3.11``.
        kind: kind of entry, e.g. ``class``.
        module: a module and what is inside it, e.g. ``asyncio``.
        added: version of the documented project in which an entry was added, e.g. ``3.11``.
        deprecated: only what is deprecated, or only what is not; None: both.
    """

    docset: str = ""
    version: str = ""
    kind: str = ""
    module: str = ""
    added: str = ""
    deprecated: bool | None = None

    def __bool__(self) -> bool:
        """Whether the search is limited at all."""
        return self != Filters()


class Hit(NamedTuple):
    """A ranked entry.

    Attributes:
        id: of the entry in this library; stable as long as the library is not rebuilt.
        docset: name of its docset.
        version: version of its docset.
        kind: kind of entry, e.g. ``function``.
        name: qualified name, term or section title.
        signature: the first signature; empty for sections and terms.
        summary: one paragraph of plain text.
        page: path of its page inside the docset.
        anchor: id on that page; empty for the whole page.
        places: where it stands, a place a line, outermost first.
        docset_url: where the documentation's pages are on the web, ending in a slash; None when not known.
        deprecated: true when the documentation says so.
        why: the tiers that proposed it, then the rules that placed it with their points, strongest first; only when an
            explanation was asked for.
    """

    id: int
    docset: str
    version: str
    kind: str
    name: str
    signature: str
    summary: str
    page: str
    anchor: str
    places: str
    docset_url: str | None
    deprecated: bool = False
    why: tuple[str, ...] = ()

    @property
    def breadcrumb(self) -> tuple[str, ...]:
        """Where it stands, outermost first."""
        return tuple(self.places.splitlines())

    @property
    def original_url(self) -> str | None:
        """The same place on the web; None when not known."""
        return self.docset_url and self.docset_url + self.target

    @property
    def target(self) -> str:
        """Page and anchor inside the docset, e.g. ``library/functions.html#open``."""
        return f"{self.page}#{self.anchor}" if self.anchor else self.page

    @property
    def url(self) -> str:
        """Address inside the app, e.g. ``/docs/python/3.11/library/functions.html#open``."""
        return f"/docs/{self.docset}/{self.version}/{self.target}"


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The answer to one query.

    Attributes:
        query: what was asked, with white space folded.
        corrected: the query that was answered instead, when spelling was corrected; None otherwise.
        hits: best first.
        terms: the words to mark in names and summaries, lower case.
        seconds: how long each part of the search took: names, spelling, text, meaning, ranking; or filters, alone.
    """

    query: str
    corrected: str | None = None
    hits: tuple[Hit, ...] = ()
    terms: tuple[str, ...] = field(default=())
    seconds: Mapping[str, float] = field(default_factory=dict[str, float], compare=False, repr=False)
