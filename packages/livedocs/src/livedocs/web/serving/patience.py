"""How long a client may take to say what it wants."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from uvicorn.config import HTTP_PROTOCOLS
from uvicorn.importer import import_from_string

if TYPE_CHECKING:
    from uvicorn.protocols.http.h11_impl import H11Protocol as _Protocol
    from uvicorn.protocols.http.h11_impl import RequestResponseCycle
else:
    _Protocol = object

_TIMED_OUT = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class HeadTimeout(_Protocol):
    """A protocol of uvicorn that waits for a request's head only so long.

    Uvicorn itself waits for ever: a client that sends a byte a minute would keep its connection, and so would one that
    connects and says nothing.
    """

    head_timeout_seconds: float
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - as uvicorn's
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Read on; a head that is complete ends the wait, a part of one begins it."""
        cycle: RequestResponseCycle | None = self.cycle  # None before the first request
        super().data_received(data)
        if self.cycle is not cycle:
            self._stop_expecting()
        elif self._head_timer is None and (not cycle or cycle.response_complete):
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_expecting()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_timeout_seconds, self._give_up)

    def _stop_expecting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.write(_TIMED_OUT)
            self.transport.close()


def patient_protocol(head_timeout_seconds: float) -> type[asyncio.Protocol]:
    """Uvicorn's best protocol on this machine, with a limit on how long a head may take."""
    best: Any = import_from_string(HTTP_PROTOCOLS["auto"])
    return type(f"Patient{best.__name__}", (HeadTimeout, best), {"head_timeout_seconds": head_timeout_seconds})
