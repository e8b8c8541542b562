"""Text -> vector, on the processor, without torch."""

from __future__ import annotations

import importlib
import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from livedocs.errors import ModelError
from livedocs.semantic.prepared_model import PreparedModel, prepared_model
from livedocs.semantic.weights import DIMENSIONS, EXTRA_MISSING
from livedocs.semantic.word_pieces import WordPieces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

MAX_PIECES = 128
"""Longest text in word pieces, some 80 words: the length the model was trained on. The rest of a text is not read."""


_ERRORS_ONLY = 3


class Embedder:
    """Gives texts of similar meaning vectors of similar direction (sentence-transformers' all-MiniLM-L6-v2, English).

    Its arithmetic is 7 and 8 bits wide: the cosine with the published model's vectors is .99 on average. A text always
    gets the same vector, whatever it is embedded with. Threads may share an embedder.

    Args:
        model: where its files are, see `Embedder.load`.

    Raises:
        ModelError: onnxruntime is not installed, or the files are damaged.
    """

    def __init__(self, model: PreparedModel) -> None:
        try:
            vocabulary = model.vocabulary.read_text(encoding="utf-8").split("\n")
            self._pieces = WordPieces(vocabulary)
            self._first_place = len(vocabulary)
            self._embeddings: NDArray[np.float16] = np.load(model.embeddings, mmap_mode="r")
            self._session = _session(model)
        except (OSError, ValueError) as error:
            raise ModelError(f"The model in {model.folder} is damaged. Delete that folder and try again.") from error
        self._input: str = self._session.get_inputs()[0].name

    @classmethod
    def load(cls, folder: Path) -> Embedder:
        """The embedder whose model is kept in a folder; it is prepared there first when it is missing.

        Args:
            folder: where prepared models are kept, see `prepared_model`.

        Raises:
            ModelError: the extra ``livedocs[semantic]`` or the model is not installed, or the files are damaged.
        """
        return cls(prepared_model(folder))

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of texts, one a row.

        Args:
            texts: each is read up to `MAX_PIECES`; an empty one has a vector, too, which says nothing.

        Returns:
            float32, texts x 384, every row of length 1: the dot product of two is their similarity.
        """
        vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            ids = self._pieces.encode(text, MAX_PIECES)
            places = self._embeddings[self._first_place : self._first_place + len(ids)]
            inputs = self._embeddings[ids].astype(np.float32) + places
            vector[:] = self._session.run(None, {self._input: inputs})[0]
        return vectors


def _session(model: PreparedModel) -> Any:
    """What runs the layers: on the thread that asks, so that a server's cores are shared by its requests."""
    if find_spec("onnxruntime") is None:
        raise ModelError(EXTRA_MISSING)
    # Unless told otherwise before it is imported, it reports its use over the network, with an identifier that it keeps
    # in the user's cache folder; see Privacy.md in its package. Livedocs is offline.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    runtime = importlib.import_module("onnxruntime")  # it brings no types
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # some microseconds for tens of megabytes
    options.log_severity_level = _ERRORS_ONLY
    try:
        return runtime.InferenceSession(model.network, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its own exceptions derive from nothing more specific
        raise ValueError(str(error)) from error
