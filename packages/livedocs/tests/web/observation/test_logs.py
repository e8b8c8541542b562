"""What is logged of requests, and what is not."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from livedocs.settings import Settings
from livedocs.web.app import create_app
from livedocs.web.observation.logs import configure_logging


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[str]]]:
    """What was logged since it was last asked."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def read() -> list[str]:
        return capsys.readouterr().err.splitlines()

    yield read
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("livedocs").setLevel(logging.NOTSET)


async def answers(settings: Settings, *paths: str, **headers: str) -> list[str]:
    app = create_app(settings)

    @app.get("/broken")
    def broken() -> None:
        raise ZeroDivisionError("on purpose")

    transport = ASGITransport(app, raise_app_exceptions=False)
    async with LifespanManager(app), AsyncClient(transport=transport, base_url="http://livedocs") as client:
        configure_logging(settings)
        return [(await client.get(path, headers=headers)).headers["X-Request-ID"] for path in paths]


async def test_each_request_is_a_line_of_json_with_its_id(jinja_library: Path, lines, anyio_backend: str):
    settings = Settings(library_path=jinja_library, log_format="json")
    given = await answers(settings, "/search?q=zanzibar", "/search?q=zanzibar", "/api/v1/entries/1")
    logged = [json.loads(line) for line in lines()]
    assert [line["request_id"] for line in logged] == given
    assert len(set(given)) == 3
    assert [(line["route"], line["status"]) for line in logged] == [
        ("/search", 200),
        ("/search", 200),
        ("/api/v1/entries/{entry_id}", 200),
    ]
    assert all(line["milliseconds"] >= 0 and line["method"] == "GET" for line in logged)
    assert "zanzibar" not in str(logged)


async def test_people_read_a_line_of_text(jinja_library: Path, lines, anyio_backend: str):
    (identity,) = await answers(Settings(library_path=jinja_library), "/search?q=zanzibar")
    (line,) = lines()
    assert "GET /search 200" in line
    assert line.endswith(f"ms [{identity}]")
    assert "zanzibar" not in line


async def test_queries_are_logged_when_asked_for(jinja_library: Path, lines, anyio_backend: str):
    settings = Settings(library_path=jinja_library, log_format="json", log_queries=True)
    await answers(settings, "/search?q=zanzibar")
    assert json.loads(lines()[0])["query"] == "q=zanzibar"


async def test_requests_need_not_be_logged(jinja_library: Path, lines, anyio_backend: str):
    assert await answers(Settings(library_path=jinja_library, log_requests=False), "/")
    assert lines() == []


async def test_a_defect_is_found_by_the_id_that_its_answer_names(jinja_library: Path, lines, anyio_backend: str):
    settings = Settings(library_path=jinja_library, log_format="json")
    (identity,) = await answers(settings, "/broken")
    (line,) = [json.loads(line) for line in lines()]
    assert (line["request_id"], line["status"], line["route"]) == (identity, 500, "/broken")


@pytest.mark.parametrize("identity", ["a", "trace-1.2:3/4+5=@_6", "x" * 128])
async def test_a_well_formed_request_id_is_kept(client: AsyncClient, app: FastAPI, identity: str):
    assert (await client.get("/", headers={"X-Request-ID": identity})).headers["X-Request-ID"] == identity


@pytest.mark.parametrize("identity", ["", "two words", "x" * 129, "a\tb", "-leading", 'quote"', "é".encode()])
async def test_a_request_id_that_is_not_well_formed_is_replaced(client: AsyncClient, identity: str | bytes):
    found = (await client.get("/", headers={b"X-Request-ID": identity})).headers.get_list("X-Request-ID")
    assert len(found) == 1
    assert len(found[0]) == 16


async def test_an_address_cannot_write_lines_or_colours_into_the_log(jinja_library: Path, lines, anyio_backend: str):
    await answers(Settings(library_path=jinja_library), "/a%0Ab%1B[31m")
    (line,) = lines()
    assert "/a%0Ab%1B%5B31m" in line


def test_control_characters_in_messages_are_shown_not_sent(lines):
    configure_logging(Settings())
    logging.getLogger("livedocs").warning("red \x1b[31m text")
    assert lines()[0].endswith(r"red \x1b[31m text")


def test_a_traceback_is_a_field_of_the_same_line(lines):
    configure_logging(Settings(log_format="json"))
    try:
        int("on purpose")
    except ValueError:
        logging.getLogger("livedocs").exception("It failed:")
    (line,) = lines()
    assert "'on purpose'" in json.loads(line)["exception"]
