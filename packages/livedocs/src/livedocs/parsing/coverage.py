"""How much of the inventory the parser found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from livedocs.parsing.contexts import page_path
from livedocs.parsing.models import Entry, ParsedPage
from livedocs.parsing.objects import is_documented, object_name
from livedocs.sources.inventory import Inventory, InventoryObject


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """Objects of an inventory against the entries of its pages.

    Grammar tokens, function parameters and whole-document records are left aside: they are no entries.

    Attributes:
        wanted: objects that should be found.
        found: how many of them were.
        missing: those that were not, in the inventory's order.
        by_role: for each ``domain:role``, how many were wanted and found.
    """

    wanted: int
    found: int
    missing: tuple[InventoryObject, ...]
    by_role: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])

    @property
    def share(self) -> float:
        """Found of wanted, 0 to 1; 1 when nothing was wanted."""
        return self.found / self.wanted if self.wanted else 1.0


def coverage(inventory: Inventory, pages: Iterable[ParsedPage]) -> CoverageReport:
    """Compare an inventory with what was parsed.

    A label is found when its anchor leads to an entry; any other object when an entry at its anchor has its name.
    """
    places = {page.path: _places(page.entries) for page in pages}
    wanted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    missing: list[InventoryObject] = []
    for item in inventory.objects:
        role = f"{item.domain}:{item.role}"
        if not item.anchor or not (is_documented(role) or role == "std:label"):
            continue
        wanted[role] += 1
        entry = places.get(page_path(item.page), {}).get(item.anchor)
        if entry is not None and (role == "std:label" or _is_called(entry, role, item.name)):
            found[role] += 1
        else:
            missing.append(item)
    by_role = {role: (count, found[role]) for role, count in sorted(wanted.items())}
    return CoverageReport(wanted.total(), found.total(), tuple(missing), by_role)


def _is_called(entry: Entry, role: str, name: str) -> bool:
    return object_name(role, name) in {entry.name, *entry.aliases}


def _places(entries: tuple[Entry, ...]) -> dict[str, Entry]:
    places: dict[str, Entry] = {}
    for entry in entries:
        for anchor in (entry.anchor, *entry.anchors):
            places.setdefault(anchor, entry)
    return places
