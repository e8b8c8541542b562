"""How long a client may take, and how much it may send, to say what it wants."""

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

_TOO_LATE = b"408 Request Timeout"
_TOO_LARGE = b"431 Request Header Fields Too Large"


class HeadLimits(_Protocol):
    """A protocol of uvicorn that waits for a request's head only so long, and reads only so much of it.

    Uvicorn itself waits for ever: a client that sends a byte a minute would keep its connection, and so would one that
    connects and says nothing.

    Attributes:
        head_timeout_seconds: until a head must be there.
        max_head_bytes: what it may take.
    """

    head_timeout_seconds: float
    max_head_bytes: int
    _head_bytes = 0
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
        elif not cycle or cycle.response_complete:
            self._head_bytes += len(data)
            if self._head_bytes > self.max_head_bytes:
                self._give_up(_TOO_LARGE)
            elif self._head_timer is None:
                self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_expecting()
        super().connection_lost(exc)

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: to answer in HTTP/1.1 is how an upgrade is declined, and uvicorn's advice is of no use here."""

    def _expect_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_timeout_seconds, self._give_up, _TOO_LATE)

    def _stop_expecting(self) -> None:
        self._head_bytes = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self, status: bytes) -> None:
        self._stop_expecting()
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 " + status + b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            self.transport.close()


def limited_protocol(head_timeout_seconds: float, max_head_bytes: int) -> type[asyncio.Protocol]:
    """Uvicorn's best protocol on this machine, with limits on requests' heads; see `HeadLimits`."""
    best: Any = import_from_string(HTTP_PROTOCOLS["auto"])
    limits = {"head_timeout_seconds": head_timeout_seconds, "max_head_bytes": max_head_bytes}
    return type(f"Limited{best.__name__}", (HeadLimits, best), limits)
