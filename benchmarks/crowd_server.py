"""A livedocs of several processes, as users start it, and what its processes cost."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

_TICKS = os.sysconf("SC_CLK_TCK")
_ANNOUNCED = " at http://127.0.0.1:"


class Server:
    """A server that answers.

    Args:
        port: on this machine.
        process_id: of the process that was started.
    """

    def __init__(self, port: int, process_id: int) -> None:
        self.port = port
        self.process_id = process_id

    def workers(self) -> list[int]:
        """Process ids of those that answer; of the one process when there is no more."""
        return _children(self.process_id) or [self.process_id]

    def processor_seconds(self) -> float:
        """What all its processes have used so far."""
        processes = {self.process_id, *self.workers()}
        return sum(_ticks(process) for process in processes) / _TICKS


@contextmanager
def serving(settings: Mapping[str, str], workers: int) -> Generator[Server]:
    """Start ``livedocs serve``, and stop it in the end.

    Args:
        settings: its environment; empty ones are as good as none.
        workers: how many processes answer.
    """
    livedocs = str(Path(sys.executable).with_name("livedocs"))
    with command_server([livedocs, "serve", "--port", "0", "--workers", str(workers)], settings) as server:
        yield server


@contextmanager
def command_server(command: Sequence[str], settings: Mapping[str, str]) -> Generator[Server]:
    """Start what says where it is once it answers, and stop it in the end."""
    environment = os.environ | {name: value for name, value in settings.items() if value}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if "is ready" in line:
                yield Server(int(line.partition(_ANNOUNCED)[2].split()[0]), process.pid)
                break
        else:
            raise SystemExit(f"{command[0]} ended before it was ready")
    finally:
        process.terminate()
        process.wait()


def _children(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(child) for child in listed.split()]


def _ticks(process: int) -> int:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:  # killed meanwhile
        return 0
    return int(fields[11]) + int(fields[12])
