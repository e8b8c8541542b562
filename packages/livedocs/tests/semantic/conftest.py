"""The model, prepared once for all tests."""

from pathlib import Path

import pytest

from livedocs.semantic.embedder import Embedder


@pytest.fixture(scope="session")
def models_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the model was prepared. Tests read it only."""
    folder = tmp_path_factory.mktemp("models")
    Embedder.load(folder)
    return folder


@pytest.fixture(scope="session")
def embedder(models_folder: Path) -> Embedder:
    return Embedder.load(models_folder)
