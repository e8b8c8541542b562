"""The real application in two real workers, with one more route: its answer waits until somebody writes into a pipe.

Reads a line for each server: the library, the pipe, the seconds that requests have to end. Everything is imported once;
each server is a process forked from this one. Says with what it ended before the next line is read.
"""

import os
import signal
import sys
from pathlib import Path

import anyio.to_thread

from livedocs.cli.serving import listen
from livedocs.settings import Settings
from livedocs.web.app import create_app
from livedocs.web.serving.server import News, Server, server_config
from livedocs.web.serving.supervisor import Supervisor


def say(*words: object) -> None:
    print(*words, flush=True)  # noqa: T201 - the test reads it


def serve(library: Path, pipe: Path, timeout_seconds: int) -> None:
    settings = Settings(library_path=library, port=0, workers=2, shutdown_timeout_seconds=timeout_seconds)
    app = create_app(settings)

    @app.get("/slow")
    async def slow() -> str:
        return await anyio.to_thread.run_sync(pipe.read_text, abandon_on_cancel=True)

    with listen("127.0.0.1", 0) as listener:
        config = server_config(app, settings)

        def announce(news: News) -> None:
            say(news.name, os.getpid(), listener.getsockname()[1])

        supervisor = Supervisor(
            lambda _, tell, lifeline: Server(config, app.state, tell, lifeline).run([listener]),
            listener,
            count=2,
            shutdown_timeout_seconds=timeout_seconds,
            announce=announce,
        )
        supervisor.run()
    assert supervisor.ended_by is not None
    signal.signal(supervisor.ended_by, signal.SIG_DFL)
    signal.raise_signal(supervisor.ended_by)


def main() -> None:
    while line := sys.stdin.readline():
        library, pipe, timeout_seconds = line.rstrip("\n").split("\t")
        process_id = os.fork()
        if process_id == 0:
            serve(Path(library), Path(pipe), int(timeout_seconds))
        _, status = os.waitpid(process_id, 0)
        say(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
