"""Newer answers computed in the background, while stale ones are replayed."""

from __future__ import annotations

import asyncio

from anyio import sleep_forever
from starlette.types import Message, Scope

from fastapi_data.cache.core import CacheCore, Exchange
from fastapi_data.cache.execution import Executor


class Revalidator:
    """Computes newer answers in the background, one at a time for each key.

    Args:
        core: the cache.
        executor: runs the application.
    """

    def __init__(self, core: CacheCore, executor: Executor) -> None:
        self._core = core
        self._executor = executor
        self._tasks: set[asyncio.Task[None]] = set()

    def revalidate(self, exchange: Exchange) -> None:
        """Have a newer answer computed, unless somebody computes it already.

        Args:
            exchange: a request that is answered with the stale one.
        """
        key = exchange.key
        if self._core.flights.find(key) is not None:
            return
        flight = self._core.flights.start(key)
        task = asyncio.create_task(self._executor.revalidate(_detached(exchange), flight))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def cancel(self) -> None:
        """Cancel what is being computed, and wait until it is."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _detached(exchange: Exchange) -> Exchange:
    # The request's own connection ends before this does; extensions are the server's ways around ``send``.
    scope: Scope = {**exchange.scope, "extensions": {}}
    if "state" in scope:
        scope["state"] = scope["state"].copy()
    return exchange._replace(scope=scope, receive=_Receive(), send=_discard)


class _Receive:
    """The ``receive`` of a client that sent a request without a body, and stays."""

    def __init__(self) -> None:
        self._has_sent = False

    async def __call__(self) -> Message:
        if self._has_sent:
            await sleep_forever()
        self._has_sent = True
        return {"type": "http.request", "body": b"", "more_body": False}


async def _discard(message: Message) -> None:
    """Take a message of an answer that nobody waits for."""
