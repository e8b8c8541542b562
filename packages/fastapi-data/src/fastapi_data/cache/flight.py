"""Single flight: one execution for all who ask for the same answer at the same time."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from anyio import Event

from fastapi_data.cache.store import Key, StoredResponse


class Landing(Enum):
    """How an execution ended when there is no answer to share."""

    NOT_STORABLE = auto()
    """The answer is for the one who asked: everybody else has to ask for themselves."""
    FAILED = auto()
    """There is no good answer: somebody else should try."""


class Shared(NamedTuple):
    """An answer for all who wait.

    Attributes:
        response: the answer.
        holds: False when it was invalidated while it was computed: good for those who asked before the execution
            began, out of date for those who asked after the invalidation.
    """

    response: StoredResponse
    holds: bool


class Flight:
    """One execution that others wait for."""

    def __init__(self) -> None:
        self._landed = Event()
        self._outcome: Shared | Landing = Landing.FAILED

    def land(self, outcome: Shared | Landing) -> None:
        """Wake everybody who waits; only the first call counts."""
        if not self._landed.is_set():
            self._outcome = outcome
            self._landed.set()

    async def outcome(self) -> Shared | Landing:
        """How it ended, when it has."""
        await self._landed.wait()
        return self._outcome


class Flights:
    """The executions under way, by key."""

    def __init__(self) -> None:
        self._flights: dict[Key, Flight] = {}

    def find(self, key: Key) -> Flight | None:
        """The execution to wait for, or None."""
        return self._flights.get(key)

    def start(self, key: Key) -> Flight:
        """A new execution that others who ask for the key will wait for."""
        flight = self._flights[key] = Flight()
        return flight

    def land(self, key: Key, flight: Flight, outcome: Shared | Landing) -> None:
        """End an execution; only the first call counts."""
        # After forget_all() a newer one may have its place.
        if self._flights.get(key) is flight:
            del self._flights[key]
        flight.land(outcome)

    def forget_all(self) -> None:
        """Let nobody join the executions under way any more."""
        self._flights.clear()
