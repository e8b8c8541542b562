"""PostgreSQL servers of a test's own, which it may stop, break and configure."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from own_servers import PostgresServer, new_postgres


@pytest.fixture(scope="module")
def initialised() -> Iterator[PostgresServer]:
    """A server that does not run."""
    with new_postgres() as server:
        server.initialise()
        yield server


@pytest.fixture
def cluster(initialised: PostgresServer) -> Iterator[PostgresServer]:
    """A server that runs."""
    initialised.start()
    yield initialised
    if initialised.is_running:
        initialised.stop()
