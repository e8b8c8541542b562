"""Computing an answer, once for all who wait, and keeping it."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager

import anyio
from starlette.types import ASGIApp

from fastapi_data.cache.computation import Computation
from fastapi_data.cache.core import CacheCore, Exchange
from fastapi_data.cache.flight import Flight, Landing, Shared
from fastapi_data.cache.recording import RecordingSend, ResponseListener
from fastapi_data.cache.replay import replay
from fastapi_data.cache.request import ask_for_all
from fastapi_data.cache.store import Lease, StoredResponse
from fastapi_data.cache.vary import headers_covered

_logger = logging.getLogger("fastapi_data.cache")

_FAILURES_WAITED_FOR = 2
"""The second tells that it was not by chance. Were each to wait for all before it, the last would wait for ever."""


class Executor:
    """Runs the application for requests that no stored answer fits.

    Args:
        app: the next ASGI application.
        core: the cache.
    """

    def __init__(self, app: ASGIApp, core: CacheCore) -> None:
        self._app = app
        self._core = core

    async def answer(self, exchange: Exchange, known: StoredResponse | None) -> None:
        """Compute an answer, or wait for the one being computed.

        Args:
            exchange: the request.
            known: the stored answer that does not fit.
        """
        key, counters = exchange.key, self._core.counters
        has_waited = False
        failures = 0
        while (flight := self._core.flights.find(key)) is not None:
            with self._one_more_waiting():
                landed = await flight.outcome()
            failures += landed is Landing.FAILED
            if landed is Landing.NOT_STORABLE or failures == _FAILURES_WAITED_FOR:
                counters.misses += 1
                await self._app(exchange.scope, exchange.receive, exchange.send)
                return
            # An execution that began after this one asked is good for it, whatever was invalidated since.
            if isinstance(landed, Shared) and (landed.holds or has_waited):
                counters.shared += 1
                await self._send_shared(landed.response, exchange)
                return
            has_waited = True
        await self._lead(exchange, known)

    async def revalidate(self, exchange: Exchange, flight: Flight) -> None:
        """Compute a newer answer that nobody waits for, unless another process does; errors are logged.

        Args:
            exchange: a request that leads nowhere.
            flight: the execution, which has started.
        """
        key = exchange.key
        try:
            lease = await self._core.store.try_acquire(key)
            if lease is not None:
                self._core.counters.revalidations += 1
                await self._compute(exchange, lease, Computation(self._core, exchange, flight, lease, None))
        except Exception:
            _logger.exception("%s could not be computed anew; its stored answer stays until it expires.", key[3])
        finally:
            self._core.flights.land(key, flight, Landing.FAILED)

    async def _lead(self, exchange: Exchange, known: StoredResponse | None) -> None:
        key, core = exchange.key, self._core
        flight = core.flights.start(key)
        try:
            newer_than = float("-inf") if known is None else known.stored_at
            granted = await core.store.acquire(key, newer_than=newer_than)
            if isinstance(granted, StoredResponse):
                core.flights.land(key, flight, Shared(granted, holds=True))
                core.counters.shared += 1
                await self._send_shared(granted, exchange)
                return
            core.counters.misses += 1
            computation = Computation(core, exchange, flight, granted, known)
            try:
                await self._compute(exchange, granted, computation)
            except Exception:
                if not await computation.fall_back():
                    raise
                _logger.exception("%s failed; its stale answer was sent.", key[3])
        finally:
            core.flights.land(key, flight, Landing.FAILED)

    async def _compute(self, exchange: Exchange, lease: Lease, computation: Computation) -> None:
        ask_for_all(exchange.scope, exchange.policy)
        listener = ResponseListener(complete=computation.complete, refuse=computation.refuse)
        recording = RecordingSend(
            exchange.send,
            listener,
            vary=headers_covered(exchange.policy),
            max_body_bytes=self._core.max_body_bytes,
        )
        try:
            await self._app(exchange.scope, exchange.receive, recording)
        finally:
            # Also for one who went away: other processes wait for the lease.
            with anyio.CancelScope(shield=True):
                await lease.release(storable=True)

    async def _send_shared(self, stored: StoredResponse, exchange: Exchange) -> None:
        age_seconds = self._core.store.clock() - stored.stored_at
        await replay(stored, exchange.headers, exchange.send, age_seconds=age_seconds)

    @contextmanager
    def _one_more_waiting(self) -> Generator[None]:
        self._core.counters.waiting += 1
        try:
            yield
        finally:
            self._core.counters.waiting -= 1
