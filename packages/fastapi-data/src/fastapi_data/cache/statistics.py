"""What a cache did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """What one cache did so far; see ``CacheStats``."""

    hits: int = 0
    stale: int = 0
    shared: int = 0
    misses: int = 0
    bypassed: int = 0
    stores: int = 0
    refusals: int = 0
    vary_refusals: int = 0
    revalidations: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class CacheStats:
    """What a cache did since it was made, in this process.

    Attributes:
        hits: requests answered with a fresh stored answer.
        stale: requests answered with a stale one.
        shared: requests answered with what another request had computed while they waited.
        misses: requests whose answer was computed.
        bypassed: requests to cached routes that had to reach the route: with credentials, a body or ``no-store``.
        stores: answers handed to the store.
        refusals: answers that were computed but must not be stored, errors among them.
        vary_refusals: of these, answers whose ``Vary`` names headers that do not count for their route.
        revalidations: newer answers computed in the background; not among ``misses``.
        evictions: answers dropped for want of room; None when the store cannot tell.
        size_bytes: about how much memory the stored answers take; None when the store cannot tell.
        waiting: requests that wait for another's answer now.
    """

    hits: int
    stale: int
    shared: int
    misses: int
    bypassed: int
    stores: int
    refusals: int
    vary_refusals: int
    revalidations: int
    evictions: int | None
    size_bytes: int | None
    waiting: int
