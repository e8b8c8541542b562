"""Embedding the texts of a whole documentation, at most once each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from livedocs.semantic.entry_vectors import EntryVectors
from livedocs.semantic.prepared_model import MODEL_ID
from livedocs.semantic.vector_cache import VectorCache
from livedocs.sources.documentation import ReportProgress, ignore_progress

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from livedocs.semantic.embedder import Embedder

_KEPT_AT_ONCE = 256
"""Texts after which what was embedded is kept; a build that is killed loses no more, some two seconds."""


def embed_texts(
    texts: Sequence[str],
    embedder: Embedder,
    cache_path: Path,
    *,
    report: ReportProgress = ignore_progress,
) -> EntryVectors:
    """The vectors of texts; only those that no earlier call has embedded are computed.

    Args:
        texts: one for each entry; equal ones are embedded once.
        embedder: gives the vectors.
        cache_path: the file that keeps them (`VectorCache`); what was done stays there when this is interrupted.
        report: told how many different texts have their vectors, of how many.

    Returns:
        A vector for each text, in their order.

    Raises:
        ModelError: the cache cannot be read or written.
    """
    with VectorCache(cache_path, MODEL_ID) as cache:
        keys = [cache.key(text) for text in texts]
        by_key = dict(zip(keys, texts, strict=True))
        stored = cache.read(list(by_key))
        missing = [key for key in by_key if key not in stored]
        report("embedding", len(stored), len(by_key))

        # In this thread alone: Ctrl-C while it waits for others may leave one of their locks taken, and all would wait.
        for start in range(0, len(missing), _KEPT_AT_ONCE):
            some = missing[start : start + _KEPT_AT_ONCE]
            done = {key: EntryVectors.of(embedder.embed([by_key[key]])).stored() for key in some}
            cache.write(done)
            stored |= done
            report("embedding", len(stored), len(by_key))
        cache.forget_unused()
    return EntryVectors(b"".join(stored[key] for key in keys))
