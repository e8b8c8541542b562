"""``livedocs build`` in the terminal: a progress bar while it works, and what came of it."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from livedocs.cli.changing import changing
from livedocs.cli.progress_bars import drawn
from livedocs.errors import LibraryError
from livedocs.library import progress, snapshot
from livedocs.library.build import build_docset
from livedocs.library.build import remove as remove_docset
from livedocs.sources.resolve import open_first, resolve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livedocs.errors import FailedSource
    from livedocs.library.build import BuildReport
    from livedocs.semantic.embedder import Embedder
    from livedocs.settings import Settings

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
        LibraryError: the library cannot be written, or is being built by another process.
    """
    _prepare(settings)
    for spec in specs:
        with progress.recorded(settings.library_path) as record:
            request = resolve(spec, cache_folder=settings.cache_folder)
            with (
                drawn(record) as report,
                open_first(request, report) as (documentation, failures),
                changing(settings, report, is_new=True) as change,
            ):
                built = build_docset(documentation, change.path, name=name, version=version, report=report)
        _print_report(built, failures, change.place)


def _prepare(settings: Settings) -> None:
    """Make sure, before anything is obtained, that it could take the library's place; makes the folder of a file.

    Where the library is in a database, how far a build is is still written beside the file, if that is possible.
    """
    if settings.database_url is None:
        snapshot.prepare(settings.library_path.resolve())
        if progress.is_running(settings.library_path):
            raise snapshot.busy(settings.library_path)
        return
    from livedocs.cli import publishing

    publishing.prepare(settings)
    with suppress(LibraryError):
        snapshot.prepare(settings.library_path.resolve())


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

    started = time.perf_counter()
    with drawn() as report, changing(settings, report) as change:
        embedded = embed_library(change.path, embedder, settings.models_folder / "vectors.sqlite", report=report)
        change.is_needed = embedded > 0
    seconds = time.perf_counter() - started
    said = f"Embedded {embedded:,} entries in {seconds:.1f} s" if embedded else "Every entry has its vector already"
    Console(highlight=False).print(f"{said}: {escape(change.place)}", soft_wrap=True)


def remove(name: str, version: str, settings: Settings) -> None:
    """Take a docset out of the library.

    Raises:
        NotFoundError: it is not there.
        LibraryError: the library is missing, cannot be read, or is being built.
    """
    with drawn() as report, changing(settings, report) as change:
        remove_docset(name, version, change.path)


def _print_report(built: BuildReport, failures: Sequence[FailedSource], place: str) -> None:
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
        f"  library: {escape(place)}",
    ]
    if built.set_aside is not None:
        lines.append(
            f"  the file in its place was no library this version can read: now {escape(str(built.set_aside))}"
        )
    lines.append(f"  content sha256 {docset.content_hash}")
    Console(highlight=False).print("\n".join(lines), soft_wrap=True)


def _slug(built: BuildReport) -> str:
    return escape(f"{built.docset.name}@{built.docset.version}")
