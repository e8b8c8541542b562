"""Building: documentation in, a new snapshot in the place of the last one out."""

from __future__ import annotations

import gc
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from livedocs.errors import LibraryCorruptError, LibraryMissingError, LibraryVersionError, NotFoundError
from livedocs.library import snapshot
from livedocs.library.contents import read_documentation
from livedocs.library.copying import copy_docsets
from livedocs.library.gaps import DocsetGap
from livedocs.library.index.blocks import stored_postings
from livedocs.library.keys import docset_slug
from livedocs.library.writer import new_snapshot, write_docset, write_index
from livedocs.sources.documentation import ignore_progress

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from livedocs.library.models import Docset
    from livedocs.parsing.coverage import CoverageReport
    from livedocs.sources.documentation import Documentation, ReportProgress


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did.

    Attributes:
        docset: as it is now in the library.
        coverage: objects in the inventory, entries found, what is missing.
        seconds: from the unpacked folder to the new library.
        size_bytes: of the new library file.
        set_aside: where an unusable file went that stood in the library's place; None when there was none.
    """

    docset: Docset
    coverage: CoverageReport
    seconds: float
    size_bytes: int
    set_aside: Path | None = None


def build_docset(
    documentation: Documentation,
    library_path: Path,
    *,
    name: str | None = None,
    version: str | None = None,
    report: ReportProgress = ignore_progress,
) -> BuildReport:
    """Parse a documentation and put it into the library, in the place of the same docset if it was there.

    Args:
        documentation: the folder of pages and its inventory.
        library_path: the library; made when there is none, untouched until the new one is complete.
        name: of the docset; None: the project's name in lower case.
        version: of the docset; None: as the inventory says.
        report: told about pages parsed and rows written.

    Returns:
        What was done. A file in the library's place that is damaged or from another version is set aside, not lost.

    Raises:
        SourceError: the folder holds no documentation.
        LibraryError: the library is being built by another process, or cannot be written.
    """
    started = time.perf_counter()
    library_path = library_path.resolve()  # a link stays a link: what it leads to is replaced
    with snapshot.replacing(library_path) as new, _without_garbage_collection():
        last, unusable = _last(library_path)
        content = read_documentation(documentation, name=name, version=version, report=report)
        report("Writing the library", 0, None)
        with new_snapshot(new) as connection:
            if last is not None:
                with closing(snapshot.connect(last)) as stored:
                    removed = DocsetGap.find(stored, content.docset.name, content.docset.version)
                    copy_docsets(connection, last, removed)
                    write_docset(connection, content)
                    write_index(connection, stored_postings(stored, removed and removed.entries), content.postings)
            else:
                write_docset(connection, content)
                write_index(connection, (), content.postings)
        set_aside = snapshot.set_aside(library_path) if unusable else None
    size_bytes = library_path.stat().st_size
    return BuildReport(content.docset, content.coverage, time.perf_counter() - started, size_bytes, set_aside)


@contextmanager
def _without_garbage_collection() -> Generator[None, None, None]:
    """A build makes a million objects that live to its end; looking through them again and again finds no cycles."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def remove(name: str, version: str, library_path: Path) -> None:
    """Take a docset out of the library.

    Args:
        name: of the docset, in any spelling that its build took.
        version: of the docset, likewise.
        library_path: the library.

    Raises:
        NotFoundError: it is not there; the library is untouched.
        LibraryError: the library is missing, cannot be read, or is being built.
    """
    library_path = library_path.resolve()
    snapshot.check(library_path)
    with snapshot.replacing(library_path) as new:
        snapshot.verify(library_path)
        with closing(snapshot.connect(library_path)) as stored, new_snapshot(new) as connection:
            removed = DocsetGap.find(stored, docset_slug(name), docset_slug(version))
            if removed is None:
                raise NotFoundError(f"There is no docset {name} {version} in this library. See 'livedocs docsets'.")
            copy_docsets(connection, library_path, removed)
            write_index(connection, stored_postings(stored, removed.entries), None)


def _last(library_path: Path) -> tuple[Path | None, bool]:
    """The library to take docsets over from, and whether something else stands in its place."""
    try:
        snapshot.verify(library_path)
    except LibraryMissingError:
        return None, False
    except (LibraryCorruptError, LibraryVersionError):
        return None, True
    return library_path, False
