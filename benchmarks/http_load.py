"""Servers and clients of the speed benchmark: one uvicorn worker, connections that stay open, requests one by one."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import uvicorn
from fastapi import FastAPI
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from livedocs.cli.serving import listen

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence

CONNECTIONS = 8

_ANNOUNCED = " at http://127.0.0.1:"


class Server(NamedTuple):
    """A server that answers on this machine."""

    port: int
    process_id: int


class Load(NamedTuple):
    """What came of some requests.

    Attributes:
        rate: requests a second.
        body_bytes: size of each body.
        replayed: share of the answers that came from a response cache.
    """

    rate: float
    body_bytes: list[int]
    replayed: float


@contextmanager
def livedocs(library: Path, *, workers: int = 1) -> Generator[Server]:
    """``livedocs serve`` as users start it.

    Args:
        library: the library file to serve.
        workers: processes that answer.
    """
    command = [str(Path(sys.executable).with_name("livedocs")), "serve", "--port", "0", "--workers", str(workers)]
    with _server(command, os.environ | {"LIVEDOCS_LIBRARY_PATH": str(library)}) as server:
        yield server


@contextmanager
def constant(body: bytes) -> Generator[Server]:
    """A FastAPI application whose one route answers with the same bytes every time, on the same server."""
    with _server([sys.executable, "-m", "benchmarks.http_load"], os.environ, body.decode()) as server:
        yield server


@contextmanager
def files(folder: Path) -> Generator[Server]:
    """The files of a folder, which a browser may keep, on the same server."""
    with _server([sys.executable, "-m", "benchmarks.http_load", "--folder", str(folder)], os.environ) as server:
        yield server


@contextmanager
def _server(command: Sequence[str], environment: Mapping[str, str], said_to_it: str = "") -> Generator[Server]:
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(said_to_it)
        process.stdin.close()
        announced = process.stdout.readline()
        if _ANNOUNCED not in announced:
            raise SystemExit(f"{' '.join(command)} does not answer: {announced or 'it ended'}")
        yield Server(int(announced.rpartition(":")[2]), process.pid)
    finally:
        process.terminate()
        process.wait()


def search(query: str) -> str:
    """Path of the fragment that the page asks for with each key press."""
    return f"/search?q={quote(query, safe='')}"


def ask(port: int, paths: Iterable[str]) -> Load:
    """Ask for paths over connections that stay open, each connection for the next path as soon as it is answered."""
    return asyncio.run(_ask(port, paths))


async def _ask(port: int, paths: Iterable[str]) -> Load:
    loop, left = asyncio.get_running_loop(), iter(paths)
    started = time.perf_counter()
    clients = [
        (await loop.create_connection(lambda: _Client(left, loop.create_future()), "127.0.0.1", port))[1]
        for _ in range(CONNECTIONS)
    ]
    await asyncio.gather(*(client.done for client in clients))
    taken = time.perf_counter() - started
    sizes = [size for client in clients for size in client.body_bytes]
    return Load(len(sizes) / taken, sizes, sum(client.replayed for client in clients) / max(1, len(sizes)))


class _Client(asyncio.Protocol):
    """One connection; does as little as can be, because it shares the machine with the server."""

    def __init__(self, paths: Iterator[str], done: asyncio.Future[None]) -> None:
        self.done = done
        self.body_bytes: list[int] = []
        self.replayed = 0
        self._paths = paths
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        lower = head.lower()
        length = int(lower.partition(b"\r\ncontent-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self._end(AssertionError(self._received.decode()))
            return
        self.body_bytes.append(length)
        self.replayed += b"\r\nage: " in lower
        self._received = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or ConnectionError("the server closed the connection"))

    def _next(self) -> None:
        path = next(self._paths, None)
        if path is None:
            self._end(None)
            return
        self._transport.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nHX-Request-Type: partial\r\n\r\n".encode("ascii")
        )

    def _end(self, error: Exception | None) -> None:
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)
        self._transport.close()


def body_of(port: int, path: str) -> bytes:
    """The body that a path is answered with."""
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as received:
        connection.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nHX-Request-Type: partial\r\nConnection: close\r\n\r\n".encode()
        )
        return received.read().partition(b"\r\n\r\n")[2]


def _constant_app(body: str) -> FastAPI:
    app = FastAPI()

    @app.get("/search")
    async def answer() -> HTMLResponse:  # pyright: ignore[reportUnusedFunction] - the application has it
        return HTMLResponse(body)

    return app


def _files_app(folder: Path) -> FastAPI:
    app = FastAPI()
    app.mount("/", StaticFiles(directory=folder, html=True))
    return app


def _serve(app: FastAPI) -> None:
    with listen("127.0.0.1", 0) as listener:
        print(f"ready{_ANNOUNCED}{listener.getsockname()[1]}", flush=True)
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
        uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Serve a folder, or at /search what is read from standard input.")
    parser.add_argument("--folder", type=Path)
    folder = parser.parse_args().folder
    _serve(_files_app(folder) if folder else _constant_app(sys.stdin.read()))
