"""The model in the form it is used in: made once from the published one, some 35 MB of files."""

from __future__ import annotations

import importlib.util
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from livedocs.errors import ModelError
from livedocs.semantic.weights import EXTRA_MISSING, PublishedModel, installed_model

MODEL_ID = "all-MiniLM-L6-v2-7bit-1"
"""Name and form of the model. Vectors of another model, or of other arithmetic, cannot be compared with these."""


@dataclass(frozen=True, slots=True)
class PreparedModel:
    """The files of a prepared model.

    Attributes:
        folder: where they are.
    """

    folder: Path

    @property
    def network(self) -> Path:
        """The layers as an ONNX graph, see `livedocs.semantic.network`."""
        return self.folder / "network.onnx"

    @property
    def embeddings(self) -> Path:
        """What the layers are given, float16, a row of 384: for each piece, after these for each place in a text."""
        return self.folder / "embeddings.npy"

    @property
    def vocabulary(self) -> Path:
        """The pieces of words, one a line, in the order of their ids."""
        return self.folder / "vocabulary.txt"


def prepared_model(folder: Path) -> PreparedModel:
    """The model as it was prepared in a folder; prepared now, which takes a second, when it was not.

    Args:
        folder: where prepared models are kept; made when it is missing.

    Raises:
        ModelError: what is needed to prepare it is not installed, or the folder cannot be written to.
    """
    model = PreparedModel(folder / MODEL_ID)
    if not model.folder.is_dir():
        if importlib.util.find_spec("onnx") is None:
            raise ModelError(EXTRA_MISSING)
        _prepare(installed_model(), model)
    return model


def _prepare(published: PublishedModel, model: PreparedModel) -> None:
    try:
        model.folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f"{MODEL_ID}.preparing-", dir=model.folder.parent) as parent:
            aside = PreparedModel(Path(parent) / MODEL_ID)
            aside.folder.mkdir()
            _write(published, aside)
            _put_in_place(aside.folder, model.folder)
    except OSError as error:
        raise ModelError(f"The model cannot be prepared in {model.folder.parent}: {error.strerror}.") from error


def _write(published: PublishedModel, model: PreparedModel) -> None:
    from livedocs.semantic.network import build_network  # noqa: PLC0415 (needs onnx, which searching does not)

    weights = published.weights
    places = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    rows = np.concatenate([weights["embeddings.word_embeddings.weight"], places])
    np.save(model.embeddings, rows.astype(np.float16))
    model.network.write_bytes(build_network(weights))
    model.vocabulary.write_text("\n".join(published.vocabulary), encoding="utf-8")


def _put_in_place(new: Path, folder: Path) -> None:
    for path in (*new.iterdir(), new):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    try:
        new.rename(folder)
    except OSError:
        if not folder.is_dir():  # otherwise another process was first, and what it made is the same
            raise
