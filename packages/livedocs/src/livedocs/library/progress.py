"""How far a build is: written beside the library by whoever builds, read by whoever wants to show it.

The file is replaced at each step, never changed, and whoever wrote it holds a lock on it (``flock``) for as long as it
works. So a reader sees a whole state or none, and knows one that a killed build left behind: nobody holds it any more.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from livedocs.command import as_called
from livedocs.errors import LivedocsError

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from livedocs.sources.documentation import ReportProgress

_SECONDS_BETWEEN_WRITES = 0.2

_KILLED = "The build ended before it was done: it was stopped or killed. Start it again with 'livedocs build python'."
_INTERRUPTED = "The build was interrupted. Start it again with 'livedocs build python'."
_DEFECT = "The build failed for a reason livedocs does not know; the terminal it was started in says more."


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is.

    Attributes:
        step: what is being done, in words.
        done: how much of it is done (bytes, files).
        total: how much of it there is; None: not known.
        failure: why the build ended without a library and what to do; empty while it runs.
    """

    step: str
    done: int = 0
    total: int | None = None
    failure: str = ""


def read(library_path: Path) -> Progress | None:
    """How far the build of a library is, or how the last one failed; None when neither is known.

    Args:
        library_path: the library that is built.
    """
    path = _beside(library_path)
    while True:
        try:
            with path.open("rb") as file:
                content = file.read()
                is_held = _is_locked(file.fileno())
                is_replaced = os.fstat(file.fileno()).st_ino != path.stat().st_ino
            if is_replaced:
                continue
            progress = Progress(**json.loads(content))
        except (OSError, ValueError, TypeError):
            return None
        if is_held or progress.failure:
            return progress
        return Progress(progress.step, progress.done, progress.total, failure=as_called(_KILLED))


def is_running(library_path: Path) -> bool:
    """Whether somebody builds a library now.

    Args:
        library_path: the library that is built.
    """
    found = read(library_path)
    return found is not None and not found.failure


@contextmanager
def recorded(library_path: Path) -> Generator[ReportProgress, None, None]:
    """Write down how far a build is, until the block ends; how it failed, when it did, stays until the next build.

    While another process builds the same library, it is that build which is shown: nothing is written.

    Args:
        library_path: the library that is built; its folder exists.

    Yields:
        What has to be told about the progress.
    """
    if is_running(library_path):
        yield _say_nothing
        return
    record = _Record(_beside(library_path))
    record("Looking at what is there", 0, None)
    try:
        yield record
    except LivedocsError as error:
        record.fail(as_called(str(error)))
        raise
    except KeyboardInterrupt:
        record.fail(as_called(_INTERRUPTED))
        raise
    except BaseException:
        record.fail(_DEFECT)
        raise
    else:
        record.remove()


class _Record:
    """The file while it is written; five times a second at most, for steps report much more often."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last = Progress("")
        self._written_at = 0.0
        self._held: int | None = None

    def __call__(self, step: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        if step != self._last.step or now - self._written_at >= _SECONDS_BETWEEN_WRITES:
            self._written_at = now
            self._last = Progress(step, done, total)
            self._write(self._last)

    def fail(self, failure: str) -> None:
        self._write(Progress(self._last.step, self._last.done, self._last.total, failure))
        self._let_go()

    def remove(self) -> None:
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        self._let_go()

    def _write(self, progress: Progress) -> None:
        # A build must not fail because nobody can be told of it: a full disk will be named by what needs it.
        new = self._path.with_name(f"{self._path.name}-{os.getpid()}")
        with suppress(OSError):
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                os.write(descriptor, json.dumps(asdict(progress)).encode())
                new.replace(self._path)
            except OSError:
                os.close(descriptor)
                new.unlink(missing_ok=True)
            else:
                self._let_go()
                self._held = descriptor

    def _let_go(self) -> None:
        if self._held is not None:
            os.close(self._held)
            self._held = None


def _say_nothing(step: str, done: int, total: int | None) -> None:
    del step, done, total


def _beside(library_path: Path) -> Path:
    library_path = library_path.resolve()  # a build replaces what a link leads to, and leaves its files there
    return library_path.with_name(f"{library_path.name}.progress")


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False
