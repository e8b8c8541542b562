"""kill -9 at any step of a publish leaves a complete library, and the next publish cleans up."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from livedocs.library import reader
from livedocs.library.postgres.leases import keep_published

# Names what a publish does as it does it (steps reported, statements sent, transactions ended) and kills itself at the
# given occurrence of one of these steps. Each publish is a fork of the process that has imported everything.
_PUBLISHER = """
import asyncio, os, signal, sys
from pathlib import Path
from sqlalchemy import Engine, event
from fastapi_data import PostgresDatabase
from livedocs.library.postgres.connecting import opened
from livedocs.library.postgres.publishing import publishing

async def publish(url, path, step):
    event.listen(Engine, "before_cursor_execute", lambda *given: step(given[2]))
    event.listen(Engine, "commit", lambda connection: step("COMMIT"))
    async with opened(PostgresDatabase(url)) as engine, publishing(engine) as publisher:
        await publisher.publish(Path(path), lambda *given: step(given[0]))

def run(url, path, deadly, left):
    def step(what):
        nonlocal left
        left -= what.strip().startswith(deadly)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    asyncio.run(publish(url, path, step))

for line in sys.stdin:
    deadly, left = line.rsplit(maxsplit=1)
    child = os.fork()
    if child == 0:
        run(*sys.argv[1:], deadly, int(left))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
_BEFORE_THE_SWITCH = [
    ("SELECT pg_try_advisory_xact_lock", 1),
    ("INSERT INTO library_generation", 1),
    ("CREATE SCHEMA", 1),
    ("CREATE TABLE", 4),
    ("Copying the library", 7),
    ("Building indexes", 1),
    ("ALTER TABLE", 20),
    ("VACUUM", 3),
    ("Switching to the new library", 1),
    ("UPDATE library_generation", 1),
    ("UPDATE library_generation", 2),
    ("SELECT pg_notify", 1),
]
_AFTER_THE_SWITCH = [
    ("Removing libraries that nobody reads", 1),
    ("LOCK TABLE", 1),
    ("DROP SCHEMA", 2),  # the first one drops what the publish before left half done
    ("DELETE FROM library_generation", 1),
]


@pytest.fixture
def publish_until(database_url: str, jinja_library: Path) -> Iterator[Callable[[str, int], int]]:
    """Publishes Jinja's documentation in a process that is killed at a step, and gives its exit code."""
    command = [sys.executable, "-c", _PUBLISHER, database_url, str(jinja_library)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as publisher:

        def publish_until(step: str, occurrence: int) -> int:
            publisher.stdin.write(f"{step} {occurrence}\n")
            publisher.stdin.flush()
            return int(publisher.stdout.readline())

        yield publish_until
        publisher.stdin.close()


@pytest.fixture
def published_names(engine):
    """Asks for the number of the published generation, and for the docsets read from it."""

    async def ask() -> tuple[int, list[str]]:
        async with engine.connect() as connection:
            generation = await connection.run_sync(keep_published)
            await connection.execution_options(**generation.execution_options)
            assert await connection.run_sync(reader.library_hash) == generation.library_hash
            return generation.id, [docset.name for docset in await connection.run_sync(reader.docsets)]

    return ask


async def test_a_complete_library_survives_a_publish_killed_at_any_step(
    publish, publish_until, published_names, schemas, other_library
):
    first = (await publish(other_library)).id
    for step in _BEFORE_THE_SWITCH:
        assert publish_until(*step) == -signal.SIGKILL, step
        assert await published_names() == (first, ["other"]), step
    last = first
    for step in _AFTER_THE_SWITCH:
        assert publish_until(*step) == -signal.SIGKILL, step
        number, names = await published_names()
        assert (number > last, names) == (True, ["jinja"]), step
        last = number
    assert len(await schemas()) > 1
    assert publish_until("nothing like it", 1) == 0
    assert await schemas() == [f"livedocs_g{(await published_names())[0]}"]
