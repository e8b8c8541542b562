"""One process that answers."""

from __future__ import annotations

import asyncio
import gc
from enum import Enum
from typing import TYPE_CHECKING

import uvicorn

from livedocs.web.serving.heads import limited_protocol

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from fastapi import FastAPI
    from starlette.datastructures import State

    from livedocs.settings import Settings


def server_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """Everything uvicorn needs to know, loaded: a process that is forked later has it already."""
    config = uvicorn.Config(
        app,
        http=limited_protocol(settings.head_timeout_seconds, settings.max_head_bytes),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=list(settings.trusted_proxies),
        proxy_headers=bool(settings.trusted_proxies),
        timeout_keep_alive=settings.keep_alive_timeout_seconds,
        timeout_graceful_shutdown=settings.shutdown_timeout_seconds,
        h11_max_incomplete_event_size=settings.max_head_bytes,
    )
    config.load()
    config.get_loop_factory()  # imports the event loop's module
    return config


class News(Enum):
    """How far a server is.

    Attributes:
        WAITING: it answers, but there is no library yet.
        READY: it answers from a library.
    """

    WAITING = b"waiting"
    READY = b"ready"


class Server(uvicorn.Server):
    """Uvicorn's server that says how far it is, and ends streams before it waits for requests to end.

    Args:
        config: see `server_config`.
        state: of the application: its library, and the build that is watched.
        tell: is told the news, each at most once.
        lifeline: a file descriptor that becomes readable when this process shall end, too; None: there is none.
    """

    def __init__(
        self, config: uvicorn.Config, state: State, tell: Callable[[News], None], lifeline: int | None = None
    ) -> None:
        super().__init__(config)
        self._state = state
        self._tell = tell
        self._lifeline = lifeline
        self._is_ready = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to answer, and say so."""
        await super().startup(sockets)
        # What is there now stays for good: looking through it for garbage again and again would only take time.
        gc.freeze()
        gc.enable()
        if self._lifeline is not None:
            asyncio.get_running_loop().add_reader(self._lifeline, self._end)
        if self._state.library.held is not None:
            await self._tell_ready()
        else:
            self._state.library.after_swap(self._tell_ready)
            self._tell(News.WAITING)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no new request, end streams, which have no end of their own, and let running requests finish."""
        self._state.build.close()
        await super().shutdown(sockets)

    async def _tell_ready(self) -> None:
        if not self._is_ready:
            self._is_ready = True
            self._tell(News.READY)

    def _end(self) -> None:
        assert self._lifeline is not None
        asyncio.get_running_loop().remove_reader(self._lifeline)
        self.should_exit = True
