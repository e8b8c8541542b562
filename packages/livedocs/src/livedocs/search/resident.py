"""What stays in memory of one library between queries. Immutable; made once for each snapshot and shared by threads."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property, lru_cache
from heapq import nlargest
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast
from weakref import WeakMethod

import numpy as np

from livedocs.library.areas import Area
from livedocs.library.promise import promise
from livedocs.search.spelling import Spelling

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from livedocs.search.arrays import Column, Truths
    from livedocs.search.candidates import CandidateReader, DocsetLabel
    from livedocs.search.models import Filters

_FILTERS_REMEMBERED = 64
"""Each takes a byte for every entry of the library."""
_COMPLETIONS_REMEMBERED = 1024
_LAST_CHARACTER = "\U0010ffff"

P = ParamSpec("P")
T = TypeVar("T")


def _remembering(method: Callable[P, T], most: int) -> Callable[P, T]:
    """A method that remembers its last answers, for its object alone, which must be alive when it is called.

    It does not keep the object: a library's arrays are given back when the last reader is done, not when a collector of
    garbage comes by, which a server keeps from looking at what it had from the beginning.
    """
    weak = WeakMethod(method)

    def ask(*args: P.args, **kwargs: P.kwargs) -> T:
        bound = weak()
        assert bound is not None, "its object is what is asked"
        return bound(*args, **kwargs)

    return cast("Callable[P, T]", lru_cache(most)(ask))


class Columns:
    """What rules and filters look at, for every entry; the position in each array is the entry's id less one.

    Args:
        arrays: see ``entry_column`` in `livedocs.library.schema`.
        labels: strings that kinds, modules and versions are numbers of.
        docsets: of the library.
    """

    def __init__(self, arrays: Mapping[str, Column], labels: Mapping[int, str], docsets: list[DocsetLabel]) -> None:
        self.docset = arrays["docset"]
        self.kind = arrays["kind"]
        self.module = arrays["module"]
        self.added = arrays["added"]
        self.area = arrays["area"]
        self.deprecated = arrays["deprecated"].astype(bool)
        self.built_in = arrays["built_in"].astype(bool)
        self.name_chars = arrays["name_chars"]
        self.links = arrays["links"]
        self.page_links = arrays["page_links"]
        self.labels = labels
        self.numbers = max(labels, default=0) + 2
        """Places of an array that is looked up by the numbers of labels: one for each, and one more at the end."""
        self.docsets = docsets
        self._numbers = {text: number for number, text in labels.items()}
        self._remembered_allowed = _remembering(self._allowed, _FILTERS_REMEMBERED)
        self._remembered_span = _remembering(self._span, _FILTERS_REMEMBERED)
        self._remembered_promise = _remembering(self._promise, len(Area))
        self.promise(Area.MAIN)

    def __len__(self) -> int:
        return len(self.docset)

    def number(self, label: str) -> int:
        """The number of a label; -1 when no entry has it."""
        return self._numbers.get(label, -1)

    def promise(self, asked: Area) -> NDArray[np.float32]:
        """See `livedocs.library.promise`; the array is shared, so that nobody may change it."""
        return self._remembered_promise(asked)

    def allowed(self, filters: Filters) -> Truths:
        """Which entries pass; the array is shared, so that nobody may change it."""
        return self._remembered_allowed(filters)

    def span(self, filters: Filters) -> range:
        """The ids from the first entry that passes to the last; those of a docset stand together."""
        return self._remembered_span(filters)

    def _promise(self, asked: Area) -> NDArray[np.float32]:
        found = promise(self.links, self.page_links, self.area, self.deprecated, asked).astype(np.float32)
        found.flags.writeable = False
        return found

    def _allowed(self, filters: Filters) -> Truths:
        passes = np.ones(len(self), dtype=bool)
        if filters.docset or filters.version:
            wanted = [
                docset.id
                for docset in self.docsets
                if filters.docset in {"", docset.name} and filters.version in {"", docset.version}
            ]
            passes &= np.isin(self.docset, wanted)
        if filters.kind:
            passes &= self.kind == self.number(filters.kind)
        if filters.added:
            passes &= self.added == self.number(filters.added)
        if filters.module:
            inside = filters.module + "."
            modules = [
                number
                for number, text in self.labels.items()
                if f"{text.lower()}." == inside or text.lower().startswith(inside)
            ]
            passes &= np.isin(self.module, modules)
        if filters.deprecated is not None:
            passes &= self.deprecated == filters.deprecated
        passes.flags.writeable = False
        return passes

    def _span(self, filters: Filters) -> range:
        passing = np.flatnonzero(self.allowed(filters)) + 1
        return range(int(passing[0]), int(passing[-1]) + 1) if len(passing) else range(0)


class Vocabulary:
    """Every term of a library, to complete a word that is still being typed.

    Args:
        terms: each with the number of entries that hold it, in the order of the terms.
    """

    def __init__(self, terms: list[tuple[str, int]]) -> None:
        self._terms = [term for term, _ in terms]
        self._counts = dict(terms)
        self._remembered_completions = _remembering(self._completions, _COMPLETIONS_REMEMBERED)

    def count(self, term: str) -> int:
        """Entries that hold a term."""
        return self._counts.get(term, 0)

    def completions(self, beginning: str, limit: int) -> tuple[str, ...]:
        """The most frequent longer terms that begin so."""
        return self._remembered_completions(beginning, limit)

    def _completions(self, beginning: str, limit: int) -> tuple[str, ...]:
        first = bisect_left(self._terms, beginning)
        last = bisect_left(self._terms, beginning + _LAST_CHARACTER)
        longer = (term for term in self._terms[first:last] if term != beginning)
        return tuple(nlargest(limit, longer, key=self._counts.__getitem__))


class Resident:
    """Columns, vocabulary and spelling of one library; each is read when it is first needed.

    Args:
        reader: reads the library; used until everything was needed once, unless `load` is called.
    """

    def __init__(self, reader: CandidateReader) -> None:
        self._reader = reader

    @classmethod
    def load(cls, reader: CandidateReader) -> Resident:
        """Read everything at once, so that the reader may be closed."""
        resident = cls(reader)
        _ = resident.columns, resident.vocabulary, resident.spelling
        del resident._reader
        return resident

    @cached_property
    def columns(self) -> Columns:
        """What rules and filters look at."""
        return Columns(self._reader.columns(), self._reader.labels(), self._reader.docsets())

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Every term, for completing words."""
        return Vocabulary(self._reader.vocabulary())

    @cached_property
    def spelling(self) -> Spelling:
        """Every word and name, for correcting them."""
        return Spelling.load(self._reader)
