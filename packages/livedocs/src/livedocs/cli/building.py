"""``livedocs build`` in the terminal: a progress bar while it works, and what came of it."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from livedocs.library import progress, snapshot
from livedocs.library.build import build_docset
from livedocs.sources.documentation import ignore_progress
from livedocs.sources.resolve import open_first, resolve

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from livedocs.errors import FailedSource
    from livedocs.library.build import BuildReport
    from livedocs.semantic.embedder import Embedder
    from livedocs.settings import Settings
    from livedocs.sources.documentation import ReportProgress

_SECONDS_BETWEEN_DRAWINGS = 0.1
_MISSING_SHOWN = 10


def build_all(specs: Sequence[str], settings: Settings, *, name: str | None = None, version: str | None = None) -> None:
    """Build each documentation into the library and print a report.

    Args:
        specs: what to build, as `livedocs.sources.resolve.resolve` reads it.
        settings: where the library and the downloads are.
        name: of the docset; None: the project's.
        version: of the docset; None: the one stated.

    Raises:
        SourceError: a documentation could not be obtained; those before it are in the library.
        LibraryError: the library cannot be written.
    """
    snapshot.prepare(settings.library_path.resolve())
    for spec in specs:
        with progress.recorded(settings.library_path) as record:
            request = resolve(spec, cache_folder=settings.cache_folder)
            with _progress(record) as report, open_first(request, report) as (documentation, failures):
                built = build_docset(documentation, settings.library_path, name=name, version=version, report=report)
        _print_report(built, failures, settings)


def load_embedder(settings: Settings) -> Embedder:
    """The model that gives entries their vectors.

    Raises:
        ModelError: what it needs is not installed.
    """
    from livedocs.semantic.embedder import Embedder

    return Embedder.load(settings.models_folder)


def embed_all(settings: Settings, embedder: Embedder) -> None:
    """Embed what the library holds and print a report.

    Raises:
        ModelError: what was embedded before cannot be read or kept.
        LibraryError: the library is missing, damaged, being built, or cannot be written.
    """
    from livedocs.library.embedding import embed_library

    path = settings.library_path
    snapshot.check(path)
    started = time.perf_counter()
    with _progress(ignore_progress) as report:
        embedded = embed_library(path, embedder, settings.models_folder / "vectors.sqlite", report=report)
    seconds = time.perf_counter() - started
    said = f"Embedded {embedded:,} entries in {seconds:.1f} s" if embedded else "Every entry has its vector already"
    Console(highlight=False).print(f"{said}: {escape(str(path))}, {path.stat().st_size / 1e6:.1f} MB", soft_wrap=True)


@contextmanager
def _progress(record: ReportProgress) -> Generator[ReportProgress, None, None]:
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


def _print_report(built: BuildReport, failures: Sequence[FailedSource], settings: Settings) -> None:
    docset, covered = built.docset, built.coverage
    lines = [f"[bold green]Built[/] [bold]{escape(docset.title)} {escape(docset.version)}[/] as {_slug(built)}"]
    lines += [f"  not from {escape(failure.description)}: {escape(failure.reason)}" for failure in failures]
    lines += [
        f"  from {escape(docset.origin)}",
        f"  {docset.page_count:,} pages, {docset.entry_count:,} entries",
        f"  {covered.found:,} of the inventory's {covered.wanted:,} objects found ({covered.share:.2%})",
    ]
    shown = covered.missing[:_MISSING_SHOWN]
    lines += [f"  missing: {item.domain}:{item.role} {escape(item.name)}" for item in shown]
    if len(covered.missing) > len(shown):
        lines.append(f"  missing: {len(covered.missing) - len(shown)} more")
    lines += [
        f"  in {built.seconds:.1f} s",
        f"  library: {escape(str(settings.library_path))}, {built.size_bytes / 1e6:.1f} MB",
    ]
    if built.set_aside is not None:
        lines.append(
            f"  the file in its place was no library this version can read: now {escape(str(built.set_aside))}"
        )
    lines.append(f"  content sha256 {docset.content_hash}")
    Console(highlight=False).print("\n".join(lines), soft_wrap=True)


def _slug(built: BuildReport) -> str:
    return escape(f"{built.docset.name}@{built.docset.version}")
