"""The port through which the engine reads a library: whatever stores it, candidates look the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from livedocs.library.keys import Form

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from livedocs.search.models import Filters
    from livedocs.search.query import Query


@dataclass(frozen=True, slots=True)
class KeyMatch:
    """A name or term that matched.

    Attributes:
        entry_id: what it names.
        key: the folded name or term.
        form: in which form it names the entry.
        weight: links to the entry, or links in these words for ``Form.LINK``.
        exact: False when the query is only its beginning.
        rank: position among the readings that were looked up; later ones are freer.
    """

    entry_id: int
    key: str
    form: Form
    weight: int
    exact: bool
    rank: int = 0


@dataclass(frozen=True, slots=True)
class TextMatch:
    """An entry whose text matched.

    Attributes:
        entry_id: the entry.
        score: BM25, higher is better; comparable within one answer only.
    """

    entry_id: int
    score: float


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What rules may look at, and what a hit shows."""

    id: int
    docset: str
    version: str
    docset_original_url: str | None
    page: str
    anchor: str
    kind: str
    role: str
    name: str
    title: str
    module: str
    signature: str
    summary: str
    breadcrumb: tuple[str, ...]
    deprecated: bool
    area: int
    link_count: int
    terms: str


@dataclass(slots=True)
class Candidate:
    """An entry that some tier proposed, with the evidence.

    Attributes:
        facts: the entry.
        matches: names and terms that matched, in the order they were found.
        text_share: its BM25 score over the best one's, 0 to 1; 0 when its text did not match.
    """

    facts: EntryFacts
    matches: list[KeyMatch] = field(default_factory=list[KeyMatch])
    text_share: float = 0.0


class CandidateReader(Protocol):
    """Reads candidates from a library. Every implementation passes the same contract test."""

    def exact(self, keys: Sequence[str], filters: Filters, limit: int) -> list[KeyMatch]:
        """Entries with one of these keys; the strongest forms and most linked first."""
        ...

    def beginning_with(self, prefix: str, filters: Filters, limit: int) -> list[KeyMatch]:
        """Entries with a longer key that begins with ``prefix``; the most linked first."""
        ...

    def full_text(self, query: Query, limit: int) -> list[TextMatch]:
        """Entries that hold the query's words, best BM25 score first.

        Any of them will do, unless the query wants all; while it is open-ended, the last may be a beginning.
        """
        ...

    def facts(self, entry_ids: Collection[int]) -> dict[int, EntryFacts]:
        """What is known about entries."""
        ...

    def words(self) -> Mapping[str, int]:
        """Every word of the library with its frequency; for spelling."""
        ...

    def names(self) -> Iterable[tuple[str, int]]:
        """Every key of a documented object, term or title with its weight; for spelling."""
        ...
