"""The real application in two real workers, with one more route: its answer waits until somebody writes into a pipe."""

import signal
import sys
from pathlib import Path

import anyio.to_thread

from livedocs.cli.serving import listen
from livedocs.settings import Settings
from livedocs.web.app import create_app
from livedocs.web.serving.server import News, Server, server_config
from livedocs.web.serving.supervisor import Supervisor


def main(library: Path, pipe: Path, timeout_seconds: int) -> None:
    settings = Settings(library_path=library, port=0, workers=2, shutdown_timeout_seconds=timeout_seconds)
    app = create_app(settings)

    @app.get("/slow")
    async def slow() -> str:
        return await anyio.to_thread.run_sync(pipe.read_text, abandon_on_cancel=True)

    with listen("127.0.0.1", 0) as listener:
        config = server_config(app, settings)

        def announce(news: News) -> None:
            print(news.name, listener.getsockname()[1], flush=True)  # noqa: T201 - the test reads it

        supervisor = Supervisor(
            lambda _, tell, lifeline: Server(config, app.state, tell, lifeline).run([listener]),
            listener,
            count=2,
            shutdown_timeout_seconds=timeout_seconds,
            announce=announce,
        )
        supervisor.run()
    assert supervisor.ended_by is not None
    signal.raise_signal(supervisor.ended_by)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
