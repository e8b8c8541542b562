"""The library as the web face knows it, wherever it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy.orm import Session
    from starlette.types import ASGIApp, Receive, Scope, Send

    from fastapi_data import PoolStatus
    from livedocs.web.served import Served

T = TypeVar("T")

_STREAMS = "/build"
"""Goes on until there is a library: it must not hold on to one."""


class Library(Protocol):
    """A library that is served, and followed: what replaces it is served as soon as it is there."""

    @property
    def path(self) -> Path:
        """Where a build of it says how far it is."""
        ...

    @property
    def held(self) -> Served | None:
        """What is served now; None while there is no library that can be."""
        ...

    @property
    def current(self) -> Served:
        """What is served now.

        Raises:
            LibraryError: nothing is; the message says why and what to do.
        """
        ...

    def holding(self) -> AbstractContextManager[None]:
        """Have everything inside the block come from the library that is served at its beginning."""
        ...

    def after_swap(self, act: Callable[[], Awaitable[None]]) -> None:
        """Have something done each time another library has taken the place of the last, e.g. a cache cleared."""
        ...

    def preload(self) -> None:
        """Read what stays in memory of the library, where processes that are forked can share it."""
        ...

    async def load(self) -> None:
        """Serve the library, if there is one.

        Raises:
            LibraryError: it is damaged; the message says what to do.
        """
        ...

    async def read(self, work: Callable[[Session, Served], T]) -> T:
        """Do some reading as one unit of work.

        Args:
            work: called with a session and what was made from the very library it reads.

        Raises:
            LibraryError: there is no library, or what it is kept in does not answer.
        """
        ...

    async def refresh(self) -> bool:
        """Serve what has taken the library's place, if something has.

        Returns:
            True when another library is served now.

        Raises:
            LibraryError: it cannot be served; the last one is served on.
        """
        ...

    async def follow(self) -> None:
        """Refresh for ever, within a second or two of each replacement."""
        ...

    def pools(self) -> Mapping[str, PoolStatus]:
        """How connections are used now, by the name of the database; empty while there are none."""
        ...

    async def dispose(self) -> None:
        """Give everything back."""
        ...


class OneLibrary:
    """ASGI middleware: each request is answered from one library from its beginning to its end.

    Args:
        app: the application.
        library: that it answers from.
    """

    def __init__(self, app: ASGIApp, library: Library) -> None:
        self.app = app
        self.library = library

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] == _STREAMS:
            await self.app(scope, receive, send)
            return
        with self.library.holding():
            await self.app(scope, receive, send)
