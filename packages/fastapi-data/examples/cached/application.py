"""Temperatures from thermometers that take their time, cached: as JSON and as a page.

Start it with ``python application.py`` (besides fastapi-data it needs ``pip install jinja2 uvicorn``) and open
http://127.0.0.1:8004: the first answer takes two seconds, later ones nothing. POST to ``/temperatures/Delft`` to change
one, to ``/clear`` to forget all; http://127.0.0.1:8004/statistics counts what the cache did.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel

from fastapi_data import CacheStats, MemoryStore, ResponseCache, cache_response, cache_tags

TEMPLATES = Path(__file__).with_name("templates")


class Temperature(BaseModel):
    """What one thermometer shows."""

    city: str
    celsius: float


class Thermometers:
    """A slow source of data.

    Args:
        wait: awaited before each reading.
    """

    def __init__(self, wait: Callable[[], Awaitable[None]]) -> None:
        self._wait = wait
        self._celsius = {"Delft": 11.5, "Leiden": 12.0}

    @property
    def cities(self) -> list[str]:
        """Where they are."""
        return list(self._celsius)

    async def read(self, city: str) -> Temperature:
        """Read one of them.

        Raises:
            KeyError: there is none in this city.
        """
        celsius = self._celsius[city]
        await self._wait()
        return Temperature(city=city, celsius=celsius)

    def set(self, city: str, celsius: float) -> None:
        """Let it be warmer or colder in a city."""
        self._celsius[city] = celsius


def create_app(thermometers: Thermometers, store: MemoryStore | None = None) -> FastAPI:
    """The application.

    Args:
        thermometers: what it shows.
        store: where answers are kept; in this process unless given.
    """
    cache = ResponseCache(store, ttl_seconds=10, ttl_jitter=0.1)
    templates = Jinja2Templates(TEMPLATES)
    app = FastAPI(title="Temperatures")
    cache.install(app)

    @app.get("/", response_class=HTMLResponse)
    @cache_response(tags=["page"])
    async def page(request: Request) -> HTMLResponse:
        read = [await thermometers.read(city) for city in thermometers.cities]
        return templates.TemplateResponse(request, "page.html", {"temperatures": read})

    @app.get("/temperatures/{city}")
    @cache_response(stale_while_revalidate_seconds=60)
    async def temperature(city: str, request: Request) -> Temperature:
        if city not in thermometers.cities:
            raise HTTPException(404, "There is no thermometer.")
        cache_tags(request, city)
        return await thermometers.read(city)

    @app.post("/temperatures/{city}")
    async def change(city: str, celsius: float) -> None:
        thermometers.set(city, celsius)
        await cache.invalidate(tags=["page", city])

    @app.post("/clear")
    async def clear() -> None:
        await cache.clear()

    @app.get("/statistics")
    async def statistics() -> CacheStats:
        return cache.stats()

    return app


async def take_a_second() -> None:
    """Be as slow as a thermometer at the other end of a bad line."""
    await asyncio.sleep(1)


if __name__ == "__main__":
    uvicorn.run(create_app(Thermometers(take_a_second)), port=int(os.environ.get("PORT", "8004")))
