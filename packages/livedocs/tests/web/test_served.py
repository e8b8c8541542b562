"""The library that is served, and its replacement while requests run."""

from __future__ import annotations

import gc
import shutil
import sqlite3
import weakref
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
from asgi_lifespan import LifespanManager
from httpx2 import ASGITransport, AsyncClient

from livedocs.errors import AssetsMissingError, LibraryCorruptError, LibraryError
from livedocs.library import reader
from livedocs.search.candidates import CandidateReader
from livedocs.search.resident import Resident
from livedocs.settings import Settings
from livedocs.web import searching
from livedocs.web.app import create_app
from livedocs.web.assets import Assets
from livedocs.web.served import Served, ServedLibrary


@pytest.fixture
def library_path(jinja_library: Path, tmp_path: Path) -> Path:
    return shutil.copy(jinja_library, tmp_path / "library.sqlite")


@pytest.fixture
async def library(library_path: Path, anyio_backend: str) -> AsyncGenerator[ServedLibrary]:
    serving = ServedLibrary(library_path)
    await serving.load()
    yield serving
    await serving.dispose()


def replace(path: Path, content: Path) -> None:
    new = shutil.copy(content, path.with_name("new"))
    new.replace(path)


def names_of(served: Served) -> list[str]:
    return [docset.name for docset in served.docsets]


async def test_a_replaced_file_is_served_without_a_restart(library: ServedLibrary, hostile_library: Path):
    assert names_of(library.current) == ["jinja"]
    replace(library.path, hostile_library)
    assert await library.refresh()
    assert names_of(library.current) == ["trap"]


async def test_what_was_made_from_a_replaced_library_is_given_back_without_a_collector_of_garbage(
    library: ServedLibrary, hostile_library: Path
):
    gc.disable()
    try:
        replaced = weakref.ref(library.current.resident)
        replace(library.path, hostile_library)
        await library.refresh()
        await library.refresh()
        assert replaced() is None
    finally:
        gc.enable()


async def test_an_unchanged_file_is_not_read_again(library: ServedLibrary):
    before = library.current
    assert not await library.refresh()
    assert library.current is before


async def test_a_removed_file_is_served_on(library: ServedLibrary):
    library.path.unlink()
    assert not await library.refresh()
    assert names_of(library.current) == ["jinja"]


async def test_a_damaged_file_is_refused_once_and_the_last_library_served_on(library: ServedLibrary, tmp_path: Path):
    damaged = tmp_path / "damaged"
    damaged.write_bytes(library.path.read_bytes()[:-5000])
    replace(library.path, damaged)
    with pytest.raises(LibraryCorruptError, match="cut off"):
        await library.refresh()
    assert not await library.refresh()
    assert names_of(library.current) == ["jinja"]
    assert await library.read(lambda session, _: len(reader.docsets(session))) == 1


async def test_readers_see_one_snapshot_whole_while_it_is_replaced(
    library: ServedLibrary, jinja_library: Path, hostile_library: Path
):
    seen: set[str] = set()

    async def read_on() -> None:
        while True:
            asked, stored = await library.read(
                lambda session, served: (served.docsets[0].name, reader.docsets(session)[0].name)
            )
            assert asked == stored
            seen.add(asked)

    async with anyio.create_task_group() as tasks:
        for _ in range(4):
            tasks.start_soon(read_on)
        for content in (hostile_library, jinja_library) * 3:
            replace(library.path, content)
            assert await library.refresh()
        tasks.cancel_scope.cancel()
    assert seen == {"jinja", "trap"}


async def test_a_search_uses_the_words_of_the_new_library(library: ServedLibrary, hostile_library: Path):
    replace(library.path, hostile_library)
    await library.refresh()
    result = await library.read(lambda session, served: searching.engine(session, served).search("trap.sprign"))
    assert result.corrected == "trap.spring"
    assert result.hits[0].name == "trap.spring"


async def test_the_running_application_follows_the_file_and_forgets_its_cached_home(
    library_path: Path, hostile_library: Path, anyio_backend: str
):
    app = create_app(Settings(library_path=library_path))
    transport = ASGITransport(app)
    async with LifespanManager(app), AsyncClient(transport=transport, base_url="http://livedocs") as client:
        assert "Jinja" in (await client.get("/")).text
        swapped = anyio.Event()

        async def tell() -> None:
            swapped.set()

        app.state.library.after_swap(tell)
        replace(library_path, hostile_library)
        with anyio.fail_after(30):
            await swapped.wait()
        assert "Trap" in (await client.get("/")).text


async def test_a_library_that_is_not_there_yet_is_served_once_it_is(tmp_path: Path, jinja_library: Path):
    library = ServedLibrary(tmp_path / "library.sqlite")
    await library.load()
    assert library.held is None
    with pytest.raises(LibraryError, match="livedocs build python"):
        await library.read(lambda session, _: reader.docsets(session))
    assert not await library.refresh()
    replace(library.path, jinja_library)
    assert await library.refresh()
    assert names_of(library.current) == ["jinja"]
    assert await library.read(lambda session, _: len(reader.docsets(session))) == 1
    await library.dispose()


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\x00" + bytes(84)])
def test_what_is_no_library_is_refused_by_name(tmp_path: Path, content: bytes):
    path = tmp_path / "library.sqlite"
    path.write_bytes(content)
    with pytest.raises(LibraryCorruptError, match=r"library\.sqlite"):
        create_app(Settings(library_path=path))


async def test_a_library_of_another_version_is_not_served_until_it_is_built_again(
    library_path: Path, jinja_library: Path
):
    with closing(sqlite3.connect(library_path)) as connection:
        connection.execute("PRAGMA user_version = 999")
    library = ServedLibrary(library_path)
    await library.load()
    with pytest.raises(LibraryError, match="another version of livedocs"):
        _ = library.current
    replace(library_path, jinja_library)
    assert await library.refresh()
    assert names_of(library.current) == ["jinja"]
    await library.dispose()


@pytest.fixture
def damaged_inside(library_path: Path) -> Path:
    content = bytearray(library_path.read_bytes())
    content[4096 : len(content) - 4096] = bytes(len(content) - 8192)
    library_path.write_bytes(content)
    return library_path


async def test_a_library_damaged_inside_ends_the_start_with_its_name(damaged_inside: Path, anyio_backend: str):
    with pytest.raises(LibraryCorruptError, match=r"library\.sqlite is damaged"):
        await ServedLibrary(damaged_inside).load()


async def test_a_library_that_lacks_a_table_ends_the_start_with_its_name(library_path: Path, anyio_backend: str):
    with closing(sqlite3.connect(library_path)) as connection:
        connection.execute("DROP TABLE word")
        connection.execute("VACUUM")
    with pytest.raises(LibraryCorruptError, match=r"library\.sqlite is damaged \(no such table: word\)"):
        await ServedLibrary(library_path).load()


async def test_a_new_file_that_is_no_library_is_logged_in_one_line(
    library: ServedLibrary, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    nothing = tmp_path / "nothing"
    nothing.write_text("not a library")
    replace(library.path, nothing)
    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(library.follow)
            while not caplog.records:
                await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()
    (record,) = caplog.records
    assert "is not a SQLite file" in record.getMessage()
    assert record.exc_info is None


def test_without_built_assets_the_error_says_how_to_build_them(tmp_path: Path):
    with pytest.raises(AssetsMissingError, match="manifest"):
        Assets.load(tmp_path)


async def test_what_stays_in_memory_of_a_new_file_is_read_while_the_last_one_is_served(
    library: ServedLibrary, versions_library: Path, monkeypatch: pytest.MonkeyPatch
):
    first = library._database.generation
    generations: list[int] = []
    load_resident = searching.load_resident

    def loading(candidates: CandidateReader) -> Resident:
        generations.append(library._database.generation)
        return load_resident(candidates)

    monkeypatch.setattr(searching, "load_resident", loading)
    replace(library.path, versions_library)
    assert await library.refresh()
    assert names_of(library.current) == ["trap", "trap"]
    assert generations == [first]
