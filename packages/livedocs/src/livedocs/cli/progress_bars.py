"""How far a command is, drawn where it was started."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from livedocs.sources.documentation import ignore_progress

if TYPE_CHECKING:
    from collections.abc import Generator

    from livedocs.sources.documentation import ReportProgress

_SECONDS_BETWEEN_DRAWINGS = 0.1


@contextmanager
def drawn(record: ReportProgress = ignore_progress) -> Generator[ReportProgress, None, None]:
    """Show progress on stderr: a bar for each step on a terminal, one line for each step elsewhere.

    Args:
        record: is told the same.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _both(_Lines(console), record)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, auto_refresh=False, transient=True) as bars:
        yield _both(_Bars(bars), record)


def _both(one: ReportProgress, other: ReportProgress) -> ReportProgress:
    def report(step: str, done: int, total: int | None) -> None:
        one(step, done, total)
        other(step, done, total)

    return report


class _Lines:
    """Names each step once."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._step = ""

    def __call__(self, step: str, done: int, total: int | None) -> None:  # noqa: ARG002 - the port's signature
        if step != self._step:
            self._step = step
            self._console.print(escape(step), soft_wrap=True, highlight=False)


class _Bars:
    """Draws one bar for each step, ten times a second at most: steps report much more often."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._step = ""
        self._task = progress.add_task("Looking at what is there", total=None)
        self._drawn = 0.0

    def __call__(self, step: str, done: int, total: int | None) -> None:
        if step != self._step:
            self._progress.remove_task(self._task)
            self._task = self._progress.add_task(escape(step), total=total)
            self._step = step
        self._progress.update(self._task, completed=done, total=total)
        now = time.monotonic()
        if now - self._drawn >= _SECONDS_BETWEEN_DRAWINGS:
            self._progress.refresh()
            self._drawn = now
