"""Finding by meaning: entries whose sentence embeddings are near the query's, whatever words they use.

An extra: it needs ``livedocs[semantic]`` and a library whose entries were embedded when it was built. It is asked for
questions of several words that nothing is called, where it finds what words miss.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from livedocs.errors import ModelError
from livedocs.search.evidence import Meanings
from livedocs.search.query import Query, Shape
from livedocs.semantic.embedder import Embedder
from livedocs.semantic.entry_vectors import EntryVectors
from livedocs.semantic.prepared_model import MODEL_ID

if TYPE_CHECKING:
    from pathlib import Path

    from livedocs.search.arrays import Ids, Truths
    from livedocs.search.candidates import CandidateReader
    from livedocs.search.evidence import NameMatches
    from livedocs.search.resident import Columns

logger = logging.getLogger(__name__)

_NEAREST = 50
"""Entries that meaning alone proposes."""
_LEAST_SIMILARITY = 0.3
"""What meaning alone proposes is at least so near: something is nearest to any nonsense, too."""
_MIN_WORDS = 2
"""Words that say something, from which on a query has a meaning beyond its words."""


def is_prose(query: Query) -> bool:
    """Whether a query may mean more than its words say: several words, and none of a name, an error or code."""
    return query.shape is Shape.WORDS and len(query.words) >= _MIN_WORDS


class Meaning:
    """Compares queries with the entries of one library. Threads may share one.

    Args:
        embedder: gives a query its vector.
        vectors: of entries.
        entry_ids: which entry each vector is of, ascending.
    """

    def __init__(self, embedder: Embedder, vectors: EntryVectors, entry_ids: Ids) -> None:
        self._embedder = embedder
        self._vectors = vectors
        self._entry_ids = entry_ids

    def can_help(self, query: Query, names: NameMatches) -> bool:
        """Whether a query's meaning may say more than its words: it is prose, and nothing is called just so."""
        return is_prose(query) and not names.exact.any()

    def near(self, text: str, candidates: Ids, allowed: Truths | None) -> Meanings:
        """The entries nearest to a text in meaning, and how near the candidates of other tiers are.

        Args:
            text: what was asked.
            candidates: ids of entries, ascending.
            allowed: which entries may be found, by id less one; None: all.
        """
        vector = self._embedder.embed([text])[0]
        passing = None if allowed is None else allowed[self._entry_ids - 1]
        nearest, similarities = self._vectors.nearest(vector, _NEAREST, passing)
        nearest = nearest[similarities >= _LEAST_SIMILARITY]
        known = np.searchsorted(self._entry_ids, candidates[np.isin(candidates, self._entry_ids)])
        positions = np.union1d(nearest, known)
        similarity = self._vectors.similarities(vector, positions).astype(np.float64)
        return Meanings(self._entry_ids[positions], np.maximum(0.0, similarity))


def load_meaning(reader: CandidateReader, columns: Columns, models_folder: Path) -> Meaning | None:
    """Read the vectors of a library and load the model that they are of.

    Args:
        reader: of the library.
        columns: of the library.
        models_folder: where prepared models are kept.

    Returns:
        None when the library was not embedded, or when it was and the model cannot be loaded; the latter is logged, and
        words are compared alone.
    """
    stored = reader.vectors(MODEL_ID)
    if not stored:
        return None
    entry_ids = [np.flatnonzero(columns.docset == docset_id) + 1 for docset_id, _ in stored]
    try:
        vectors = EntryVectors(b"".join(data for _, data in stored))
        return Meaning(Embedder.load(models_folder), vectors, np.concatenate(entry_ids))
    except (ModelError, ValueError) as error:
        logger.warning("Questions are answered by their words alone. %s", error)
        return None
