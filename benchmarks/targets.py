"""Figures beside what they should reach."""

from __future__ import annotations

import os
import platform
import sqlite3


def report(what: str, figure: float, *, at_most: float | None = None, at_least: float | None = None) -> bool:
    """Print a figure and what it should reach.

    Returns:
        Whether it does.
    """
    reached = (at_most is None or figure <= at_most) and (at_least is None or figure >= at_least)
    wanted = f"at most {at_most:g}" if at_most is not None else f"at least {at_least:g}"
    print(f"  {figure:9.3f}  {what}; to reach: {wanted}: {'reached' if reached else 'MISSED'}", flush=True)
    return reached


def print_machine() -> None:
    """Say what was measured on, and how busy it is now."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores, load {load}")
