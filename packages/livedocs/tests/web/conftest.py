"""The application over real documentation, asked without a network in between."""

from __future__ import annotations

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


HOSTILE_PAGE = """<!doctype html><html><head><title>Trap</title><script>window.taken = "head"</script></head>
<body hx-get="/nowhere" hx-trigger="load"><div class="body" role="main"><section id="trap">
<h1>Trap</h1>
<script>window.taken = "script"</script>
<p id="app-query">An id of the app's own. <a id="evil-link" href="javascript:window.taken='link'">press</a></p>
<p x-data x-init="window.taken = 'alpine'" data-hx-get="/nowhere" hx-get="/nowhere" hx-trigger="load">attributes</p>
<img src="nowhere.png" onerror="window.taken = 'image'"><img src="_images/drawing.svg" alt="drawing">
<img src="http://elsewhere.invalid/pixel.png"><iframe src="javascript:parent.taken='frame'"></iframe>
<form action="http://elsewhere.invalid/"><input name="q"><button>Send</button></form>
<style>body { display: none }</style><p style="position: fixed; inset: 0; background: red">cover</p>
<svg onload="window.taken = 'svg'"><script>window.taken = 'svg script'</script></svg>
<dl class="py function"><dt class="sig sig-object py" id="trap.spring"><span class="sig-name descname">spring</span>()
</dt><dd><p>Springs &lt;script&gt;window.taken = "text"&lt;/script&gt; at once.</p></dd></dl>
</section></div></body></html>"""

HOSTILE_DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10" onload="window.taken = 'drawing'">
<script>window.taken = "drawing"</script><rect width="10" height="10" fill="green"/></svg>"""


def write_hostile_documentation(root: Path) -> Documentation:
    (root / "_images").mkdir(parents=True)
    (root / "index.html").write_text(HOSTILE_PAGE)
    (root / "_images" / "drawing.svg").write_text(HOSTILE_DRAWING)
    head = b"# Sphinx inventory version 2\n# Project: Trap\n# Version: 1.0\n# The remainder is compressed using zlib.\n"
    objects = b"trap.spring py:function 1 index.html#$ -\ntrap std:label -1 index.html#$ Trap\n"
    (root / "objects.inv").write_bytes(head + zlib.compress(objects))
    return Documentation(root=root, origin="a test", original_url="https://elsewhere.invalid/")


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
