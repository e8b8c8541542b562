"""Spelling: what a query that finds nothing by its words was probably meant to say."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from livedocs.library.keys import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from livedocs.search.candidates import CandidateReader

_CHARS_PER_EDIT = 4
"""One edit is forgiven for each so many characters, at most `_MAX_EDITS`: shorter words are near too many others."""

_MAX_EDITS = 2
_SHORTLIST = 12
_RARE = 4
"""A word that occurs less often than this may be a typo of a name even though the documentation holds it."""


class Spelling:
    """The words and names of one library, to compare with. Immutable; made once for each snapshot.

    Args:
        words: every word with its frequency.
        names: every name, term and title with its weight.
    """

    def __init__(self, words: Mapping[str, int], names: Mapping[str, int]) -> None:
        self._words = _Wordings(words)
        self._names = _Wordings(names)
        self._containers = _Wordings(_containers(names))
        self._sorted_names = sorted(names)

    @classmethod
    def load(cls, reader: CandidateReader) -> Spelling:
        """Read the words and names of a library."""
        return cls(reader.words(), dict(reader.names()))

    def correct_name(self, name: str) -> str | None:
        """The name, title or term nearest to ``name`` (folded); None when none is near enough.

        What stands before the last dot is corrected alone when the rest is still being typed: ``collectoins.Coun``.
        Distances are optimal string alignments: an inserted, missing, wrong or transposed character is one edit each.
        """
        if name in self._names.weights:
            return None
        nearest = self._names.nearest(name)
        if nearest is not None:
            return nearest
        container, _, typed = name.rpartition(".")
        meant = self._containers.nearest(container) if container not in self._containers.weights else None
        if meant is None:
            return None
        corrected = f"{meant}.{typed}"
        follower = bisect_left(self._sorted_names, corrected)
        begins = self._sorted_names[follower : follower + 1]
        return corrected if begins and begins[0].startswith(corrected) else None

    def correct_words(self, words: Sequence[str], *, least_frequency: int = 1) -> dict[str, str]:
        """Corrections of those words (folded) that the library does not hold, or hardly ever.

        Args:
            words: to be corrected.
            least_frequency: how often a word must occur to stand in for another.
        """
        found: dict[str, str] = {}
        frequency = self._words.weights
        for word in words:
            if frequency.get(word, 0) >= _RARE or word in self._names.weights:
                continue
            nearest = self._words.nearest(word)
            if nearest is not None and frequency[nearest] >= max(least_frequency, 1 + frequency.get(word, 0)):
                found[word] = nearest
        return found


def in_typed_case(corrected: str, typed: str) -> str:
    """A corrected name, its parts that were right in the case they were typed in.

    >>> in_typed_case("inspect.signature", "inpsect.Signature")
    'inspect.Signature'
    """
    meant, parts = corrected.split("."), typed.split(".")
    if len(meant) != len(parts):
        return corrected
    return ".".join(part if fold(part) == right else right for right, part in zip(meant, parts, strict=True))


def _containers(names: Mapping[str, int]) -> dict[str, int]:
    """What stands before the last dot of names, whether it is one itself or not, with the greatest weight in it."""
    found: dict[str, int] = {}
    for name, weight in names.items():
        container = name.rpartition(".")[0]
        if container and " " not in container:
            found[container] = max(weight, found.get(container, 0))
    return found


class _Wordings:
    """Words or names, shelved by their beginnings and lengths so that few are compared with what was typed."""

    def __init__(self, weights: Mapping[str, int]) -> None:
        self.weights = weights
        self._shelves: dict[tuple[str, int], list[str]] = {}
        for text in weights:
            self._shelves.setdefault((text[:1], len(text)), []).append(text)

    def nearest(self, text: str) -> str | None:
        """The wording within the edits that its length forgives; None when there is none."""
        edits = min(_MAX_EDITS, len(text) // _CHARS_PER_EDIT)
        # The first letter is seldom the wrong one, though it may have changed places with the second.
        known = [
            wording
            for first in dict.fromkeys(text[:2])
            for chars in range(len(text) - edits, len(text) + edits + 1)
            for wording in self._shelves.get((first, chars), ())
        ]
        extracted = process.extract(text, known, scorer=OSA.distance, score_cutoff=edits, limit=_SHORTLIST)
        near = [item for item in extracted if item[0] != text and _begins_alike(text, item[0])]
        if not near:
            return None
        # Among equally near ones the ear decides first: beginnings are seldom misspelt. Then what is used more.
        best = min(
            near, key=lambda item: (item[1], -round(JaroWinkler.similarity(text, item[0]), 2), -self.weights[item[0]])
        )
        return best[0]


def _begins_alike(one: str, other: str) -> bool:
    return one[0] == other[0] or (one[0] == other[1:2] and one[1] == other[0])
