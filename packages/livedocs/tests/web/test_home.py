"""The start page: what the library holds, and what people open in it."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from asgi_lifespan import LifespanManager
from httpx2 import ASGITransport, AsyncClient, Response
from selectolax.lexbor import LexborHTMLParser

from livedocs.library.listing import Place
from livedocs.settings import Settings
from livedocs.web.app import create_app
from livedocs.web.home.opened import OpenedEntries

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
API = "jinja/3.1.x/api.html"
TEMPLATE = Place("jinja", "3.1.x", "api.html", "jinja2.Template")
LOADER = Place("jinja", "3.1.x", "api.html", "jinja2.BaseLoader")


@pytest.fixture
async def home(jinja_library: Path, tmp_path: Path, anyio_backend: str) -> AsyncGenerator[AsyncClient]:
    """A client of a library of its own, whose start page is made anew for each request."""
    path = shutil.copy(jinja_library, tmp_path / "library.sqlite")
    app = create_app(Settings(library_path=path, page_cache_seconds=1e-9))
    async with LifespanManager(app), AsyncClient(transport=ASGITransport(app), base_url="http://livedocs") as client:
        yield client


async def tell_opened(client: AsyncClient, entry: str, **headers: str) -> Response:
    return await client.post("/opened", data={"entry": entry}, headers=headers or SAME_ORIGIN)


async def lines(client: AsyncClient) -> tuple[str, list[str]]:
    page = LexborHTMLParser((await client.get("/")).text)
    return page.css_first("#app-entries-title").text(), [link.attributes["href"] for link in page.css("#app-opened a")]


async def test_docsets_are_listed_with_version_and_size(home: AsyncClient):
    page = LexborHTMLParser((await home.get("/")).text)
    (docset,) = page.css(".docsets li")
    assert docset.css_first("a").text() == "Jinja 3.1.x"
    assert docset.css_first("a").attributes["href"].startswith("/docs/jinja/3.1.x/")
    assert docset.css_first(".docset-size").text().endswith(" entries, 14 pages")


async def test_docsets_are_listed_with_their_licence_and_where_they_come_from(home: AsyncClient):
    docset = (await home.get("/api/v1/docsets")).json()["docsets"][0]
    source = LexborHTMLParser((await home.get("/")).text).css_first(".docsets .docset-source").text()
    assert source == f"Licence: {docset['licence']} · {docset['origin']}"


async def test_examples_of_python_are_shown_only_where_they_find_something(home: AsyncClient):
    assert LexborHTMLParser((await home.get("/")).text).css_first("#app-examples-title") is None


async def test_before_enough_was_opened_it_lists_what_is_linked_most_and_says_so(home: AsyncClient):
    title, addresses = await lines(home)
    assert title == "What the documentation itself links to most"
    assert len(addresses) == 10
    for address in addresses:
        assert (await home.get(address)).status_code == 200


async def test_then_it_lists_what_people_open_the_most_often_first(home: AsyncClient):
    _, linked = await lines(home)
    entries = [address.removeprefix("/docs/") for address in linked[:6]]
    for times, entry in enumerate(reversed(entries), start=1):
        for _ in range(times):
            assert (await tell_opened(home, entry)).status_code == 204
    title, addresses = await lines(home)
    assert title == "Opened most in the last 30 days"
    assert addresses == linked[:6]


async def test_what_people_open_changes_the_validator_of_the_page(home: AsyncClient):
    first = await home.get("/")
    again = await home.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, first.headers["cache-control"]) == (304, "no-cache")
    for address in (await lines(home))[1][:5]:
        await tell_opened(home, address.removeprefix("/docs/"))
    changed = await home.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://livedocs"},
        {"Origin": "http://elsewhere"},
        {"Origin": "null"},
        {"Accept": "*/*"},
    ],
)
async def test_only_its_own_pages_may_tell(home: AsyncClient, headers: dict[str, str]):
    assert (await tell_opened(home, f"{API}#jinja2.Template", **headers)).status_code == 403


async def test_a_browser_that_names_only_its_origin_may_tell(home: AsyncClient):
    answer = await tell_opened(home, f"{API}#jinja2.Template", Origin="http://livedocs")
    assert answer.status_code == 204


@pytest.mark.parametrize(
    ("entry", "status"),
    [
        ("", 422),
        ("jinja", 422),
        ("jinja/3.1.x/", 422),
        (f"{API}#no-such-thing", 404),
        ("jinja/9/api.html#jinja2.Template", 404),
        ("\udcff/\x00/\x00#\x00".encode("utf-8", "replace").decode(), 404),
        ("x" * 3000, 413),
    ],
)
async def test_what_is_no_entry_is_not_counted(home: AsyncClient, entry: str, status: int):
    assert (await tell_opened(home, entry)).status_code == status


async def test_addresses_may_be_escaped_as_browsers_do(home: AsyncClient):
    assert (await tell_opened(home, "jinja/3.1.x/api%2Ehtml#jinja2%2ETemplate")).status_code == 204


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


class Calendar:
    """Tells a day, and goes on when told to."""

    day = date(2026, 1, 1)

    def __call__(self) -> date:
        return self.day


async def test_counts_outlive_the_process_and_end_after_thirty_days(tmp_path: Path, anyio_backend: str):
    today = Calendar()
    opened = OpenedEntries(tmp_path / "library.sqlite", today)
    assert await opened.most(5) == []
    assert names_in(tmp_path) == []
    await opened.count(LOADER)
    await opened.count(LOADER)
    today.day += timedelta(days=20)
    await opened.count(TEMPLATE)
    await opened.dispose()

    opened = OpenedEntries(tmp_path / "library.sqlite", today)
    assert await opened.most(5) == [LOADER, TEMPLATE]
    assert await opened.most(1) == [LOADER]
    today.day += timedelta(days=10)
    assert await opened.most(5) == [TEMPLATE]
    await opened.count(TEMPLATE)
    await opened.dispose()
    with closing(sqlite3.connect(tmp_path / "library.sqlite.opened")) as kept:
        assert kept.execute("SELECT docset, anchor, count FROM opened").fetchall() == [
            ("jinja", "jinja2.Template", 1),
            ("jinja", "jinja2.Template", 1),
        ]


def is_a_folder(path: Path) -> None:
    path.mkdir()


def is_no_database(path: Path) -> None:
    path.write_bytes(b"no database at all")


def has_another_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as kept:
        kept.execute("CREATE TABLE opened (something)")


def is_damaged(path: Path) -> None:
    with closing(sqlite3.connect(path)) as kept:
        kept.execute("CREATE TABLE opened (day, docset, version, page, anchor, count)")
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)


@pytest.mark.parametrize("spoil", [is_a_folder, is_no_database, has_another_table, is_damaged])
async def test_where_nothing_can_be_kept_counts_last_as_long_as_the_process(
    tmp_path: Path, spoil: Callable[[Path], None], anyio_backend: str
):
    spoil(tmp_path / "library.sqlite.opened")
    opened = OpenedEntries(tmp_path / "library.sqlite")
    assert await opened.most(5) == []
    await opened.count(TEMPLATE)
    assert await opened.most(5) == [TEMPLATE]
    await opened.dispose()
    assert "library.sqlite.opened" in names_in(tmp_path)


async def test_where_they_cannot_be_kept_aside_either_nothing_is_counted_and_nothing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, anyio_backend: str
):
    is_no_database(tmp_path / "library.sqlite.opened")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    opened = OpenedEntries(tmp_path / "library.sqlite")
    await opened.count(TEMPLATE)
    assert await opened.most(5) == []
    await opened.dispose()


async def test_a_page_does_not_wait_for_whoever_holds_the_counts_and_their_return_is_noticed(
    tmp_path: Path, anyio_backend: str
):
    opened = OpenedEntries(tmp_path / "library.sqlite")
    await opened.count(TEMPLATE)
    with closing(sqlite3.connect(tmp_path / "library.sqlite.opened", isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        await opened.count(LOADER)
        assert await opened.most(5) == [TEMPLATE]
    await opened.count(LOADER)
    assert set(await opened.most(5)) == {TEMPLATE, LOADER}
    await opened.dispose()
