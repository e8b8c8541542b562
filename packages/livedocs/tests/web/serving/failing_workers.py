"""Workers that fail in the way the command line says."""

import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from livedocs.web.serving.server import News
from livedocs.web.serving.supervisor import Supervisor


def main(way: str, folder: Path) -> int:
    def work(number: int, tell: Callable[[News], None], lifeline: int) -> None:
        if way == "start" and number == 2:
            sys.exit(7)
        if way == "ignore":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        tell(News.READY)
        if way == "die" and number == 2:
            if not (folder / "died").exists():
                (folder / "died").touch()
                os.kill(os.getpid(), signal.SIGKILL)
            (folder / "replaced").touch()
            os.kill(os.getppid(), signal.SIGTERM)
        os.read(lifeline, 1)

    def announce(_: News) -> None:
        if way == "ignore":
            os.kill(os.getpid(), signal.SIGTERM)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        supervisor = Supervisor(work, listener, count=2, shutdown_timeout_seconds=-4.9, announce=announce)
        return supervisor.run() or supervisor.ended_by or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
