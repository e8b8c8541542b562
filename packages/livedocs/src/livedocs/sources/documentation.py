"""What every source yields, and the port all of them implement."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Documentation:
    """A folder of built HTML pages together with its inventory.

    Attributes:
        root: the folder that page paths are relative to; it holds ``objects.inv``.
        origin: where it came from, in words for people, e.g. ``Debian package python3.11-doc 3.11.2-6``.
        project: overrides the inventory's project name when set.
        version: overrides the inventory's version when set.
        original_url: address of the same pages on the web, ending in ``/``; None when not known.
        licence: name of the licence of the text, None when the source cannot tell.
    """

    root: Path
    origin: str
    project: str | None = None
    version: str | None = None
    original_url: str | None = None
    licence: str | None = None

    @property
    def inventory_path(self) -> Path:
        """The Sphinx inventory, ``objects.inv``."""
        return self.root / "objects.inv"


ReportProgress = Callable[[str, int, int | None], None]
"""Called as ``report(step, done, total)``: what is being done, how much of how much (bytes, files); None: not known."""


def ignore_progress(step: str, done: int, total: int | None) -> None:
    """Report to nobody."""


def path_in_words(path: Path) -> str:
    """A path as text for people: bytes that are no UTF-8 are lone surrogates in Python's paths, which no file takes."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


class Source(Protocol):
    """One way to obtain one documentation."""

    @property
    def description(self) -> str:
        """The source in words, for progress and error messages."""
        ...

    def open(self, report: ReportProgress = ignore_progress) -> AbstractContextManager[Documentation]:
        """Obtain the documentation; whatever is temporary is removed when the context ends.

        Args:
            report: told about downloads and unpacking.

        Raises:
            SourceError: it could not be obtained or holds no documentation; the message says why and what to do.
        """
        ...
