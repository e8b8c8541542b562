"""The first build, beside the server that shows how far it is."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from livedocs.library import progress

if TYPE_CHECKING:
    from livedocs.settings import Settings

_COMMAND = (sys.executable, "-m", "livedocs.cli.first_build_process")
_SECONDS_TO_STOP = 5.0


class FirstBuild:
    """Builds Python's documentation while the server runs, and draws its progress where the server was started.

    Its failure ends nothing: the page says what to do, and another build may succeed while the server waits. It
    needs no thread, so that processes can be forked meanwhile.

    Args:
        settings: where the library will be.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._is_stopped = False

    @property
    def exit_code(self) -> int:
        """How it ended by itself, as `livedocs.cli.exit_codes` has it; 0 when it did not, or was never started."""
        if self._process is None or self._is_stopped:
            return 0
        return max(self._process.poll() or 0, 0)  # a signal that ended it is nothing it said

    def start(self) -> None:
        """Begin to build, unless somebody does already."""
        if self._settings.database_url is None and progress.is_running(self._settings.library_path):
            return
        # In a process group of its own: Ctrl-C reaches the server, which stops the build once and in order.
        self._process = subprocess.Popen(_COMMAND, stdin=subprocess.DEVNULL, process_group=0)  # noqa: S603 - of this program

    def stop(self) -> None:
        """End it if it runs still, and wait until it has ended."""
        if self._process is None or self._process.poll() is not None:
            return
        self._is_stopped = True
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:  # whoever ignores Ctrl-C passes that on to what they start
            self._process.kill()
            self._process.wait()
