"""What the tiers found out about the candidates of one query, as arrays for rules to look at."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from livedocs.search.arrays import distinct

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from livedocs.search.arrays import Ids, Truths, Values
    from livedocs.search.resident import Columns
    from livedocs.search.text import TextEvidence


@dataclass(frozen=True, slots=True)
class NameMatches:
    """Names and terms that matched; arrays of one length, an element a match.

    Attributes:
        entry_ids: what each names.
        forms: `livedocs.library.keys.Form`, in which form it names the entry.
        ranks: position among the readings that were looked up; later ones are freer.
        key_chars: length of what matched.
        keys: which of the keys that were looked up it is; 0 for beginnings.
        exact: False when the query is only the beginning of the key.
        same_case: the name is written as it was typed.
    """

    entry_ids: Ids
    forms: Ids
    ranks: Ids
    key_chars: Ids
    keys: Ids
    exact: Truths
    same_case: Truths

    def __len__(self) -> int:
        return len(self.entry_ids)

    @classmethod
    def none(cls) -> NameMatches:
        """No match."""
        numbers, truths = np.empty(0, dtype=np.intp), np.empty(0, dtype=bool)
        return cls(numbers, numbers, numbers, numbers, numbers, truths, truths)

    def joined(self, other: NameMatches) -> NameMatches:
        """These and the other's."""
        if not len(self):
            return other
        return NameMatches(*map(np.concatenate, zip(self._arrays(), other._arrays(), strict=True)))

    def only(self, wanted: Truths) -> NameMatches:
        """Those of them that are wanted."""
        return NameMatches(*(array[wanted] for array in self._arrays()))

    def _arrays(self) -> tuple[NDArray[Any], ...]:
        return tuple(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True)
class Meanings:
    """Entries near a query in meaning.

    Attributes:
        entry_ids: in ascending order.
        similarity: 0 to 1.
    """

    entry_ids: Ids
    similarity: Values


class Evidence:
    """The candidates of one query, each entry once, and everything known of them.

    Args:
        columns: what is known of every entry of the library.
        names: names and terms that matched.
        text: what texts and headings say; None when they were not asked, or say nothing.
        meanings: entries near the query in meaning; None when meaning was not asked for.
        listed: entries that only had to pass the filters.
        named: whether anything is called what was typed or begins so, even if filters do not let it through.

    Attributes:
        entry_ids: the candidates, in ascending order; every other array is in this order.
        candidates: for each match of ``names``, the position of its entry among the candidates.
        text: see `TextEvidence`; 0 where the text does not match.
        recall: likewise.
        precision: likewise.
        meaning: similarity in meaning; 0 where it is not near enough to be found by it.
    """

    def __init__(
        self,
        columns: Columns,
        names: NameMatches,
        text: TextEvidence | None = None,
        meanings: Meanings | None = None,
        *,
        listed: Ids | None = None,
        named: bool = False,
    ) -> None:
        self.columns = columns
        self.names = names
        self.named = named
        found = [names.entry_ids]
        found += [tier.entry_ids for tier in (text, meanings) if tier is not None]
        found += [listed] if listed is not None else []
        self.entry_ids = distinct(np.concatenate(found))
        self._positions = self.entry_ids - 1
        self.candidates = np.searchsorted(self.entry_ids, names.entry_ids)
        self.text, self.recall, self.precision, self.meaning = np.zeros((4, len(self.entry_ids)))
        if text is not None:
            places = np.searchsorted(self.entry_ids, text.entry_ids)
            self.text[places], self.recall[places], self.precision[places] = text.text, text.recall, text.precision
        if meanings is not None:
            self.meaning[np.searchsorted(self.entry_ids, meanings.entry_ids)] = meanings.similarity

    def __len__(self) -> int:
        return len(self.entry_ids)

    def of(self, column: NDArray[Any]) -> NDArray[Any]:
        """The candidates' values in a column."""
        return column[self._positions]

    def strongest(self, points: Values, wanted: Truths) -> Values:
        """For each candidate the most of the points that its wanted matches have; 0 when it has none."""
        best = np.zeros(len(self))
        np.maximum.at(best, self.candidates[wanted], points[wanted])
        return best

    def keys_matched(self) -> Ids:
        """For each candidate, how many of the keys that were looked up name it exactly."""
        width = int(self.names.keys.max(initial=0)) + 1
        pairs = distinct((self.candidates * width + self.names.keys)[self.names.exact])
        return np.bincount(pairs // width, minlength=len(self))

    def tiers(self, candidate: int) -> list[str]:
        """The tiers that proposed a candidate, in words."""
        own = self.candidates == candidate
        proposals = {
            "its name": bool((own & self.names.exact).any()),
            "the beginning of its name": bool((own & ~self.names.exact).any()),
            "its text": bool(self.text[candidate]),
            "its meaning": bool(self.meaning[candidate]),
        }
        return [tier for tier, proposed in proposals.items() if proposed] or ["the filters"]
