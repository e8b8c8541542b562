"""The site builds, and its reference is complete."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from sphinx.util.inventory import InventoryFile

import fastapi_data
import fastapi_data.migrations
import fastapi_data.testing

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The built site; a warning, a second description of one name among them, is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-q",
        "-d",
        folder / "doctrees",
        DOCS,
        folder / "html",
    ]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return folder / "html"


@pytest.fixture(scope="module")
def documented(site) -> set[str]:
    """The full names of everything the reference describes."""
    inventory = InventoryFile.loads((site / "objects.inv").read_bytes(), uri="")
    return {name for kind, names in inventory.data.items() if kind.startswith("py:") for name in names}


def homes(modules: list[ModuleType]) -> list[tuple[str, str | None]]:
    return [(name, getattr(getattr(module, name), "__module__", None)) for module in modules for name in module.__all__]


@pytest.mark.parametrize("module", [fastapi_data, fastapi_data.migrations, fastapi_data.testing])
def test_every_public_name_is_in_the_reference(documented, module):
    described = {name for name in documented if name.rpartition(".")[0] == module.__name__}
    assert {f"{module.__name__}.{name}" for name in module.__all__} <= described


def test_the_reference_describes_nothing_that_is_not_public(documented):
    modules = [fastapi_data, fastapi_data.migrations, fastapi_data.testing]
    public = {f"{module.__name__}.{name}" for module in modules for name in module.__all__}
    # Sphinx also lists where a name is defined.
    public |= {f"{home}.{name}" for name, home in homes(modules)}
    others = {name for name in documented if name not in public and name.rpartition(".")[0] not in public}
    assert others <= {"fastapi_data.migrations", "fastapi_data.errors", "fastapi_data.testing.plugin"}


@pytest.mark.parametrize("method", ["Database.begin", "Repository.keyset_page", "ResponseCache.invalidate"])
def test_methods_are_described_with_their_class(documented, method):
    assert f"fastapi_data.{method}" in documented


def test_pages_load_nothing_from_elsewhere(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 25
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert 'src="http' not in text
        assert 'rel="stylesheet" type="text/css" href="http' not in text
