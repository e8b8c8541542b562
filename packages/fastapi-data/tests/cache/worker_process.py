"""A worker for test_processes.py: asks its own application many times at once, and prints what it got."""

from __future__ import annotations

import sys
from collections import Counter

import anyio
import httpx2
import redis.asyncio
from fastapi import FastAPI

from fastapi_data import RedisStore, ResponseCache, cache_response


async def main(url: str, prefix: str, requests: int) -> None:
    app = FastAPI()
    ResponseCache(RedisStore(url, prefix=prefix, timeout_seconds=30, lease_seconds=60)).install(app)
    counter = redis.asyncio.Redis.from_url(url)

    @app.get("/")
    @cache_response
    async def executions() -> int:
        number = await counter.incr(f"{prefix}executions")
        # So slow that every request of every worker is there before it answers.
        await counter.blpop([f"{prefix}everybody-arrived"])
        return number

    answers: Counter[str] = Counter()
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://worker") as client:

        async def ask() -> None:
            if await counter.incr(f"{prefix}arrived") == requests:
                await counter.rpush(f"{prefix}everybody-arrived", "1")
            answers[(await client.get("/")).text] += 1

        # All workers begin together.
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        async with anyio.create_task_group() as tasks:
            for _ in range(requests // 4):
                tasks.start_soon(ask)
    await counter.aclose()
    sys.stdout.write(f"{dict(answers)}\n")


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], sys.argv[2], int(sys.argv[3]))
