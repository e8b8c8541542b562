"""What the tiers found out about the candidates of one query, as arrays for rules to look at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from livedocs.search.resident import Columns
    from livedocs.search.text import TextEvidence


@dataclass(frozen=True, slots=True)
class Matches:
    """Names and terms that matched; arrays of one length, an element a match.

    Attributes:
        entry_ids: what each names.
        forms: `livedocs.library.keys.Form`.
        ranks: position among the readings that were looked up; later ones are freer.
        key_chars: length of what matched.
        keys: which of the keys that were looked up it is; 0 for beginnings.
        exact: False when the query is only the beginning of the key.
        same_case: written as it was typed.
    """

    entry_ids: NDArray[np.intp]
    forms: NDArray[np.intp]
    ranks: NDArray[np.intp]
    key_chars: NDArray[np.intp]
    keys: NDArray[np.intp]
    exact: NDArray[np.bool_]
    same_case: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.entry_ids)

    @classmethod
    def none(cls) -> Matches:
        """No match."""
        numbers, truths = np.empty(0, dtype=np.intp), np.empty(0, dtype=bool)
        return cls(numbers, numbers, numbers, numbers, numbers, truths, truths)

    def joined(self, other: Matches) -> Matches:
        """These and the other's."""
        return Matches(
            np.concatenate((self.entry_ids, other.entry_ids)),
            np.concatenate((self.forms, other.forms)),
            np.concatenate((self.ranks, other.ranks)),
            np.concatenate((self.key_chars, other.key_chars)),
            np.concatenate((self.keys, other.keys)),
            np.concatenate((self.exact, other.exact)),
            np.concatenate((self.same_case, other.same_case)),
        )

    def only(self, wanted: NDArray[np.bool_]) -> Matches:
        """Those of them that are wanted."""
        return Matches(
            self.entry_ids[wanted],
            self.forms[wanted],
            self.ranks[wanted],
            self.key_chars[wanted],
            self.keys[wanted],
            self.exact[wanted],
            self.same_case[wanted],
        )


class Evidence:
    """The candidates of one query, each entry once, and everything known of them.

    Args:
        columns: what is known of every entry of the library.
        matches: names and terms that matched.
        text: what texts and headings say; None when they were not asked, or say nothing.
        meant: entries near the query in meaning, with their similarity, 0 to 1.
        listed: entries that only had to pass the filters.
        named: whether anything is called what was typed, even if filters do not let it through.
    """

    def __init__(
        self,
        columns: Columns,
        matches: Matches,
        text: TextEvidence | None = None,
        meant: tuple[NDArray[np.intp], NDArray[np.float32]] | None = None,
        *,
        listed: NDArray[np.intp] | None = None,
        named: bool = False,
    ) -> None:
        self._columns = columns
        self._text = text
        self._meant = meant
        self.matches = matches
        self.named = named
        found = [matches.entry_ids]
        if text is not None:
            found.append(text.entry_ids)
        if meant is not None:
            found.append(meant[0])
        if listed is not None:
            found.append(listed)
        self.entry_ids: NDArray[np.intp] = np.unique(np.concatenate(found))
        self._positions = self.entry_ids - 1

    def __len__(self) -> int:
        return len(self.entry_ids)

    @property
    def columns(self) -> Columns:
        """What is known of every entry; take `of` the candidates."""
        return self._columns

    def of(self, column: NDArray[np.generic]) -> NDArray[np.generic]:
        """The candidates' values in a column."""
        return column[self._positions]

    @cached_property
    def candidate_of_match(self) -> NDArray[np.intp]:
        """For each match, the position of its entry among the candidates."""
        return np.searchsorted(self.entry_ids, self.matches.entry_ids)

    @cached_property
    def text(self) -> NDArray[np.float64]:
        """See `TextEvidence.text`; 0 where the text does not match."""
        return self._spread(None if self._text is None else (self._text.entry_ids, self._text.text))

    @cached_property
    def recall(self) -> NDArray[np.float64]:
        """See `TextEvidence.recall`."""
        return self._spread(None if self._text is None else (self._text.entry_ids, self._text.recall))

    @cached_property
    def precision(self) -> NDArray[np.float64]:
        """See `TextEvidence.precision`."""
        return self._spread(None if self._text is None else (self._text.entry_ids, self._text.precision))

    @cached_property
    def meaning(self) -> NDArray[np.float64]:
        """Similarity in meaning; 0 where it is not near enough to be found by it."""
        return self._spread(self._meant)

    def tiers(self, position: int) -> list[str]:
        """The tiers that proposed a candidate, in words."""
        own = self.candidate_of_match == position
        proposals = {
            "its name": bool((own & self.matches.exact).any()),
            "the beginning of its name": bool((own & ~self.matches.exact).any()),
            "its text": bool(self.text[position]),
            "its meaning": bool(self.meaning[position]),
        }
        return [tier for tier, proposed in proposals.items() if proposed] or ["the filters"]

    def keys_matched(self) -> NDArray[np.intp]:
        """For each candidate, how many of the keys that were looked up name it exactly."""
        exact = self.matches.exact
        pairs = np.unique(np.stack((self.candidate_of_match[exact], self.matches.keys[exact])), axis=1)
        return np.bincount(pairs[0], minlength=len(self))

    def strongest(self, points: NDArray[np.float64], wanted: NDArray[np.bool_]) -> NDArray[np.float64]:
        """For each candidate the most of the points that its wanted matches have; 0 when it has none."""
        best = np.zeros(len(self))
        np.maximum.at(best, self.candidate_of_match[wanted], points[wanted])
        return best

    def _spread(self, known: tuple[NDArray[np.intp], NDArray[np.floating]] | None) -> NDArray[np.float64]:
        values = np.zeros(len(self))
        if known is not None:
            values[np.searchsorted(self.entry_ids, known[0])] = known[1]
        return values
