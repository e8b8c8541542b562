"""What the cache says of itself."""

from __future__ import annotations

import importlib.util
from itertools import count

import anyio
import pytest
from fastapi import FastAPI, HTTPException, Response
from prometheus_client import CollectorRegistry, generate_latest

from fastapi_data import CacheCollector, CacheStats, MemoryStore, MissingDriverError, ResponseCache, cache_response


async def test_every_request_is_counted_by_how_it_was_answered(make_client, clock, gate, until_waiting):
    cache = ResponseCache(MemoryStore(clock=clock, max_bytes=3000), stale_while_revalidate_seconds=5)
    calls = count()

    def add_routes(app: FastAPI) -> None:
        @app.get("/{name}")
        @cache_response
        async def route(name: str) -> str:
            if name == "error":
                raise HTTPException(404)
            if name == "gate":
                await gate.pass_through()
            return f"{next(calls)}"

    async with make_client(cache, add_routes) as client:
        assert cache.stats() == CacheStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        for path in ("/a", "/a", "/error", "/b", "/c"):
            await client.get(path)
        await client.get("/a", headers={"Authorization": "x"})
        clock.seconds += 61
        await client.get("/c")
        while cache._core.flights._flights:
            await anyio.lowlevel.checkpoint()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.get, "/gate")
            await gate.entered[0].wait()
            tasks.start_soon(client.get, "/gate")
            await until_waiting(cache, 1)
            gate.open[0].set()
    stats = cache.stats()
    assert 0 < stats.size_bytes <= 3000
    assert stats == CacheStats(
        hits=1,
        stale=1,
        shared=1,
        misses=5,
        bypassed=1,
        stores=5,
        refusals=1,
        vary_refusals=0,
        revalidations=1,
        evictions=2,
        size_bytes=stats.size_bytes,
        waiting=0,
    )


async def test_a_vary_that_keeps_a_route_from_being_cached_is_counted_and_warned_of_once(app, client, cache, caplog):
    @app.get("/pages/{name}")
    @cache_response
    async def page(name: str, response: Response) -> str:
        response.headers["Vary"] = "X-Theme, Accept-Encoding, Accept"
        return name

    @app.get("/missing")
    @cache_response
    async def missing() -> None:
        raise HTTPException(404, headers={"Vary": "X-Theme"})

    @app.get("/private")
    @cache_response
    async def private(response: Response) -> None:
        response.headers.update({"Vary": "X-Theme", "Cache-Control": "private"})

    for path in ("/private", "/pages/a", "/pages/b", "/pages/a", "/missing"):
        await client.get(path)
    assert (cache.stats().refusals, cache.stats().vary_refusals) == (5, 3)
    [record] = caplog.records
    assert (record.name, record.levelname) == ("fastapi_data.cache", "WARNING")
    assert "/pages/{name}" in record.message
    assert "Vary names accept, x-theme" in record.message


async def test_prometheus_reads_them(make_client, store):
    cache = ResponseCache(store)

    def add_routes(app: FastAPI) -> None:
        @app.get("/")
        @cache_response
        async def route() -> int:
            return 1

    registry = CollectorRegistry()
    registry.register(CacheCollector(cache, prefix="pages"))
    async with make_client(cache, add_routes) as client:
        for _ in range(3):
            await client.get("/")
    written = generate_latest(registry).decode()
    assert 'pages_requests_total{outcome="hits"} 2.0' in written
    assert 'pages_requests_total{outcome="misses"} 1.0' in written
    assert "pages_evictions_total 0.0" in written
    assert f"pages_size_bytes {float(store.size_bytes)}" in written


async def test_what_a_store_cannot_tell_is_left_out(make_redis_store):
    cache = ResponseCache(make_redis_store())
    assert (cache.stats().evictions, cache.stats().size_bytes) == (None, None)
    names = {metric.name for metric in CacheCollector(cache).collect()}
    assert "response_cache_stores" in names
    assert names.isdisjoint({"response_cache_evictions", "response_cache_size_bytes"})


def test_without_prometheus_the_error_names_the_extra(monkeypatch):
    monkeypatch.setattr("fastapi_data.cache.prometheus.find_spec", lambda _: None)
    with pytest.raises(MissingDriverError, match=r"fastapi-data\[prometheus\]"):
        CacheCollector(ResponseCache())
    assert importlib.util.find_spec("prometheus_client")
