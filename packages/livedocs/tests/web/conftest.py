"""The application over real documentation, asked without a network in between."""

from __future__ import annotations

import shutil
import zlib
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from livedocs.library.build import build_docset
from livedocs.settings import Settings
from livedocs.sources.documentation import Documentation
from livedocs.web.app import create_app


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """One event loop for all tests of the web face, so that they share the running application."""
    return "asyncio"


HOSTILE = Path(__file__).parent / "hostile"
"""Pages of documentation that try to take over the page that shows them, each in a way of its own."""


def _page(identifier: str, body: str) -> str:
    return (
        f"<div role=main><section id={identifier}><h1>{identifier}</h1>{body}<p>The page ends here.</p></section></div>"
    )


def write_documentation(root: Path, version: str, pages: dict[str, str], objects: str) -> Documentation:
    """Write what a documentation generator would have.

    Args:
        root: the folder.
        version: of the documentation.
        pages: HTML by path.
        objects: the inventory's lines.
    """
    for path, html in pages.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(html)
    lines = (
        "Sphinx inventory version 2",
        "Project: Trap",
        f"Version: {version}",
        "The remainder is compressed using zlib.",
    )
    head = "".join(f"# {line}\n" for line in lines)
    (root / "objects.inv").write_bytes(head.encode() + zlib.compress(objects.encode()))
    return Documentation(root=root, origin="a test", original_url="https://elsewhere.invalid/")


def write_hostile_documentation(root: Path) -> Documentation:
    shutil.copytree(HOSTILE, root)
    section = "<section id=s{0}><h2>Section {0}</h2>" + "<p>Tea and <code>water</code>, hot.</p>" * 130 + "</section>"
    row = "<tr><td>{0}</td><td><a href=index.html>Tea</a></td><td><code>tea({0})</code></td></tr>"
    large = {
        "large.html": _page("large", "".join(map(section.format, range(1_000)))),
        "table.html": _page("table", f"<table>{''.join(map(row.format, range(10_000)))}</table>"),
        "deep.html": _page(
            "deep", "<div><ul><li><blockquote>" * 100 + "bottom" + "</blockquote></li></ul></div>" * 100
        ),
    }
    return write_documentation(root, "1.0", large, "trap.spring py:function 1 index.html#$ -\n")


Serve = Callable[[Path], AbstractAsyncContextManager[AsyncClient]]
"""Serves a library for as long as a block runs; gives the client that asks it."""


@pytest.fixture(scope="session")
def serve() -> Serve:
    @asynccontextmanager
    async def serving(library: Path) -> AsyncGenerator[AsyncClient]:
        app = create_app(Settings(library_path=library))
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with LifespanManager(app), AsyncClient(transport=transport, base_url="http://livedocs") as client:
            yield client

    return serving


@pytest.fixture(scope="session")
async def app(jinja_library: Path, anyio_backend: str) -> AsyncGenerator[FastAPI]:
    application = create_app(Settings(library_path=jinja_library))
    async with LifespanManager(application):
        yield application


@pytest.fixture(scope="session")
async def client(app: FastAPI, anyio_backend: str) -> AsyncGenerator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://livedocs") as asking:
        yield asking


@pytest.fixture(scope="session")
def hostile_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of documentation that tries to take over the page that shows it."""
    folder = tmp_path_factory.mktemp("hostile")
    path = folder / "library.sqlite"
    build_docset(write_hostile_documentation(folder / "html"), path)
    return path


@pytest.fixture(scope="session")
def versions_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of one documentation in two versions, between which a function moved to another page."""
    folder = tmp_path_factory.mktemp("versions")
    spring = '<dl class="py function"><dt class="sig" id="trap.spring">spring()</dt><dd><p>Springs.</p></dd></dl>'
    trap = _page(
        "trap", f"<p>All of it.</p>{'<p>Tea.</p>' * 60}<section id=functions><h2>Functions</h2>{spring}</section>"
    )
    pages = {
        "1.0": {"index.html": trap},
        "2.0": {"index.html": _page("trap", ""), "spring.html": _page("spring", spring)},
    }
    for version, page in (("1.0", "index.html"), ("2.0", "spring.html")):
        objects = f"trap.spring py:function 1 {page}#$ -\n"
        (folder / version).mkdir()
        build_docset(write_documentation(folder / version, version, pages[version], objects), folder / "library.sqlite")
    return folder / "library.sqlite"
