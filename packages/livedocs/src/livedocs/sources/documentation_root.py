"""Finding the folder inside a folder that page paths are relative to."""

from __future__ import annotations

import os
from collections import deque
from contextlib import suppress
from pathlib import Path

from livedocs.errors import SourceError
from livedocs.sources.inventory import Inventory

_MAX_DEPTH = 8
_MAX_FOLDERS = 20_000


def find_documentation_root(folder: Path, name: str) -> Path:
    """Find the nearest folder that holds ``objects.inv`` beside HTML pages.

    Archives and packages nest it (``python-3.13-docs-html/``, ``usr/share/doc/python3.11/html/``), so the search goes
    breadth first, up to eight levels down and alphabetically within a level. Linked folders are not entered.

    Args:
        folder: where to begin.
        name: the folder in words for error messages, e.g. ``the archive docs.zip``.

    Returns:
        The documentation's root, ``folder`` itself or a folder below it.

    Raises:
        SourceError: there is no such folder, or its inventory is damaged.
    """
    with_pages = False
    waiting = deque([(folder, 0)])
    visited = 0
    while waiting and visited < _MAX_FOLDERS:
        current, depth = waiting.popleft()
        visited += 1
        folders, files = _list(current)
        has_pages = any(file.endswith(".html") for file in files)
        if has_pages and "objects.inv" in files:
            _check_inventory(current / "objects.inv", name)
            return current
        with_pages = with_pages or has_pages
        if depth < _MAX_DEPTH:
            waiting.extend((current / child, depth + 1) for child in folders)
    missing = "objects.inv beside its HTML pages" if with_pages else "HTML pages with an objects.inv beside them"
    raise SourceError(
        f"{name[:1].upper()}{name[1:]} has no {missing}. livedocs reads documentation built by Sphinx: "
        "`sphinx-build -b html SOURCE TARGET` writes both into TARGET."
    )


def _list(folder: Path) -> tuple[list[str], set[str]]:
    """Names of the folders and of the files in a folder; nothing when it may not be read."""
    folders: list[str] = []
    files: set[str] = set()
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                with suppress(OSError):  # a link that leads to itself, which is no reason to miss its neighbours
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.name)
                    elif entry.is_file():
                        files.add(entry.name)
    except OSError:
        return [], set()
    return sorted(folders), files


def _check_inventory(path: Path, name: str) -> None:
    try:
        Inventory.parse(path.read_bytes())
    except ValueError as error:
        raise SourceError(
            f"The objects.inv of {name} is not a Sphinx inventory: {error}. Build the documentation again, "
            "or fetch it again."
        ) from error
    except OSError as error:
        raise SourceError(f"The objects.inv of {name} cannot be read: {error.strerror}.") from error
