"""``livedocs serve``: the web application on an address of this machine."""

from __future__ import annotations

import gc
import socket
import sys
from typing import TYPE_CHECKING

import typer
import uvicorn

from livedocs.errors import AddressError
from livedocs.web.app import create_app

if TYPE_CHECKING:
    from livedocs.settings import Settings

_BACKLOG = 2048
_SWITCH_SECONDS = 0.0001
"""How long a thread waits before it asks the one that runs Python to let it.

With Python's usual 5 ms, threads that search, or take up a new library, hardly ever run while the event loop answers
from the cache: it pauses more often than that, to look for requests, and each pause begins the wait anew. This is less
than one round of the loop takes.
"""


class _AnnouncingServer(uvicorn.Server):
    """A server that says where it is once it answers."""

    def __init__(self, config: uvicorn.Config, url: str) -> None:
        super().__init__(config)
        self._url = url

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to answer, and say so."""
        await super().startup(sockets)
        gc.freeze()
        gc.enable()
        typer.echo(f"livedocs is ready at {self._url}")


def serve(settings: Settings) -> None:
    """Serve the library until interrupted.

    Args:
        settings: the library, and the address to listen on; port 0 takes any free one.

    Raises:
        LibraryError: the library is missing, damaged, or from another version.
        AssetsMissingError: the front end was never built.
        AddressError: the address cannot be listened on.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)
    app = create_app(settings)
    with listen(settings.host, settings.port) as listener:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        url = f"http://{host}:{listener.getsockname()[1]}"
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
        _AnnouncingServer(config, url).run([listener])


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
