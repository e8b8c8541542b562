"""The slow application answers from its cache."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType

import anyio
import httpx2
import pytest

from fastapi_data import MemoryStore

SOURCE = Path(__file__).parents[2] / "examples/cached/application.py"


class Readings:
    """Counts what the thermometers are asked, and takes no time."""

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 1000.0

    async def wait(self) -> None:
        self.count += 1


@pytest.fixture
def example(monkeypatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("cached_application", SOURCE)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def readings() -> Readings:
    return Readings()


@pytest.fixture
async def client(example, readings, client_of) -> AsyncIterator[httpx2.AsyncClient]:
    store = MemoryStore(clock=lambda: readings.seconds)
    async with client_of(example.create_app(example.Thermometers(readings.wait), store)) as client:
        yield client


async def test_json_and_the_page_are_computed_once(client, readings):
    for _ in range(3):
        assert (await client.get("/temperatures/Delft")).json() == {"city": "Delft", "celsius": 11.5}
        assert "<li>Leiden: 12.0 °C</li>" in (await client.get("/")).text
    assert readings.count == 3
    assert (await client.get("/statistics")).json()["hits"] == 4


async def test_a_change_is_seen_at_once_and_concerns_nothing_else(client, readings):
    for address in ("/", "/temperatures/Delft", "/temperatures/Leiden"):
        await client.get(address)
    await client.post("/temperatures/Delft?celsius=20")
    readings.count = 0
    assert (await client.get("/temperatures/Delft")).json()["celsius"] == 20
    assert "Delft: 20.0 °C" in (await client.get("/")).text
    assert readings.count == 3
    assert "age" in (await client.get("/temperatures/Leiden")).headers
    assert readings.count == 3


async def test_a_stale_temperature_is_shown_while_a_newer_one_is_read(client, readings):
    await client.get("/temperatures/Delft")
    readings.seconds += 30
    assert (await client.get("/temperatures/Delft")).headers["age"] == "30"
    with anyio.fail_after(30):
        while (await client.get("/temperatures/Delft")).headers["age"] != "0":
            await anyio.lowlevel.checkpoint()
    assert readings.count == 2


async def test_a_stale_page_is_computed_anew(client, readings):
    await client.get("/")
    readings.seconds += 30
    assert "age" not in (await client.get("/")).headers


async def test_clearing_forgets_everything(client, readings):
    await client.get("/")
    await client.post("/clear")
    await client.get("/")
    assert readings.count == 4


async def test_what_does_not_exist_is_not_kept(client):
    assert (await client.get("/temperatures/Atlantis")).status_code == 404
    await client.post("/temperatures/Atlantis?celsius=4")
    assert (await client.get("/temperatures/Atlantis")).json()["celsius"] == 4
