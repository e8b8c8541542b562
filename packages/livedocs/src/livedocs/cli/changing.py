"""Where commands that change the library do so: in its file, or in a file that is published to its database."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from livedocs.library import snapshot

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from livedocs.settings import Settings
    from livedocs.sources.documentation import ReportProgress


@dataclass(slots=True)
class Change:
    """A library that is being changed.

    Attributes:
        path: the file to change; it may not exist.
        is_needed: whether it was changed at all; to be set to False by whoever found nothing to do.
        place: where the library is, in words for people; known when the block has ended.
    """

    path: Path
    is_needed: bool = True
    place: str = ""


@contextmanager
def changing(settings: Settings, report: ReportProgress, *, is_new: bool = False) -> Generator[Change]:
    """Hand out the library as a file to change; what is in a database is published when the block ends.

    Args:
        settings: where the library is.
        report: told what is done besides.
        is_new: whether there may be no library yet.

    Raises:
        LibraryError: there is none, or it cannot be used or replaced.
    """
    if settings.database_url is None:
        change = Change(settings.library_path)
        if not is_new:
            snapshot.check(change.path)
        yield change
        change.place = f"{change.path}, {change.path.stat().st_size / 1e6:.1f} MB"
        return
    from livedocs.cli.publishing import place
    from livedocs.library.postgres.updating import updating

    with updating(settings, is_new=is_new, report=report) as update:
        change = Change(update.path)
        yield change
        update.is_needed = change.is_needed
    change.place = place(settings, update.publication)
