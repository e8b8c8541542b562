"""Folders that are needed during one build only.

They lie below the cache folder: systems often keep little room for temporary files, and nothing would remove there what
a killed build leaves. Each is locked by the process that uses it; the lock is the operating system's and ends with its
holder, so the next build knows which of them nobody needs any more.
"""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from livedocs.errors import SourceError

_LOCK = "lock"


@contextmanager
def scratch_folder(cache_folder: Path) -> Generator[Path]:
    """Make an empty folder, and remove it with all that is in it when the context ends.

    Those that killed processes left behind are removed, too.

    Args:
        cache_folder: the folder goes below its ``scratch``; made when it is missing.

    Raises:
        SourceError: the cache folder cannot be written to.
    """
    try:
        folder, lock = _make(cache_folder / "scratch")
    except OSError as error:
        raise local_failure("Nothing can be unpacked into", cache_folder, error) from error
    with lock:
        try:
            yield folder / "content"
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def local_failure(what: str, folder: Path, error: OSError) -> SourceError:
    """The error that tells of trouble with a folder of this machine.

    Args:
        what: the beginning of a sentence that ends in the folder.
        folder: where.
        error: the operating system's reason.
    """
    reason = error.strerror or str(error) or type(error).__name__
    return SourceError(
        f"{what} {folder}: {reason}. See that it has room and can be written to, or choose another place: "
        "LIVEDOCS_CACHE_FOLDER."
    )


def _make(parent: Path) -> tuple[Path, TextIO]:
    """A new folder in ``parent`` and its lock."""
    parent.mkdir(parents=True, exist_ok=True)
    with parent.with_name(f"{parent.name}.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)  # nobody takes a folder that is not locked yet for one left behind
        for leftover in parent.iterdir():
            if not _is_used(leftover):
                shutil.rmtree(leftover, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(dir=parent))
        try:
            (folder / "content").mkdir()
            lock = (folder / _LOCK).open("w")
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    return folder, lock


def _is_used(folder: Path) -> bool:
    try:
        with (folder / _LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:  # killed before it could lock
        return False
    except OSError:  # locked, or somebody else's
        return True
    return False
