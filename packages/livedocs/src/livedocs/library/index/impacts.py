"""How much an entry is about a term, in numbers worked out once, when a docset is built.

Text is weighed by BM25F (Robertson, Zaragoza and Taylor, "Simple BM25 extension to multiple weighted fields", CIKM
2004): the frequencies of a term in the fields of an entry are weighted, measured by the length of the field, and added
before they saturate. How rare the term is comes in when a query is answered, because that changes with the library.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from livedocs.library.postings import Postings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from livedocs.library.index.fields import DocsetFields


@dataclass(frozen=True, slots=True)
class FieldWeight:
    """What a field is worth.

    Attributes:
        weight: of one occurrence in a field of mean length.
        length: 0 when the field's length says nothing, 1 when an occurrence in a field twice as long is worth half.
    """

    weight: float
    length: float


NAME = FieldWeight(3.0, 0.5)
HEADING = FieldWeight(3.0, 0.4)
SUMMARY = FieldWeight(2.0, 0.4)
TEXT = FieldWeight(1.0, 0.3)
PLACE = FieldWeight(1.0, 0.5)
SATURATION = 2.0
"""The weighted frequency that is worth half of what no frequency exceeds."""

_GREATEST = 255


@dataclass(frozen=True, slots=True)
class DocsetPostings:
    """The postings of one docset.

    Attributes:
        entry_count: entries of the docset.
        terms: in the order of their characters.
        starts: position of each term's first posting, and the number of all at the end.
        postings: by term, then by entry; ids begin with 1 for the docset's first entry.
    """

    entry_count: int
    terms: list[str]
    starts: NDArray[np.intp]
    postings: Postings

    def numbered_behind(self, entries: int) -> DocsetPostings:
        """The same for a docset that stands behind so many entries of others."""
        found = self.postings
        moved = Postings(found.entry_ids + np.uint32(entries), found.text, found.heading)
        return DocsetPostings(self.entry_count, self.terms, self.starts, moved)

    def __iter__(self) -> Iterator[tuple[str, Postings]]:
        """Each term with its postings."""
        found = self.postings
        for term, start, end in zip(self.terms, self.starts[:-1].tolist(), self.starts[1:].tolist(), strict=True):
            part = slice(start, end)
            yield term, Postings(found.entry_ids[part], found.text[part], found.heading[part])


def weigh(fields: DocsetFields, entry_count: int) -> DocsetPostings:
    """Work out the postings of a docset."""
    terms = sorted(set(fields.stems))
    order = {term: number for number, term in enumerate(terms)}
    term_of = np.array([order[word] for word in fields.stems], np.int64)
    pairs, frequency = _frequencies(fields, term_of, entry_count)
    in_terms = np.bincount(pairs // max(1, entry_count), minlength=len(terms))
    rarity = np.log(1 + (entry_count - in_terms + 0.5) / (in_terms + 0.5))
    heading = np.zeros(len(pairs))
    named, share = _heading_shares(fields, term_of, rarity, entry_count)
    heading[np.searchsorted(pairs, named)] = share
    postings = Postings(
        (pairs % max(1, entry_count) + 1).astype(np.uint32),
        _as_byte(frequency / (frequency + SATURATION)),
        _as_byte(heading),
    )
    return DocsetPostings(entry_count, terms, np.concatenate(([0], np.cumsum(in_terms))), postings)


def _frequencies(
    fields: DocsetFields, term_of: NDArray[np.int64], entry_count: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Pairs of term and entry, as ``term * entry_count + entry`` in order, and the weighted frequency of each."""
    text, wordings = fields.text, fields.wordings
    found: list[tuple[NDArray[np.int64], NDArray[np.float64]]] = []
    for rows, field in ((fields.name, NAME), (fields.heading, HEADING), (fields.place, PLACE)):
        pairs = _distinct(term_of[rows.numbers] * entry_count + rows.things)
        found.append((pairs, _measured(pairs % entry_count, rows.lengths, field)))
    of_text = term_of[text.words] * entry_count + text.entries
    found.append((of_text, text.counts * _measured(text.entries, text.lengths, TEXT)))
    of_summary = _distinct(term_of[text.summary_words] * entry_count + text.summary_entries)
    lengths = np.bincount(text.summary_entries, minlength=entry_count)
    found.append((of_summary, _measured(of_summary % entry_count, lengths, SUMMARY)))
    # A wording's words stand in some field already, but nothing here depends on that.
    of_wordings = (
        term_of[wordings.words.numbers] * entry_count + np.asarray(wordings.entries, np.intp)[wordings.words.things]
    )
    found.append((of_wordings, np.zeros(len(of_wordings))))
    return _combined(np.concatenate([pairs for pairs, _ in found]), np.concatenate([part for _, part in found]), np.add)


def _measured(entries: NDArray[np.integer], lengths: NDArray[np.integer], field: FieldWeight) -> NDArray[np.float64]:
    """What an occurrence in each of the entries is worth."""
    mean = max(1e-9, float(lengths.mean())) if len(lengths) else 1.0
    worth = np.asarray(field.weight / (1 - field.length + field.length * lengths / mean), np.float64)
    return worth[entries]


def _heading_shares(
    fields: DocsetFields, term_of: NDArray[np.int64], rarity: NDArray[np.float64], entry_count: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Pairs of term and entry, and the greatest share that the term has of one of the entry's wordings."""
    wordings = fields.wordings
    # Two words of a wording may have one stem.
    rows = _distinct(wordings.words.things * len(rarity) + term_of[wordings.words.numbers])
    wording, term = np.divmod(rows, max(1, len(rarity)))
    whole = np.bincount(wording, rarity[term], minlength=len(wordings.entries))
    share = np.asarray(wordings.weights, np.float64)[wording] * rarity[term] / whole[wording]
    return _combined(term * entry_count + np.asarray(wordings.entries, np.intp)[wording], share, np.maximum)


def _distinct(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each number once, in order; `numpy.unique` hashes so many for longer than it takes to sort them."""
    ordered = np.sort(numbers)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=-1))]


def _combined(
    pairs: NDArray[np.int64], values: NDArray[np.float64], combine: np.ufunc
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Each pair once, in order, with its values combined."""
    order = np.argsort(pairs, kind="stable")
    pairs, values = pairs[order], values[order]
    firsts = np.flatnonzero(np.diff(pairs, prepend=-1))
    return pairs[firsts], combine.reduceat(values, firsts) if len(firsts) else values


def _as_byte(share: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Shares from 0 to 1 as bytes; whatever is more than nothing stays more than nothing."""
    return np.where(share > 0, np.clip(np.rint(_GREATEST * share), 1, _GREATEST), 0).astype(np.uint8)
