"""The port of a store: where answers are kept, and who may compute one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

Key = tuple[str | bytes, ...]
"""Method, scheme, host, path, query, and the headers and cookies that count: what an answer may depend on."""

Headers = tuple[tuple[bytes, bytes], ...]
"""Names, in lower case, and values, in the order they are sent."""

_BOOKKEEPING_BYTES = 1024
"""What one entry costs besides its bytes: Python's objects for it, its key and its headers; estimated."""
_TAG_BYTES = 512
"""What one tag costs besides its letters: the text's own object, and what a store finds its answers by; estimated."""


@dataclass(frozen=True, slots=True)
class Representation:
    """One form of an answer (RFC 9110, section 3.2), as it is sent.

    Attributes:
        encoding: its content coding, e.g. ``gzip``; empty for the body as the route made it.
        headers: names are lower-case.
        body: the whole body.
        etag: the validator among the headers, or None.
    """

    encoding: str
    headers: Headers
    body: bytes
    etag: bytes | None


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """One answer, in every form it is sent in.

    All times are the store's clock, in seconds.

    Attributes:
        representations: the body as the route made it first.
        stored_at: when it was computed.
        fresh_until: from then on it is stale.
        revalidate_until: until then it may be replayed stale while a newer one is computed.
        error_until: until then it may be replayed stale when computing a newer one fails.
        tags: what ``invalidate`` knows it by.
    """

    representations: tuple[Representation, ...]
    stored_at: float
    fresh_until: float
    revalidate_until: float = 0.0
    error_until: float = 0.0
    tags: frozenset[str] = frozenset()

    @property
    def expires_at(self) -> float:
        """From then on it is of no use."""
        return max(self.fresh_until, self.revalidate_until, self.error_until)

    @property
    def size_bytes(self) -> int:
        """About how much memory it takes, its tags included, its key not."""
        forms = sum(
            len(form.body) + sum(len(name) + len(value) for name, value in form.headers)
            for form in self.representations
        )
        return (
            _BOOKKEEPING_BYTES
            + forms
            + sum(_TAG_BYTES + len(tag.encode("utf-8", "surrogatepass")) for tag in self.tags)
        )

    def representation(self, accepted: tuple[str, ...]) -> Representation:
        """The form for a client.

        Args:
            accepted: content codings, best first.
        """
        for encoding in accepted:
            for form in self.representations:
                if form.encoding == encoding:
                    return form
        return self.representations[0]


class Lease(Protocol):
    """The right to compute an answer; ends with ``store`` or ``release``."""

    async def store(self, response: StoredResponse) -> bool:
        """Keep the answer, unless what it was computed from was invalidated since the lease began.

        Returns:
            False when it was invalidated; True else, also when a store declines it for want of room.
        """
        ...

    async def release(self, *, storable: bool) -> None:
        """End without an answer to keep; does nothing after the first end.

        Args:
            storable: whether somebody else might do better; False when the answer was for one client only, so that
                nobody need wait for another.
        """
        ...


class ResponseStore(Protocol):
    """The port of a store.

    Attributes:
        clock: returns seconds; every process that shares the store agrees on it.
    """

    clock: Callable[[], float]

    @property
    def evictions(self) -> int | None:
        """How many answers were dropped for want of room; None when the store cannot tell."""
        ...

    @property
    def size_bytes(self) -> int | None:
        """About how much memory the answers take; None when the store cannot tell."""
        ...

    def at_hand(self, key: Key) -> StoredResponse | None:
        """The answer under a key, whether or not it has expired; None also when finding it takes waiting."""
        ...

    async def get(self, key: Key) -> StoredResponse | None:
        """The answer under a key, fresh or stale, that has not expired; or None."""
        ...

    async def acquire(self, key: Key, *, newer_than: float) -> Lease | StoredResponse:
        """The right to compute an answer, as soon as no other process has it; or the answer that came meanwhile.

        Args:
            key: the answer's.
            newer_than: only an answer that was computed after this time will do.
        """
        ...

    async def try_acquire(self, key: Key) -> Lease | None:
        """The right to compute an answer, or None when another process has it."""
        ...

    async def invalidate(self, tags: Collection[str]) -> None:
        """Drop every answer that has one of the tags, and those being computed that will have."""
        ...

    async def clear(self) -> None:
        """Drop every answer, and those being computed."""
        ...

    async def close(self) -> None:
        """Give back what is held open; the next use opens it again."""
        ...
