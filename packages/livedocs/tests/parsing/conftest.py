"""Manuals written for the tests, built by the real Sphinx in several themes."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from livedocs.parsing.contexts import contexts
from livedocs.parsing.generated import is_generated
from livedocs.parsing.models import Entry, ParsedPage
from livedocs.parsing.page import parse_page
from livedocs.sources.inventory import Inventory

PROJECTS = Path(__file__).parent / "projects"
URL_PREFIX = "/docs/teapot/1.4/"


@dataclass(frozen=True)
class Manual:
    """A documentation on disk and what the parser made of it."""

    root: Path
    inventory: Inventory
    pages: dict[str, ParsedPage]

    @classmethod
    def read(cls, root: Path) -> "Manual":
        inventory = Inventory.load(root / "objects.inv")
        found = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.html"))
        paths = [path for path in found if not is_generated(path)]
        known = contexts(inventory, URL_PREFIX, paths)
        return cls(root, inventory, {path: parse_page((root / path).read_text(), known[path]) for path in paths})

    def entry(self, address: str) -> Entry:
        """The entry at `page#anchor`."""
        page, _, anchor = address.partition("#")
        return next(entry for entry in self.pages[page].entries if entry.anchor == anchor)


@pytest.fixture(scope="session")
def build_manual(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Manual]:
    """Builds a project in a theme (once) and parses it."""

    @cache
    def build(project: str, theme: str = "alabaster", builder: str = "html") -> Manual:
        target = tmp_path_factory.mktemp(f"{project}-{theme}-{builder}")
        command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", builder, "-D", f"html_theme={theme}"]
        subprocess.run([*command, "-d", target / ".doctrees", PROJECTS / project, target], check=True)
        return Manual.read(target)

    return build


@pytest.fixture(scope="session")
def teapot(build_manual: Callable[..., Manual]) -> Manual:
    """The manual that has one of everything, in Sphinx's default theme."""
    return build_manual("teapot")
