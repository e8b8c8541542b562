"""The port through which the engine reads a library: whatever stores it, candidates look the same.

What a query needs of many entries comes as arrays, so that ranking a hundred of them costs as much as ranking one; only
what is shown is read as rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from livedocs.library.postings import Matches, Postings
    from livedocs.search.arrays import Column
    from livedocs.search.models import Hit


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A name or term that is just what was looked up.

    Attributes:
        key: the folded name or term.
        entry_id: what it names.
        form: `livedocs.library.keys.Form`, in which form it names the entry.
        spelling: the entry's name as it is written.
    """

    key: str
    entry_id: int
    form: int
    spelling: str


@dataclass(frozen=True, slots=True)
class TermPostings:
    """The entries that hold a term.

    Attributes:
        term: a stem.
        entry_count: entries of the whole library that hold it.
        postings: the most promising of them, or all.
    """

    term: str
    entry_count: int
    postings: Postings


@dataclass(frozen=True, slots=True)
class DocsetLabel:
    """A docset as filters and rules see it."""

    id: int
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class LookUps:
    """What will be asked of a reader; each part as the method that asks it names it.

    Attributes:
        keys: see `CandidateReader.named`.
        key_limit: likewise, its ``limit``.
        beginning: see `CandidateReader.beginning_with`; None: nothing.
        among: likewise.
        terms: see `CandidateReader.postings`.
        all_entries: likewise.
    """

    keys: tuple[str, ...] = ()
    key_limit: int = 0
    beginning: str | None = None
    among: range | None = None
    terms: tuple[str, ...] = ()
    all_entries: bool = False


class CandidateReader(Protocol):
    """Reads candidates from a library. Every implementation passes the same contract test."""

    def prepare(self, look_ups: Callable[[], LookUps]) -> None:
        """Be told what will be looked up next: a reader to whom each call is a journey fetches all of it at once.

        Args:
            look_ups: works out what that is; called only where it is of use.
        """
        ...

    def named(self, keys: Sequence[str], limit: int) -> list[NameMatch]:
        """Entries with one of these keys; the strongest forms and most linked first."""
        ...

    def beginning_with(self, prefix: str, among: range | None) -> Matches:
        """Entries with a longer key that begins with ``prefix``: all among these ids; None: the most promising ones."""
        ...

    def postings(self, terms: Collection[str], *, all_entries: bool) -> list[TermPostings]:
        """Entries that hold these terms: of each term the most promising ones, or all."""
        ...

    def hits(self, entry_ids: Sequence[int]) -> list[Hit]:
        """What is shown of entries, in their order."""
        ...

    def texts(self, entry_ids: Collection[int]) -> dict[int, str]:
        """The words of entries, headings first, as they are written."""
        ...

    def columns(self) -> Mapping[str, Column]:
        """What rules look at, for all entries: arrays whose position is an entry's id less one."""
        ...

    def labels(self) -> Mapping[int, str]:
        """The strings that columns refer to by number."""
        ...

    def docsets(self) -> list[DocsetLabel]:
        """Every docset."""
        ...

    def vectors(self, model: str) -> list[tuple[int, bytes]]:
        """For each docset embedded with a model, its id and the stored vectors of its entries in their order."""
        ...

    def vocabulary(self) -> list[tuple[str, int]]:
        """Every term with the number of entries that hold it, in the order of the terms."""
        ...

    def words(self) -> Mapping[str, int]:
        """Every word of the library with its frequency; for spelling."""
        ...

    def names(self) -> Iterable[tuple[str, int]]:
        """Every key of a documented object, term or title with its weight; for spelling."""
        ...
