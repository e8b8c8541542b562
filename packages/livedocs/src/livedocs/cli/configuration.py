"""``livedocs config`` in the terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from livedocs.settings.effective import effective, unknown

if TYPE_CHECKING:
    from livedocs.settings import Settings


def print_settings(settings: Settings) -> None:
    """Print each setting, its value without secrets, and where it came from."""
    table = Table("setting", "value", "from", box=None, header_style="bold", pad_edge=False)
    for each in effective(settings):
        table.add_row(Text(each.variable), Text(each.value, overflow="fold"), Text(each.source))
    Console(highlight=False).print(table)
    for warning in unknown():
        Console(stderr=True, highlight=False).print(Text("Warning: ", "bold yellow"), Text(warning), sep="")


def print_json(settings: Settings) -> None:
    """Print the same for programs."""
    settled = {each.variable: {"value": each.value, "source": each.source} for each in effective(settings)}
    print(json.dumps({"settings": settled, "unknown": list(unknown())}, indent=2))  # noqa: T201 - what was asked for
