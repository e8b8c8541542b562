"""What a cached answer costs, beside other caches and beside no cache at all.

``python -m benchmarks.response_cache``, with the ``benchmarks`` dependency group installed and a Redis at ``REDIS_URL``
(``redis://127.0.0.1:6379/0`` unless set). Prints one line for each figure: what was measured, the ratio, and what it
should reach. Peers are used in memory, without their middleware, which would slow them down: as their documents show,
and ``with_bytes``, keeping a finished response, which spares them making one of the route's result again.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from importlib import import_module
from multiprocessing.synchronize import Barrier
from typing import Any
from uuid import uuid4

from fastapi import FastAPI
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from fastapi_data import RedisStore, ResponseCache, cache_response

_ITEMS = [{"id": number, "name": f"item {number}", "tags": ["one", "two"], "price": 9.5} for number in range(124)]
"""About 8 kB of JSON."""
_PEERS = ("cashews", "cashews_with_bytes", "fastapi_cachex")
"""Those of the figure to reach."""
_HITS_IN_A_ROUND = 50
_SERVED = ("installed", "in front", "bare")
_MISSES = 1000
_PROCESSES = 4
_CONNECTIONS = 32
_REQUEST = b"GET / HTTP/1.1\r\nHost: benchmark\r\n\r\n"

Application = Callable[[Scope, Receive, Send], Awaitable[None]]


async def items() -> list[dict[str, Any]]:
    return _ITEMS


async def json_response() -> JSONResponse:
    return JSONResponse(_ITEMS)


def fastapi_data_installed() -> FastAPI:
    app = FastAPI()
    ResponseCache(ttl_seconds=3600).install(app)
    app.get("/", response_model=None)(cache_response(items))
    return app


def fastapi_data_in_front() -> Application:
    app = FastAPI()
    app.get("/", response_model=None)(cache_response(items))
    return ResponseCache(ttl_seconds=3600).in_front_of(app)


def cashews() -> FastAPI:
    cache = import_module("cashews").Cache()
    cache.setup("mem://")
    app = FastAPI()
    app.get("/", response_model=None)(cache(ttl="1h")(items))
    return app


def cashews_with_bytes() -> FastAPI:
    """A cached response object: nothing is serialised again on a hit."""
    cache = import_module("cashews").Cache()
    cache.setup("mem://")
    app = FastAPI()
    app.get("/", response_model=None)(cache(ttl="1h")(json_response))
    return app


def fastapi_cachex() -> FastAPI:
    package = import_module("fastapi_cachex")
    backends = import_module("fastapi_cachex.backends")
    package.BackendProxy.set(backends.MemoryBackend())
    app = FastAPI()
    app.get("/", response_model=None)(package.cache(ttl=3600)(items))
    return app


def fastapi_cache2() -> FastAPI:
    package = import_module("fastapi_cache")
    package.FastAPICache.init(import_module("fastapi_cache.backends.inmemory").InMemoryBackend())
    app = FastAPI()
    app.get("/", response_model=None)(import_module("fastapi_cache.decorator").cache(expire=3600)(items))
    return app


def fastapi_cache2_with_bytes() -> FastAPI:
    """A cached response object, pickled and unpickled."""
    package = import_module("fastapi_cache")
    package.FastAPICache.init(import_module("fastapi_cache.backends.inmemory").InMemoryBackend())
    app = FastAPI()
    cache = import_module("fastapi_cache.decorator").cache(
        expire=3600, coder=import_module("fastapi_cache.coder").PickleCoder
    )
    app.get("/", response_model=None)(cache(json_response))
    return app


def uncached() -> FastAPI:
    app = FastAPI()
    app.get("/", response_model=None)(items)
    return app


def empty_middleware() -> FastAPI:
    """What FastAPI itself takes before any middleware can answer."""

    def make(_app: Application) -> Application:
        async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        return answer

    app = FastAPI()
    app.add_middleware(make)
    return app


async def call(app: Application) -> list[Message]:
    """One request in this process."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"benchmark"), (b"user-agent", b"benchmark"), (b"accept", b"*/*")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await app(scope, receive, send)
    return sent


async def microseconds_per_hit(apps: dict[str, Application]) -> dict[str, float]:
    """The fastest of many short rounds: what else the machine does only ever adds.

    Each round begins with a request that is not timed: another application ran before it, and left the processor's
    caches with what it needed.
    """
    rounds: dict[str, list[float]] = {name: [] for name in apps}
    for _ in range(41):
        for name, app in apps.items():
            await call(app)
            started = time.perf_counter()
            for _ in range(_HITS_IN_A_ROUND):
                await call(app)
            rounds[name].append((time.perf_counter() - started) / _HITS_IN_A_ROUND * 1e6)
    return {name: min(measured) for name, measured in rounds.items()}


async def compare_hits() -> bool:
    await call(remembering := fastapi_data_in_front())
    _cached_messages.extend(await call(remembering))
    makers = (
        fastapi_data_in_front,
        fastapi_data_installed,
        cashews,
        cashews_with_bytes,
        fastapi_cachex,
        fastapi_cache2,
        fastapi_cache2_with_bytes,
        empty_middleware,
        uncached,
    )
    apps: dict[str, Application] = {"bare": bare, **{make.__name__: make() for make in makers}}
    taken = await microseconds_per_hit(apps)
    print(f"a hit, in process, {len(json.dumps(_ITEMS, separators=(',', ':')))} bytes of JSON:")
    for name, microseconds in taken.items():
        print(f"  {name:26} {microseconds:8.1f} microseconds")
    best = min(taken[peer] for peer in _PEERS)
    ours = taken["fastapi_data_in_front"]
    for peer in ("cashews", "fastapi_cache2"):
        print(f"  {taken[peer] / ours:.0f} times faster than {peer} used as its documents show")
    print(f"  {taken['fastapi_cache2_with_bytes'] / ours:.1f} times faster than fastapi_cache2 given response objects")
    installed, most = best / taken["fastapi_data_installed"], best / taken["empty_middleware"]
    figure = "times faster than the best of cashews and fastapi_cachex"
    print(f"  {installed:.1f} {figure}, installed as middleware; what FastAPI does before leaves at most {most:.1f}")
    return report(f"{figure}, in front of the application", best / ours, at_least=20)


async def bare(scope: Scope, _receive: Receive, send: Send) -> None:
    """The bytes that the cached route sends, and nothing else."""
    if scope["type"] == "http":
        start, body = _cached_messages
        await send({**start, "headers": list(start["headers"])})
        await send(body)


_cached_messages: list[Message] = []


def serve(kind: str, port: int) -> None:
    uvicorn = import_module("uvicorn")
    app: Application = fastapi_data_in_front() if kind == "in front" else fastapi_data_installed()

    async def remember() -> None:
        await call(app)
        _cached_messages.extend(await call(app))

    asyncio.run(remember())
    uvicorn.run(bare if kind == "bare" else app, port=port, log_level="error", access_log=False)


async def request_for(seconds: float, port: int) -> float:
    """Requests per second over connections that stay open."""
    answered = 0
    until = time.perf_counter() + seconds

    async def one_connection() -> None:
        nonlocal answered
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < until:
            writer.write(_REQUEST)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))
            answered += 1
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(one_connection() for _ in range(_CONNECTIONS)))
    return answered / (time.perf_counter() - started)


@contextlib.asynccontextmanager
async def served(kind: str) -> AsyncGenerator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "benchmarks.response_cache", "--serve", kind, "--port", str(port)]
    process = subprocess.Popen(command)  # noqa: ASYNC220 - this file
    try:
        while True:
            try:
                await request_for(0.01, port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)
            else:
                break
        yield port
    finally:
        process.kill()
        process.wait()


async def compare_served() -> bool:
    rates: dict[str, list[float]] = {kind: [] for kind in _SERVED}
    async with contextlib.AsyncExitStack() as servers:
        ports = {kind: await servers.enter_async_context(served(kind)) for kind in _SERVED}
        for _ in range(21):
            for kind, port in ports.items():
                rates[kind].append(await request_for(0.5, port))
    # The first rounds warm up.
    medians = {kind: statistics.median(measured[1:]) for kind, measured in rates.items()}
    shares = {kind: _median_share(measured[1:], rates["bare"][1:]) for kind, measured in rates.items()}
    print(f"under uvicorn, {_CONNECTIONS} connections:")
    for kind, median in medians.items():
        print(f"  {kind:20} {median:8.0f} requests/s, {shares[kind]:.2f} of bare")
    return report("of the bare application's requests/s, in front", shares["in front"], at_least=0.8)


def _median_share(rates: list[float], of: list[float]) -> float:
    return statistics.median(rate / other for rate, other in zip(rates, of, strict=True))


async def executions_in_one_process() -> bool:
    executions = 0
    app = FastAPI()
    ResponseCache().install(app)

    @app.get("/")
    @cache_response
    async def slow() -> list[dict[str, Any]]:  # pyright: ignore[reportUnusedFunction] - a route
        nonlocal executions
        executions += 1
        await asyncio.sleep(0.2)
        return _ITEMS

    await asyncio.gather(*(call(app) for _ in range(_MISSES)))
    return report(f"executions for {_MISSES} misses at once, one process", executions, at_most=1)


def miss_in_process(url: str, prefix: str, barrier: Barrier) -> None:
    async def miss() -> None:
        app = FastAPI()
        store = RedisStore(url, prefix=prefix, timeout_seconds=5)
        ResponseCache(store).install(app)
        counter = import_module("redis.asyncio").Redis.from_url(url)

        @app.get("/")
        @cache_response
        async def slow() -> list[dict[str, Any]]:  # pyright: ignore[reportUnusedFunction] - a route
            await counter.incr(f"{prefix}executions")
            await asyncio.sleep(0.5)
            return _ITEMS

        barrier.wait()
        answers = await asyncio.gather(*(call(app) for _ in range(_MISSES // _PROCESSES)))
        assert all(answer[0]["status"] == 200 for answer in answers)
        await store.close()
        await counter.aclose()

    asyncio.run(miss())


def executions_in_four_processes() -> bool:
    url = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
    prefix = f"benchmark:{uuid4().hex}:"
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(_PROCESSES)
    processes = [context.Process(target=miss_in_process, args=(url, prefix, barrier)) for _ in range(_PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    with import_module("redis").Redis.from_url(url) as client:
        executions = int(client.get(f"{prefix}executions"))
        for name in client.scan_iter(f"{prefix}*"):
            client.delete(name)
    assert [process.exitcode for process in processes] == [0] * _PROCESSES
    return report(f"executions for {_MISSES} misses at once, {_PROCESSES} processes", executions, at_most=1)


def report(what: str, figure: float, *, at_least: float | None = None, at_most: float | None = None) -> bool:
    reached = (at_least is None or figure >= at_least) and (at_most is None or figure <= at_most)
    wanted = f"at least {at_least}" if at_least is not None else f"at most {at_most}"
    print(f"  {figure:.2f} {what}; to reach: {wanted}: {'reached' if reached else 'MISSED'}")
    return reached


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--serve", choices=_SERVED, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve, arguments.port)
        return 0
    reached = [
        asyncio.run(compare_hits()),
        asyncio.run(compare_served()),
        asyncio.run(executions_in_one_process()),
        executions_in_four_processes(),
    ]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    raise SystemExit(main())
