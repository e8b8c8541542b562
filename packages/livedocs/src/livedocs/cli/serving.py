"""``livedocs serve``: the web application on an address of this machine."""

from __future__ import annotations

import gc
import socket
import sys
from typing import TYPE_CHECKING

import typer
import uvicorn

from livedocs.command import as_called
from livedocs.errors import AddressError
from livedocs.web.app import create_app

if TYPE_CHECKING:
    from starlette.datastructures import State

    from livedocs.cli.first_build import FirstBuild
    from livedocs.settings import Settings

_BACKLOG = 2048
_SWITCH_SECONDS = 0.0001
"""How long a thread waits before it asks the one that runs Python to let it.

With Python's usual 5 ms, threads that search, or take up a new library, hardly ever run while the event loop answers
from the cache: it pauses more often than that, to look for requests, and each pause begins the wait anew. This is less
than one round of the loop takes.
"""


class _AnnouncingServer(uvicorn.Server):
    """A server that says where it is once it answers, and ends its streams when it stops."""

    def __init__(self, config: uvicorn.Config, state: State, url: str, first_build: FirstBuild | None) -> None:
        super().__init__(config)
        self._state = state
        self._url = url
        self._first_build = first_build
        self._is_announced = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to answer, and say so."""
        await super().startup(sockets)
        gc.freeze()
        gc.enable()
        if self._state.library.held is not None:
            await self._announce()
            return
        self._state.library.after_swap(self._announce)
        if self._first_build is None:
            typer.echo(as_called("There is no library yet. Build one with 'livedocs build python'."))
        else:
            self._first_build.start()
        typer.echo(f"{self._url} shows how far the build is.")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop to answer; streams, which have no end of their own, are ended first."""
        self._state.build.close()
        if self._first_build is not None:
            self._first_build.stop()
        await super().shutdown(sockets)

    async def _announce(self) -> None:
        if not self._is_announced:
            typer.echo(f"livedocs is ready at {self._url}")
        self._is_announced = True


def serve(settings: Settings, first_build: FirstBuild | None = None) -> None:
    """Serve the library until interrupted; if there is none, say so until there is.

    Args:
        settings: the library, and the address to listen on; port 0 takes any free one.
        first_build: started when the server answers, if there is no library by then.

    Raises:
        LibraryError: the library is damaged.
        AssetsMissingError: the front end was never built.
        AddressError: the address cannot be listened on.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)
    app = create_app(settings)
    with listen(settings.host, settings.port) as listener:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        url = f"http://{host}:{listener.getsockname()[1]}"
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
        _AnnouncingServer(config, app.state, url, first_build).run([listener])


def listen(host: str, port: int) -> socket.socket:
    """Listen on an address of this machine, whose connections send every answer at once.

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
    # asyncio turns TCP's delays off (TCP_NODELAY) only for sockets that name their protocol. Those of create_server do
    # not, and each answer, a head and then a body, would wait 40 ms for the client to acknowledge its head.
    return socket.socket(fileno=listener.detach())
