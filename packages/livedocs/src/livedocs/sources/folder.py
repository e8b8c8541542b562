"""Documentation that lies unpacked on this machine."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from livedocs.errors import SourceError
from livedocs.sources.documentation import Documentation, ReportProgress, ignore_progress, path_in_words
from livedocs.sources.documentation_root import find_documentation_root

_PARTS_TOLD = 2
"""How many names at the end of its path tell a folder apart, e.g. ``_build/html``."""


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A folder of HTML that Sphinx built, read where it is.

    Attributes:
        path: the folder, or one above it.
    """

    path: Path

    @property
    def description(self) -> str:
        """The source in words."""
        return f"folder {self.path}"

    @contextmanager
    def open(self, report: ReportProgress = ignore_progress) -> Generator[Documentation]:
        """Find the documentation; nothing is copied, and nothing is removed afterwards.

        Raises:
            SourceError: there is no such folder, or no documentation in it.
        """
        report(f"Looking into {self.path}", 0, None)
        try:
            is_folder, exists = self.path.is_dir(), self.path.exists()
        except OSError as error:
            raise SourceError(f"The folder {self.path.name[:100]} cannot be looked into: {error.strerror}.") from error
        if not is_folder:
            what = "is not a folder" if exists else "does not exist"
            raise SourceError(f"{self.path} {what}. Give the folder that holds index.html and objects.inv.")
        root = find_documentation_root(self.path, f"the folder {self.path}")
        # Whoever reads the documentation is told where it came from, but not where this machine keeps its files.
        whereabouts = Path(*root.resolve().parts[-_PARTS_TOLD:])
        yield Documentation(root=root, origin=f"folder {path_in_words(whereabouts)}")
