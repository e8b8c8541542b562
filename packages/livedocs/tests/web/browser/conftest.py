"""A real server and a real browser."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from chromium import launch
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from livedocs.settings import Settings
from livedocs.web.app import create_app


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


class AnnouncedServer(uvicorn.Server):
    """A server that tells another thread when it answers, or that it never will."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.announced = threading.Event()

    async def startup(self, sockets: list | None = None) -> None:
        await super().startup(sockets)
        self.announced.set()


@contextmanager
def serving(library: Path, **settings: Any) -> Generator[str]:
    """Serve a library on a free port, in a thread of its own; gives the address."""
    app = create_app(Settings(library_path=library, **settings))
    server = AnnouncedServer(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert server.announced.wait(timeout=60)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def origin(python_library: Path) -> Generator[str]:
    """Where Python's documentation is served."""
    with serving(python_library) as address:
        yield address


@pytest.fixture(scope="session")
def embedded_origin(embedded_library: Path, semantic_cache: Path) -> Generator[str]:
    """Where Jinja's documentation is served, by its meaning, too."""
    with serving(embedded_library, cache_folder=semantic_cache) as address:
        yield address


@pytest.fixture(scope="session")
def versions_origin(versions_library: Path) -> Generator[str]:
    """Where one documentation is served in two versions."""
    with serving(versions_library) as address:
        yield address


@pytest.fixture(scope="session")
def hostile_origin(hostile_library: Path) -> Generator[str]:
    """Where the documentation that means harm is served."""
    with serving(hostile_library) as address:
        yield address


@pytest.fixture(scope="session")
async def browser(anyio_backend: str) -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        started = await launch(playwright)
        yield started
        await started.close()


class Watched:
    """What a page did that it ought not to do.

    Attributes:
        complaints: errors and warnings of its console, refusals of the Content-Security-Policy among them.
        addresses: what it asked for and got.
        asked: what it asked for, whether it got it or was refused.
    """

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        self.addresses: list[str] = []
        self.asked: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("requestfinished", lambda request: self.addresses.append(request.url))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@pytest.fixture
async def unwatched_page(browser: Browser, origin: str) -> AsyncGenerator[Page]:
    """A page on the app's origin, for a test in which something has to go wrong."""
    context = await browser.new_context(base_url=origin, viewport={"width": 1280, "height": 800})
    yield await context.new_page()
    await context.close()


@pytest.fixture
async def page(unwatched_page: Page, origin: str) -> AsyncGenerator[Page]:
    """A page on the app's origin, which must complain of nothing and reach nobody else."""
    watched = Watched(unwatched_page)
    yield unwatched_page
    assert watched.complaints == []
    assert watched.addresses
    assert [address for address in watched.addresses if not address.startswith(f"{origin}/")] == []


@pytest.fixture
def coming_library(tmp_path: Path) -> Path:
    """Where a library will be."""
    (tmp_path / "data").mkdir()
    return tmp_path / "data" / "library.sqlite"


@pytest.fixture
async def waiting(browser: Browser, coming_library: Path) -> AsyncGenerator[Page]:
    """The start page while there is no library; a 503 is all it complains of."""
    with serving(coming_library) as address:
        context = await browser.new_context(base_url=address)
        page = await context.new_page()
        watched = Watched(page)
        await page.goto("/")
        yield page
        assert [complaint for complaint in watched.complaints if "503" not in complaint] == []
        await context.close()


@pytest.fixture
async def trapped(browser: Browser, hostile_origin: str) -> AsyncGenerator[tuple[Page, Watched]]:
    """A page on the origin of the documentation that means harm, and what it got done."""
    context = await browser.new_context(base_url=hostile_origin)
    opened = await context.new_page()
    yield opened, Watched(opened)
    await context.close()
