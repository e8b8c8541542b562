"""What the inventory says about each page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from livedocs.parsing.models import PageContext
from livedocs.parsing.objects import ObjectRecord
from livedocs.sources.inventory import Inventory


def page_path(uri: str) -> str:
    """The page that an inventory address means; Sphinx's dirhtml builder writes folders.

    >>> page_path("guide/"), page_path("guide.html")
    ('guide/index.html', 'guide.html')
    """
    return f"{uri}index.html" if not uri or uri.endswith("/") else uri


def contexts(inventory: Inventory, url_prefix: str, paths: Iterable[str]) -> dict[str, PageContext]:
    """A context for each page.

    Args:
        inventory: of the documentation.
        url_prefix: where its pages live in the app, ending in ``/``.
        paths: of the pages below the documentation's root.
    """
    modules = {item.name for item in inventory.objects if item.domain == "py" and item.role == "module"}
    objects: dict[str, dict[str, list[ObjectRecord]]] = defaultdict(lambda: defaultdict(list))
    used: dict[str, set[str]] = defaultdict(set)
    for item in inventory.objects:
        page = page_path(item.page)
        objects[page][item.anchor].append((f"{item.domain}:{item.role}", item.name, item.display_name))
        if item.domain == "py":
            used[page].update(_prefixes(item.name) & modules)
    return {
        path: PageContext(
            path=path,
            url_prefix=url_prefix,
            objects={anchor: tuple(records) for anchor, records in objects.get(path, {}).items()},
            modules=frozenset(used.get(path, ())),
        )
        for path in paths
    }


def _prefixes(name: str) -> set[str]:
    parts = name.split(".")
    return {".".join(parts[:length]) for length in range(1, len(parts))}
