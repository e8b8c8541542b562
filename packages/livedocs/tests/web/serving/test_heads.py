"""Clients that do not say what they want, or not in short, over real connections."""

from __future__ import annotations

import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import anyio
import anyio.to_thread
import pytest
from fastapi import FastAPI

from livedocs.cli.serving import listen
from livedocs.settings import Settings
from livedocs.web.app import create_app
from livedocs.web.serving.server import News, Server, server_config

Serve = Callable[..., AbstractAsyncContextManager[int]]


@pytest.fixture
def serve(jinja_library: Path, anyio_backend: str) -> Serve:
    @asynccontextmanager
    async def serving(**settings: object) -> AsyncGenerator[int]:
        wanted = Settings(library_path=jinja_library, **settings)
        app: FastAPI = create_app(wanted)
        ready = anyio.Event()

        def tell(_: News) -> None:
            ready.set()

        with listen("127.0.0.1", 0) as listener:
            port = listener.getsockname()[1]
            server = Server(server_config(app, wanted), app.state, tell)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(server._serve, [listener])
                await ready.wait()
                yield port
                server.should_exit = True

    return serving


def talk(port: int, *parts: bytes) -> bytes:
    """What is answered until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as answer:
        for part in parts:
            connection.sendall(part)
        return answer.read()


@pytest.mark.parametrize("said", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: livedocs\r\nX-Slow: "])
async def test_a_client_that_does_not_finish_its_head_is_answered_408(serve: Serve, said: bytes):
    async with serve(head_timeout_seconds=0.05) as port:
        answer = await anyio.to_thread.run_sync(talk, port, said)
    assert answer.startswith(b"HTTP/1.1 408 ")


def ask_and_begin_again(port: int) -> bytes:
    """What is answered to a request, and after it to the beginning of another."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: livedocs\r\n\r\n")
        first = b""
        while b"alive" not in first:
            first += connection.recv(4096)
        connection.sendall(b"GET /hea")
        with connection.makefile("rb") as answer:
            return first + answer.read()


async def test_a_second_request_is_waited_for_no_longer_than_the_first(serve: Serve):
    async with serve(head_timeout_seconds=0.05, keep_alive_timeout_seconds=60) as port:
        answer = await anyio.to_thread.run_sync(ask_and_begin_again, port)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 408 " in answer


async def test_a_head_without_an_end_is_answered_431(serve: Serve):
    async with serve(max_target_bytes=1024) as port:
        answer = await anyio.to_thread.run_sync(talk, port, b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 2**15)
    assert answer.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 400 "))


async def test_a_pasted_traceback_of_the_longest_kind_is_answered(serve: Serve):
    frames = '  File "x.py", line 1, in f\n    f()\n' * 540
    query = quote(f"Traceback (most recent call last):\n{frames}ValueError: x").encode()
    async with serve() as port:
        request = b"GET /search?q=" + query + b" HTTP/1.1\r\nHost: livedocs\r\nConnection: close\r\n\r\n"
        answer = await anyio.to_thread.run_sync(talk, port, request)
    assert answer.startswith(b"HTTP/1.1 200 ")
