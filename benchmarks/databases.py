"""What the databases of fastapi-data cost, beside what people would write without it.

``python -m benchmarks.databases``, with the ``benchmarks`` dependency group installed, prints ratios beside what they
should reach; absolute figures in brackets are of this machine and this moment.
"""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, closing
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session

from benchmarks.targets import print_machine, report
from fastapi_data import Database, InMemoryDatabase

ROWS = 20_000
CONCURRENT = 32
REQUESTS = 2_000
ROUNDS = 5
POINT = text("SELECT name FROM person WHERE id = :id")
HEAVY = text("SELECT count(*) FROM person a, person b WHERE a.id < 150 AND a.name < b.name")

MEMORY = """
import asyncio, sys
from sqlalchemy import text
from fastapi_data import InMemoryDatabase

def kib():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("RssAnon"))

async def main():
    database = InMemoryDatabase(sys.argv[1], shared=sys.argv[2] == "shared")
    warm = InMemoryDatabase(sys.argv[3], shared=sys.argv[2] == "shared")
    async with warm.lifespan():
        await warm.ping()
    before = kib()
    async with database.lifespan():
        await database.run(lambda session: session.execute(text("SELECT sum(length(name)) FROM person")).one())
        print((kib() - before) * 1024)

asyncio.run(main())
"""


def write_people(path: Path, rows: int, width: int = 10) -> Path:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
        names = ((f"{number:0{width}}",) for number in range(rows))
        connection.executemany("INSERT INTO person (name) VALUES (?)", names)
    return path


def application(session_of: Callable[..., Any]) -> FastAPI:
    """The same route for every contender."""
    app = FastAPI()

    async def name(number: int, session: AsyncSession) -> str:
        return (await session.execute(POINT, {"id": number})).scalar_one()

    name.__annotations__ = {"number": int, "session": Annotated[AsyncSession, Depends(session_of)], "return": str}
    app.get("/{number}")(name)
    return app


def application_of_run(database: Database) -> FastAPI:
    app = FastAPI()

    def find(session: Session, number: int) -> str:
        return session.execute(POINT, {"id": number}).scalar_one()

    @app.get("/{number}")
    async def name(number: int) -> str:  # pyright: ignore[reportUnusedFunction] - the application has it
        return await database.run(find, number)

    return app


def application_of_databases(peer: Any) -> FastAPI:
    app = FastAPI()

    @app.get("/{number}")
    async def name(number: int) -> str:  # pyright: ignore[reportUnusedFunction] - the application has it
        return await peer.fetch_val(POINT.text, {"id": number})

    return app


async def seconds_of_requests(app: FastAPI) -> float:
    """How long an application takes for all requests, with so many at once."""
    numbers = iter(range(1, REQUESTS + 1))

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        assert message.get("status", 200) == 200

    async def ask_in_turn() -> None:
        base: dict[str, Any] = {"type": "http", "method": "GET", "query_string": b"", "headers": [], "root_path": ""}
        for number in numbers:
            await app({**base, "path": f"/{number}"}, receive, send)

    started = time.perf_counter()
    await asyncio.gather(*(ask_in_turn() for _ in range(CONCURRENT)))
    return time.perf_counter() - started


async def compare_point_queries(path: Path) -> None:
    url = f"sqlite+aiosqlite:///{path}"
    engine = create_async_engine(url)
    sessions = async_sessionmaker(engine, expire_on_commit=False)

    async def plain_session() -> Any:
        async with sessions() as session:
            yield session

    memory = InMemoryDatabase(path)
    toolsets = import_module("fastapi_toolsets.db").Database(url)
    databases = import_module("databases").Database(url)
    of_toolsets = application(toolsets)
    toolsets.install(of_toolsets)
    contenders = {
        "sqlite+aiosqlite": application(plain_session),
        "fastapi-toolsets": of_toolsets,
        "databases": application_of_databases(databases),
        "Depends(db)": application(memory),
        "db.run": application_of_run(memory),
    }
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(memory.lifespan())
        await stack.enter_async_context(databases)
        await stack.enter_async_context(toolsets.lifespan(of_toolsets))
        stack.push_async_callback(engine.dispose)
        # In turns, so that what else the machine does meets all of them.
        for _ in range(ROUNDS):
            for name, app in contenders.items():
                seconds[name].append(await seconds_of_requests(app))
    rates = {name: REQUESTS / statistics.median(times) for name, times in seconds.items()}
    print(f"a row by its key, {CONCURRENT} requests at once:")
    for name, rate in rates.items():
        print(f"  {rate:9.0f}  requests/s, {name}")
    plain = rates["sqlite+aiosqlite"]
    report("times as many requests by Depends(db) as by sqlite+aiosqlite", rates["Depends(db)"] / plain, at_least=2)
    report("times as many requests by db.run as by sqlite+aiosqlite", rates["db.run"] / plain, at_least=5)


async def compare_threads(path: Path) -> None:
    database = InMemoryDatabase(path, threads=2)

    async def rate(at_once: int) -> float:
        started = time.perf_counter()
        await asyncio.gather(*(database.run(lambda session: session.execute(HEAVY).one()) for _ in range(at_once)))
        return at_once / (time.perf_counter() - started)

    async with database.lifespan():
        await rate(2)
        ratios = [await rate(2) / await rate(1) for _ in range(ROUNDS)]
    report("times as many heavy queries on 2 threads as on 1", statistics.median(ratios), at_least=1.7)


def compare_memory(folder: Path) -> None:
    small, large = write_people(folder / "small.db", 10), write_people(folder / "large.db", 40_000, width=2_000)
    size = large.stat().st_size

    def anonymous_bytes(mode: str) -> int:
        command = [sys.executable, "-c", MEMORY, str(large), mode, str(small)]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    report(f"times the memory of a file of {size / 1e6:.0f} MB, copied", anonymous_bytes("copied") / size, at_most=1.2)
    report("MB for each further worker, shared", anonymous_bytes("shared") / 1e6, at_most=10)


def compare_imports() -> None:
    def milliseconds(program: str) -> float:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], check=True)
        return (time.perf_counter() - started) * 1000

    pairs = [(milliseconds("import fastapi"), milliseconds("import fastapi, fastapi_data")) for _ in range(4 * ROUNDS)]
    difference = min(after for _, after in pairs) - min(before for before, _ in pairs)
    report("ms to import fastapi_data besides FastAPI", difference, at_most=20)


def main() -> None:
    """Measure and print everything."""
    print_machine()
    with tempfile.TemporaryDirectory() as name:
        path = write_people(Path(name, "people.db"), ROWS)
        asyncio.run(compare_point_queries(path))
        asyncio.run(compare_threads(path))
        compare_memory(Path(name))
    compare_imports()


if __name__ == "__main__":
    main()
