"""One answer being computed: what becomes of it."""

from __future__ import annotations

import logging

from fastapi_data.cache.compression import strong_etag, with_compressed
from fastapi_data.cache.core import CacheCore, Exchange
from fastapi_data.cache.flight import Flight, Landing, Shared
from fastapi_data.cache.freshness import stored_response, with_max_age
from fastapi_data.cache.recording import Refusal
from fastapi_data.cache.replay import replay
from fastapi_data.cache.store import Headers, Lease, Representation, StoredResponse
from fastapi_data.cache.tags import collect_tags
from fastapi_data.cache.vary import headers_that_count, with_vary

_logger = logging.getLogger("fastapi_data.cache")


class Computation:
    """What becomes of an answer that is being computed: a ``ResponseListener``.

    Args:
        core: the cache.
        exchange: the request that is answered.
        flight: what others wait for.
        lease: the right to compute it.
        known: the stored answer that was no longer good enough, to fall back to.
    """

    def __init__(
        self, core: CacheCore, exchange: Exchange, flight: Flight, lease: Lease, known: StoredResponse | None
    ) -> None:
        self._core = core
        self._exchange = exchange
        self._flight = flight
        self._lease = lease
        self._known = known
        self._computed_tags = collect_tags(exchange.scope)
        self._is_decided = False
        self._has_fallen_back = False

    async def complete(self, headers: Headers, body: bytes) -> None:
        """Store an answer, share it and send it."""
        self._is_decided = True
        response = await self._stored_response(headers, body)
        holds = self._is_of_its_version() and await self._lease.store(response)
        self._core.counters.stores += holds
        self._land(Shared(response, holds))
        await replay(response, self._exchange.headers, self._exchange.send, age_seconds=None)

    async def refuse(self, refusal: Refusal) -> bool:
        """Let an answer pass that must not be stored; or send the stale one in place of an error."""
        self._core.counters.refusals += 1
        if refusal.uncovered_vary:
            self._refuse_for_vary(refusal.uncovered_vary)
        is_server_error = refusal.is_server_error
        if is_server_error and await self.fall_back():
            _logger.warning("%s answered with a server error; its stale answer was sent.", self._exchange.key[3])
            return False
        self._is_decided = True
        await self._lease.release(storable=is_server_error)
        self._land(Landing.FAILED if is_server_error else Landing.NOT_STORABLE)
        return True

    async def fall_back(self) -> bool:
        """Send the stale answer, and share it, when it may stand in for an error and nothing was sent yet.

        Returns:
            Whether it was sent, now or before.
        """
        known, now = self._known, self._core.store.clock()
        # The application that sends an error raises it, too.
        if self._has_fallen_back:
            return True
        if self._is_decided or known is None or known.error_until <= now:
            return False
        self._is_decided = self._has_fallen_back = True
        self._core.counters.stale += 1
        self._land(Shared(known, holds=True))
        await replay(known, self._exchange.headers, self._exchange.send, age_seconds=now - known.stored_at)
        return True

    def _is_of_its_version(self) -> bool:
        version = self._core.version
        return version is None or version() == self._exchange.key[-1]

    def _land(self, outcome: Shared | Landing) -> None:
        self._core.flights.land(self._exchange.key, self._flight, outcome)

    def _refuse_for_vary(self, names: frozenset[bytes]) -> None:
        core, route = self._core, self._exchange.policy.route
        core.counters.vary_refusals += 1
        if route in core.routes_warned_of:
            return
        core.routes_warned_of.add(route)
        _logger.warning(
            "Answers of %s are not cached: their Vary names %s, which does not count for this route. If they depend on "
            "it, name it in vary=[...], or for Cookie in cookies=[...]. If a middleware names it for every answer, add "
            "that middleware after the cache is installed, so that it stands in front.",
            route,
            b", ".join(sorted(names)).decode("latin-1"),
        )

    async def _stored_response(self, headers: Headers, body: bytes) -> StoredResponse:
        policy = self._exchange.policy
        # Clients and proxies that keep it must tell apart what the store does.
        headers = with_vary(with_max_age(headers, policy), headers_that_count(policy))
        etag = next((value for name, value in headers if name == b"etag"), None)
        is_head = self._exchange.scope["method"] == "HEAD"
        # What answers HEAD may send no body, and the validator belongs to the body that GET would get.
        if etag is None and not is_head:
            etag = strong_etag(body)
            headers = (*headers, (b"etag", etag))
        identity = Representation("", headers, body, etag)
        forms = await with_compressed(identity) if self._core.compress and not is_head else (identity,)
        tags = policy.tags | self._computed_tags
        return stored_response(forms, policy, now=self._core.store.clock(), tags=tags)
