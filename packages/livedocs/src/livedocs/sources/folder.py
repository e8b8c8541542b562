"""Documentation that lies unpacked on this machine."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from livedocs.errors import SourceError
from livedocs.sources.documentation import Documentation, ReportProgress, ignore_progress
from livedocs.sources.documentation_root import find_documentation_root


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
        if not self.path.is_dir():
            what = "is not a folder" if self.path.exists() else "does not exist"
            raise SourceError(f"{self.path} {what}. Give the folder that holds index.html and objects.inv.")
        root = find_documentation_root(self.path, f"the folder {self.path}")
        yield Documentation(root=root, origin=f"folder {root.resolve()}")
