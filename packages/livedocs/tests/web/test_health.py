"""What an orchestrator asks."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from httpx2 import ASGITransport, AsyncClient
from selectolax.lexbor import LexborHTMLParser

from livedocs.library import build
from livedocs.settings import Settings
from livedocs.web.app import create_app

_READY = {"status": "ready", "reasons": [], "dependencies": {"library": {"status": "ok", "reason": None}}}


async def test_a_running_process_is_alive(client: AsyncClient):
    answer = await client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


async def test_with_a_library_loaded_it_is_ready(client: AsyncClient):
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, _READY)


async def test_before_the_library_is_loaded_it_is_alive_but_not_ready(jinja_library: Path, anyio_backend: str):
    app = create_app(Settings(library_path=jinja_library))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://livedocs") as client:
        assert (await client.get("/healthz")).status_code == 200
        answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "not ready"
    assert "is not loaded" in answer.json()["reasons"][0]
    assert answer.json()["dependencies"]["library"]["status"] == "failed"
    assert answer.headers["Cache-Control"] == "no-store"


async def test_with_an_empty_library_it_is_not_ready_and_says_what_to_do(
    jinja_library: Path,
    tmp_path: Path,
    serve: Callable[[Path], AbstractAsyncContextManager[AsyncClient]],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("LIVEDOCS_COMMAND", "./run")
    path = shutil.copy(jinja_library, tmp_path / "library.sqlite")
    build.remove("jinja", "3.1.x", path)
    async with serve(path) as client:
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert "Build one with './run build python'." in answer.json()["reasons"][0]
        home = LexborHTMLParser((await client.get("/")).text)
        assert home.css_first(".start-docsets p").text().strip().endswith("with ./run build python.")
