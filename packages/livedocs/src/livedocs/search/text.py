"""Scoring text: what a query's words say about the entries that hold them. Pure arithmetic on arrays.

Each word of a query becomes a group of terms: its stem, what it may be the beginning of, and other words for the same
thing. The index has, for each term and entry, how much the entry's fields speak of the term (BM25F, see
`livedocs.library.index`) and which share of its best heading the term makes up; here both are added up over the groups.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from livedocs.search.arrays import distinct

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from livedocs.search.arrays import Ids, Truths, Values
    from livedocs.search.candidates import TermPostings

_UNKNOWN_WORD = 4.0
"""Weight of a word that no entry holds, in nats: it counts as wanted though it cannot be found."""

FULL = 255
"""What the index keeps for a whole, in a byte."""

_HEADING_SHARE = 0.6
"""What a heading's worth is beside text when candidates are chosen; rules weigh anew those that were."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One term that stands for a word.

    Attributes:
        term: a stem.
        weight: how far it says the same, 0 to 1.
    """

    term: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Group:
    """A word of a query with all terms that stand for it, the word itself first."""

    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class TextEvidence:
    """How texts and headings match, for the entries that match best. Arrays of one length.

    Attributes:
        entry_ids: in ascending order.
        text: how much of the query the text speaks of, and how much it speaks of it; 0 to 1.
        recall: share of the query's words that stand in the heading, rare words counting more; 0 to 1.
        precision: share of the heading that the query's words make up, likewise; 0 to 1.
        complete: whether each word of the query was found.
    """

    entry_ids: Ids
    text: Values
    recall: Values
    precision: Values
    complete: Truths

    def only(self, wanted: Truths) -> TextEvidence:
        """That of the wanted entries."""
        return TextEvidence(
            self.entry_ids[wanted],
            self.text[wanted],
            self.recall[wanted],
            self.precision[wanted],
            self.complete[wanted],
        )


def inverse_document_frequency(entry_count: int, entries: int) -> float:
    """How rare a term is, in nats: BM25's formula, Robertson and Zaragoza 2009, without its negative values."""
    return math.log(1 + (entries - entry_count + 0.5) / (entry_count + 0.5))


def evaluate(
    groups: Sequence[Group],
    found: Mapping[str, TermPostings],
    promise: NDArray[np.float32],
    allowed: Truths | None,
    limit: int,
) -> TextEvidence | None:
    """Find the entries whose texts and headings match best.

    Args:
        groups: the query's words.
        found: postings by term; terms that no entry holds are absent.
        promise: of each entry, by id less one.
        allowed: which entries may be found, by id less one; None: all.
        limit: entries wanted at most.

    Returns:
        The evidence; None when no entry that may be found holds any of the words.
    """
    rarity = np.array([_rarity(group, found, len(promise)) for group in groups])
    share = (rarity / rarity.sum()).astype(np.float32)
    stack = _Stack.of(groups, found)
    if stack is not None and allowed is not None:
        stack = stack.only(allowed[stack.ids - 1])
    if stack is None or not len(stack.ids):
        return None
    worth = (share[stack.group_of] * stack.weights)[stack.part] * (stack.text + _HEADING_SHARE * stack.heading) / FULL
    scores = np.bincount(stack.ids, weights=worth)[stack.ids] + promise[stack.ids - 1]
    # An entry stands in the stack once for each term it holds.
    best = np.argpartition(scores, -limit)[-limit:] if len(scores) > limit else np.arange(len(scores))
    return _details(stack, share, distinct(stack.ids[best]))


@dataclass(frozen=True, slots=True)
class _Stack:
    """The postings of all terms of a query, one below the other, so that arithmetic is done once for all of them.

    Attributes:
        group_of: of each part, a term's postings, the number of its group.
        weights: of each part, how far its term says what the group's word says.
        part: of each posting, the part it belongs to.
        ids: of each posting, its entry.
        text: of each posting, see `Postings`; so is the next.
        heading: likewise.
    """

    group_of: Ids
    weights: NDArray[np.float32]
    part: Ids
    ids: Ids
    text: NDArray[np.float32]
    heading: NDArray[np.float32]

    @classmethod
    def of(cls, groups: Sequence[Group], found: Mapping[str, TermPostings]) -> _Stack | None:
        """Put the postings of all groups' terms together; None when there are none."""
        parts = [
            (number, variant.weight, found[variant.term].postings)
            for number, group in enumerate(groups)
            for variant in group.variants
            if variant.term in found
        ]
        if not parts:
            return None
        postings = [item for _, _, item in parts]
        return cls(
            group_of=np.array([number for number, _, _ in parts], dtype=np.intp),
            weights=np.array([weight for _, weight, _ in parts], dtype=np.float32),
            part=np.repeat(np.arange(len(parts)), [len(item.entry_ids) for item in postings]),
            ids=np.concatenate([item.entry_ids for item in postings]).astype(np.intp),
            text=np.concatenate([item.text for item in postings]).astype(np.float32),
            heading=np.concatenate([item.heading for item in postings]).astype(np.float32),
        )

    def only(self, wanted: Truths) -> _Stack:
        """The same without the postings that are not wanted."""
        return replace(
            self,
            part=self.part[wanted],
            ids=self.ids[wanted],
            text=self.text[wanted],
            heading=self.heading[wanted],
        )


def _rarity(group: Group, found: Mapping[str, TermPostings], entries: int) -> float:
    """How much a word weighs: as its own term does, or as the most frequent of its stand-ins when no entry holds it."""
    own = found.get(group.variants[0].term)
    counts = (
        [own.entry_count] if own else [found[item.term].entry_count for item in group.variants if item.term in found]
    )
    return inverse_document_frequency(max(counts), entries) if counts else _UNKNOWN_WORD


def _details(stack: _Stack, share: NDArray[np.float32], chosen: Ids) -> TextEvidence:
    """Add up what the chosen entries have of each group; of a group's terms the one that says most counts."""
    column_of = np.zeros(int(stack.ids.max()) + 1, dtype=np.intp)
    column_of[chosen] = np.arange(1, len(chosen) + 1)
    columns = column_of[stack.ids]
    where = np.flatnonzero(columns)
    part = stack.part[where]
    cell = stack.group_of[part] * len(chosen) + columns[where] - 1
    weight = stack.weights[part]
    heading = stack.heading[where]

    def of_groups(values: Values) -> Values:
        most = np.zeros(len(share) * len(chosen), dtype=np.float32)
        np.maximum.at(most, cell, values)
        return most.reshape(len(share), len(chosen))

    texts = of_groups(weight * stack.text[where] / FULL)
    return TextEvidence(
        entry_ids=chosen,
        text=share @ texts,
        recall=share @ of_groups(weight * (heading > 0)),
        precision=np.minimum(1.0, of_groups(heading / FULL).sum(axis=0)),
        complete=np.all(texts > 0, axis=0),
    )
