"""Real documentation and the libraries built from it, shared by every test."""

import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fastapi_data.testing.servers import database_server
from livedocs.library.build import BuildReport, build_docset
from livedocs.library.embedding import embed_library
from livedocs.semantic.embedder import Embedder
from livedocs.sources.documentation import Documentation
from livedocs.sources.resolve import open_first, resolve

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A URL of PostgreSQL; tests make databases of their own on its server."""
    with database_server() as url:
        yield url


@pytest.fixture(scope="session")
def download_cache() -> Path:
    """Kept between test runs, so that a package is downloaded once."""
    folder = ROOT / ".cache" / "test-downloads"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _documentation(package: str, cache: Path) -> Iterator[Documentation]:
    with open_first(resolve(f"debian:{package}", cache_folder=cache)) as (documentation, _):
        yield documentation


@pytest.fixture(scope="session")
def python_documentation(download_cache: Path) -> Iterator[Documentation]:
    """The official documentation of Python 3.11."""
    with _documentation("python3.11-doc", download_cache) as documentation:
        yield documentation


@pytest.fixture(scope="session")
def jinja_documentation(download_cache: Path) -> Iterator[Documentation]:
    """A small documentation of another project, in another theme."""
    with _documentation("python-jinja2-doc", download_cache) as documentation:
        yield documentation


@pytest.fixture(scope="session")
def flask_documentation(download_cache: Path) -> Iterator[Documentation]:
    """One more documentation of another project."""
    with _documentation("python-flask-doc", download_cache) as documentation:
        yield documentation


@pytest.fixture(scope="session")
def python_build(
    python_documentation: Documentation, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, BuildReport]:
    """A library of Python 3.11 and what its build reported."""
    path = tmp_path_factory.mktemp("python-library") / "library.sqlite"
    return path, build_docset(python_documentation, path)


@pytest.fixture(scope="session")
def python_library(python_build: tuple[Path, BuildReport]) -> Path:
    """A library of Python 3.11. Tests read it only."""
    return python_build[0]


@pytest.fixture(scope="session")
def jinja_library(jinja_documentation: Documentation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of Jinja's documentation, built in a second. Tests read it only."""
    path = tmp_path_factory.mktemp("jinja-library") / "library.sqlite"
    build_docset(jinja_documentation, path)
    return path


@pytest.fixture(scope="session")
def small_documentation(tmp_path_factory: pytest.TempPathFactory) -> Documentation:
    """The least documentation that there is something to find in: ``kettle.boil``, for tests of what surrounds it."""
    root = tmp_path_factory.mktemp("small-documentation")
    boil = '<dl class="py function"><dt class="sig" id="kettle.boil">boil()</dt><dd><p>Heat water.</p></dd></dl>'
    tea = f"<section id=tea><h1>Tea</h1>{'<p>Tea takes hot water, leaves and time.</p>' * 60}{boil}</section>"
    (root / "index.html").write_text(f"<div role=main>{tea}</div>")
    head = (
        "# Sphinx inventory version 2\n# Project: Kettle\n# Version: 1.0\n# The remainder is compressed using zlib.\n"
    )
    (root / "objects.inv").write_bytes(head.encode() + zlib.compress(b"kettle.boil py:function 1 index.html#$ -\n"))
    return Documentation(root=root, origin="a test", original_url="https://elsewhere.invalid/")


@pytest.fixture(scope="session")
def small_library(small_documentation: Documentation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of `small_documentation`, built at once. Tests read it only."""
    path = tmp_path_factory.mktemp("small-library") / "library.sqlite"
    build_docset(small_documentation, path)
    return path


@pytest.fixture(scope="session")
def semantic_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder in which the model was prepared. Tests read it only."""
    folder = tmp_path_factory.mktemp("semantic-cache")
    Embedder.load(folder / "models")
    return folder


@pytest.fixture(scope="session")
def models_folder(semantic_cache: Path) -> Path:
    """Where the model was prepared. Tests read it only."""
    return semantic_cache / "models"


@pytest.fixture(scope="session")
def embedder(models_folder: Path) -> Embedder:
    return Embedder.load(models_folder)


@pytest.fixture(scope="session")
def vectors_of_jinja(jinja_library: Path, embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was kept when Jinja's documentation was embedded: embedding it again takes no time. Tests read it only."""
    folder = tmp_path_factory.mktemp("vectors")
    library = shutil.copy(jinja_library, folder / "library.sqlite")
    embed_library(library, embedder, folder / "vectors.sqlite")
    return folder / "vectors.sqlite"


@pytest.fixture(scope="session")
def embedded_library(vectors_of_jinja: Path) -> Path:
    """A library of Jinja's documentation with its vectors. Tests read it only."""
    return vectors_of_jinja.with_name("library.sqlite")
