"""What the addresses of requests mean to the cache."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi_data.cache.options import CachePolicy
from fastapi_data.cache.request import is_short, query_that_counts, sorted_query
from fastapi_data.cache.routes import MarkedRoutes
from fastapi_data.cache.store import Key

RawAddress = tuple[str, str, bytes, str, str, bytes]
"""Method, scheme, host, root path, path and query, as the server read them."""

_REMEMBERED = 4096
_LONGEST_REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a cached route.

    Attributes:
        policy: the route's.
        key: where answers to it are kept, or the first part of that when headers or cookies count, too; None when it
            is too long. The host belongs to it (RFC 9111, section 2), or one client could choose the host that others
            find in an answer's links.
        is_key_whole: whether no headers or cookies count.
    """

    policy: CachePolicy
    key: Key | None
    is_key_whole: bool


class Addresses(dict[RawAddress, Address | None]):
    """Addresses, read when they are first asked for; None for those whose answers are not cached.

    Remembered are the shorter ones until they are too many, for clients choose what they ask for: a few megabytes.

    Args:
        routes: the application's.
    """

    def __init__(self, routes: MarkedRoutes) -> None:
        super().__init__()
        self._routes = routes

    def __missing__(self, raw: RawAddress) -> Address | None:
        """Read an address that is not remembered."""
        address = self._read(*raw)
        if sum(map(len, raw)) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[raw] = address
        return address

    def _read(self, method: str, scheme: str, host: bytes, root_path: str, path: str, query: bytes) -> Address | None:
        policy = self._routes.policy(method, path, root_path, host)
        if policy is None:
            return None
        key = (method, scheme, host, path, sorted_query(query_that_counts(query, policy.query)))
        is_key_whole = not policy.vary and not policy.cookies
        return Address(policy, key if is_short(key) else None, is_key_whole)
