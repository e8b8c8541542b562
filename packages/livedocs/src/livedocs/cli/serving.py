"""``livedocs serve``: the web application on an address of this machine."""

from __future__ import annotations

import signal
import socket
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NoReturn

import anyio
import typer

from livedocs.command import as_called
from livedocs.errors import AddressError
from livedocs.web.app import create_app
from livedocs.web.observation.logs import configure_logging
from livedocs.web.serving.server import News, Server, server_config
from livedocs.web.serving.supervisor import Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import FrameType

    from starlette.datastructures import State
    from uvicorn import Config

    from livedocs.cli.first_build import FirstBuild
    from livedocs.settings import Settings

_BACKLOG = 2048
_SWITCH_SECONDS = 0.0001
"""How long a thread waits before it asks the one that runs Python to let it.

With Python's usual 5 ms, threads that search, or take up a new library, hardly ever run while the event loop answers
from the cache: it pauses more often than that, to look for requests, and each pause begins the wait anew. This is less
than one round of the loop takes.
"""


class _Announcements:
    """What the person who started the server is told.

    Args:
        url: where it is.
        is_building: whether a first build is started when there is no library.
    """

    def __init__(self, url: str, *, is_building: bool) -> None:
        self._url = url
        self._is_building = is_building

    def __call__(self, news: News) -> None:
        """Say it."""
        if news is News.READY:
            typer.echo(f"livedocs is ready at {self._url}")
            return
        if not self._is_building:
            typer.echo(as_called("There is no library yet. Build one with 'livedocs build python'."))
        typer.echo(f"{self._url} shows how far the build is.")


def serve(settings: Settings, first_build: FirstBuild | None = None) -> int:
    """Serve the library until interrupted; if there is none, say so until there is.

    Args:
        settings: the library, the address to listen on (port 0 takes any free one), and by how many processes.
        first_build: started when the server answers, if there is no library by then.

    Returns:
        With what a worker ended that could not even start.

    Raises:
        LibraryError: the library is damaged.
        AssetsMissingError: the front end was never built.
        AddressError: the address cannot be listened on.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)
    configure_logging(settings)
    _end_on_hang_up()
    app = create_app(settings)
    with listen(settings.host, settings.port, send_timeout_seconds=settings.send_timeout_seconds) as listener:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        url = f"http://{host}:{listener.getsockname()[1]}"
        announce = _Announcements(url, is_building=first_build is not None)
        config = server_config(app, settings)

        def start_and_tell(news: News) -> None:
            if news is News.WAITING and first_build is not None:
                first_build.start()
            announce(news)

        with _unwound_by_sigterm():
            try:
                if settings.workers > 1:
                    return _supervise(config, listener, app.state, settings, start_and_tell)
                Server(config, app.state, start_and_tell).run([listener])
                return 0
            finally:
                if first_build is not None:
                    first_build.stop()


class _TerminatedError(BaseException):
    """SIGTERM was received."""


@contextmanager
def _unwound_by_sigterm() -> Generator[None, None, None]:
    """Have SIGTERM, too, leave a block in order before it ends the process: it may have begun what has to be ended."""

    def unwind(number: int, frame: FrameType | None) -> NoReturn:
        del number, frame
        raise _TerminatedError

    before = signal.signal(signal.SIGTERM, unwind)
    try:
        yield
    except _TerminatedError:
        signal.signal(signal.SIGTERM, before)
        signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)


def _supervise(
    config: Config, listener: socket.socket, state: State, settings: Settings, announce: Callable[[News], None]
) -> int:
    state.library.preload()
    state.pages.preload()
    anyio.run(anyio.sleep, 0)  # imports what anyio runs on; the loop is closed before any worker is forked
    with TemporaryDirectory(prefix="livedocs-", ignore_cleanup_errors=True) as shared:

        def work(number: int, tell: Callable[[News], None], lifeline: int) -> None:
            state.observation.share(Path(shared), number)
            Server(config, state, tell, lifeline).run([listener])

        supervisor = Supervisor(
            work,
            listener,
            count=settings.workers,
            shutdown_timeout_seconds=settings.shutdown_timeout_seconds,
            announce=announce,
        )
        exit_code = supervisor.run()
    if supervisor.ended_by is not None:
        signal.raise_signal(supervisor.ended_by)
    return exit_code


def _end_on_hang_up() -> None:
    """When the terminal goes away, finish what runs as if told to stop; whoever asked to outlive it (nohup) does."""

    def end(number: int, frame: FrameType | None) -> None:
        del number, frame
        signal.raise_signal(signal.SIGTERM)

    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        signal.signal(signal.SIGHUP, end)


def listen(host: str, port: int, *, send_timeout_seconds: int = 60) -> socket.socket:
    """Listen on an address of this machine, whose connections send every answer at once.

    Args:
        host: name or address.
        port: 0 takes any free one.
        send_timeout_seconds: how long a client may receive nothing of what is sent to it before its connection is
            given up; only Linux can do that.

    Raises:
        AddressError: the address cannot be listened on.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(address[:2], family=family, backlog=_BACKLOG)  # pyright: ignore[reportArgumentType]
    except OSError as error:
        raise AddressError(
            f"Cannot listen on {host}, port {port}: {error.strerror}. "
            "Choose another port with --port (0 takes any free one), or stop what is using it."
        ) from error
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, send_timeout_seconds * 1000)
    # asyncio turns TCP's delays off (TCP_NODELAY) only for sockets that name their protocol. Those of create_server do
    # not, and each answer, a head and then a body, would wait 40 ms for the client to acknowledge its head.
    return socket.socket(fileno=listener.detach())
