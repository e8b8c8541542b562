"""Reading Sphinx inventories (``objects.inv``, version 2).

The format is described by Sphinx's ``sphinx/util/inventory.py`` and by the sphobjinv project's
"Sphinx objects.inv v2 Syntax" page: four header lines, then zlib-compressed lines of
``name domain:role priority uri dispname``.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from livedocs.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

_LINE = re.compile(r"(.+?)\s+(\S+):(\S+)\s+(-?\d+)\s+?(\S*)\s+(.*)")
_MAX_INVENTORY_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class InventoryObject:
    """One documented object.

    Attributes:
        name: fully qualified name, e.g. ``asyncio.gather``; for labels the label.
        domain: Sphinx domain, e.g. ``py``, ``c``, ``std``.
        role: the object's type inside the domain, e.g. ``function``, ``cmdoption``, ``label``.
        priority: Sphinx's search priority, -1 to 2.
        page: path of the HTML page below the documentation's root.
        anchor: id of the element on that page; empty for whole pages.
        display_name: what to show, e.g. a label's section title; equal to ``name`` for most objects.
    """

    name: str
    domain: str
    role: str
    priority: int
    page: str
    anchor: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """Every object of one documentation.

    Attributes:
        project: name of the project, e.g. ``Python``.
        version: its version as the documentation states it, e.g. ``3.11``.
        objects: in the file's order.
    """

    project: str
    version: str
    objects: tuple[InventoryObject, ...]

    @classmethod
    def load(cls, path: Path) -> Inventory:
        """Read an inventory file.

        Raises:
            SourceError: the file is missing or is no version 2 inventory.
        """
        try:
            data = path.read_bytes()
        except OSError as error:
            raise SourceError(
                f"{path} cannot be read ({error.strerror}). livedocs reads documentation built by Sphinx, "
                "which has its inventory in objects.inv beside index.html."
            ) from error
        try:
            return cls.parse(data)
        except ValueError as error:
            raise SourceError(
                f"{path} is not a Sphinx inventory: {error}. Build the documentation again, or fetch it again."
            ) from error

    @classmethod
    def parse(cls, data: bytes) -> Inventory:
        """Decode the bytes of an inventory file.

        Raises:
            ValueError: they are no version 2 inventory, or the compressed part is damaged.
        """
        lines = data.split(b"\n", 4)
        if len(lines) < 5 or not lines[0].startswith(b"# Sphinx inventory version 2"):
            raise ValueError("it does not start with '# Sphinx inventory version 2'")
        project = lines[1].partition(b":")[2].decode("utf-8", "replace").strip()
        version = lines[2].partition(b":")[2].decode("utf-8", "replace").strip()
        try:
            decompressor = zlib.decompressobj()
            body = decompressor.decompress(lines[4], _MAX_INVENTORY_BYTES)
        except zlib.error as error:
            raise ValueError(f"its compressed part is damaged ({error})") from error
        if not decompressor.eof:
            raise ValueError("its compressed part is cut off or larger than 256 MiB")
        parsed = (_parse_line(line) for line in body.decode("utf-8", "replace").splitlines())
        return cls(project, version, tuple(item for item in parsed if item is not None))


def _parse_line(line: str) -> InventoryObject | None:
    match = _LINE.fullmatch(line.rstrip())
    if match is None:
        return None
    name, domain, role, priority, uri, display_name = match.groups()
    if uri.endswith("$"):
        uri = uri[:-1] + name
    page, _, anchor = uri.partition("#")
    return InventoryObject(
        name=name,
        domain=domain,
        role=role,
        priority=int(priority),
        page=unquote(page),
        anchor=unquote(anchor),
        display_name=name if display_name == "-" else display_name,
    )
