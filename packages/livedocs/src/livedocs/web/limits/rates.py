"""How many requests one client may send."""

from __future__ import annotations

import logging
import math
import time
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

import anyio
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from limits.util import WindowStats
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from livedocs.settings.limits import Rate
    from livedocs.web.problems import Refuse

logger = logging.getLogger(__name__)

_FREE = ("/healthz", "/readyz", "/metrics", "/static/")
"""What orchestrators ask, and files that browsers keep."""
_REDIS_TIMEOUT_SECONDS = 0.1
_SECONDS_TO_CONNECT = 2.0
_SECONDS_LEFT_ALONE = 5.0
"""How long a Redis that did not answer is not asked again, so that only one request waits for it."""
_NETWORK_OF_ONE = 64
"""Bits of an IPv6 address that a client cannot choose: it has all addresses that begin with them."""


class RateLimit:
    """ASGI middleware: answers a client that asks too often with 429, and tells every other how much it has left.

    Windows are fixed, so that what the headers say is exact: ``RateLimit-Policy`` and ``RateLimit`` as in
    draft-ietf-httpapi-ratelimit-headers, ``Retry-After`` with 429. Counted in Redis, all processes count together;
    without it each worker counts for itself. When Redis does not answer, nobody is refused.

    Args:
        app: the application.
        refuse: makes the answer.
        rate: so many requests in so many seconds.
        redis_url: where to count; None: in this process.
    """

    def __init__(self, app: ASGIApp, *, refuse: Refuse, rate: Rate, redis_url: str | None) -> None:
        self.app = app
        self._refuse = refuse
        self._item: RateLimitItem = RateLimitItemPerSecond(rate.requests, rate.seconds, namespace="livedocs")
        self._redis = None if redis_url is None else _redis(redis_url)
        self._limiter = FixedWindowRateLimiter(self._redis or MemoryStorage())
        self._policy = f'"default";q={rate.requests};w={rate.seconds}'
        self._left_alone_until = -math.inf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
            return
        if scope["type"] != "http" or scope["path"].startswith(_FREE) or scope["client"] is None:
            await self.app(scope, receive, send)
            return
        counted = await self._count(_client(scope["client"][0]))
        if counted is None:
            await self.app(scope, receive, send)
            return
        is_allowed, window = counted
        seconds_left = max(1, math.ceil(window.reset_time - time.time()))
        headers = {
            "RateLimit-Policy": self._policy,
            "RateLimit": f'"default";r={window.remaining};t={seconds_left}',
        }
        if not is_allowed:
            detail = f"Too many requests from this address. Ask again in {seconds_left} s."
            headers |= {"Retry-After": str(seconds_left), "Cache-Control": "no-store"}
            await self._refuse(HTTPException(429, detail, headers=headers), scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        await self.app(scope, receive, send_with_headers)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._redis is None:
            await self.app(scope, receive, send)
            return
        with anyio.move_on_after(_SECONDS_TO_CONNECT):
            await self._redis.check()  # so that the first requests need not wait for a connection
        try:
            await self.app(scope, receive, send)
        finally:
            connection: Any = self._redis.bridge
            await connection.get_connection().aclose()

    async def _count(self, client: str) -> tuple[bool, WindowStats] | None:
        if time.monotonic() < self._left_alone_until:
            return None
        try:
            with anyio.fail_after(_REDIS_TIMEOUT_SECONDS):
                is_allowed = await self._limiter.hit(self._item, client)
                return is_allowed, await self._limiter.get_window_stats(self._item, client)
        except (StorageError, TimeoutError) as error:
            self._left_alone_until = time.monotonic() + _SECONDS_LEFT_ALONE
            logger.warning(
                "Redis does not count requests (%s); nobody is refused for %g s.",
                type(error).__name__,
                _SECONDS_LEFT_ALONE,
            )
            return None


def _redis(url: str) -> RedisStorage:
    return RedisStorage(
        f"async+{url}",
        implementation="redispy",
        wrap_exceptions=True,
        key_prefix="livedocs:rate",
        socket_timeout=_REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=_REDIS_TIMEOUT_SECONDS,
    )


@lru_cache(maxsize=4096)
def _client(address: str) -> str:
    """Who counts as one client: an address, or the part of an IPv6 address that it cannot choose."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return address
    mapped = parsed.ipv4_mapped
    return str(mapped or ip_network((parsed.packed, _NETWORK_OF_ONE), strict=False))
