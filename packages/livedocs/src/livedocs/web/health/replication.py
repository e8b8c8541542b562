"""The servers of a library in PostgreSQL that has replicas, and how each of them is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from livedocs.web.health.checks import Check

if TYPE_CHECKING:
    from fastapi_data import ReplicaStatus


@runtime_checkable
class Replicated(Protocol):
    """A library that may be read from several servers."""

    has_replicas: bool
    primary_is_away: bool

    def replica_status(self) -> list[ReplicaStatus]:
        """How each replica is."""
        ...


def replication_checks(library: object) -> list[Check]:
    """Whether the primary answers and each replica is read from; nothing where there are no replicas."""
    if not isinstance(library, Replicated) or not library.has_replicas:
        return []

    async def ask_primary() -> str:
        if library.primary_is_away:
            return "The primary does not answer; searches go on from replicas, and nothing can be published."
        return ""

    async def ask_replicas() -> str:
        states = [status.state for status in library.replica_status()]
        left_out = [f"{states.count(state)} {state}" for state in ("away", "behind") if state in states]
        return f"Of {len(states)} replicas are left out: {', '.join(left_out)}." if left_out else ""

    return [Check("primary", False, ask_primary), Check("replicas", False, ask_replicas)]
