"""Every command on a library in PostgreSQL: LIVEDOCS_DATABASE_URL is all that changes."""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from fastapi_data import PostgresDatabase
from fastapi_data.testing.provisioning import in_thread, new_database
from livedocs.cli.publishing import migrate_catalogue
from livedocs.errors import SettingsError
from livedocs.library.postgres.connecting import opened
from livedocs.library.postgres.publishing import publishing
from livedocs.settings import Settings


@pytest.fixture
def in_database(empty, postgres_server: str, tmp_path: Path) -> Iterator:
    """A terminal with an empty database, and a cache folder of its own."""
    with new_database(postgres_server, tmp_path) as url:
        address = url.replace("postgresql://", "postgresql+asyncpg://")
        places = {"LIVEDOCS_DATABASE_URL": address, "LIVEDOCS_CACHE_FOLDER": str(tmp_path / "cache")}
        yield replace(empty, variables=empty.variables | places)


def names(terminal) -> list[str]:
    return [docset["name"] for docset in json.loads(terminal("docsets", "--json").stdout)["docsets"]]


def test_a_library_in_a_database_is_built_searched_shown_embedded_and_changed(
    in_database, jinja_documentation, models_folder, vectors_of_jinja, tmp_path
):
    models = shutil.copytree(models_folder, tmp_path / "cache" / "models")
    shutil.copy(vectors_of_jinja, models)
    assert "is now at revision 0" in in_database("migrate").stdout
    built = in_database("build", str(jinja_documentation.root), "--name", "jinja")
    assert (built.returncode, "generation 1" in built.stdout) == (0, True), built.stderr
    assert in_database("build", str(jinja_documentation.root), "--name", "other").returncode == 0
    assert names(in_database) == ["jinja", "other"]
    found = in_database("search", "--json", "--docset", "jinja", "jinja2.Environment")
    assert json.loads(found.stdout)["hits"][0]["name"] == "jinja2.Environment"
    assert in_database("show", "jinja2.Environment").stdout.startswith("jinja2.Environment")
    assert in_database("search", "kind:nothing", "x").returncode == 1
    version = json.loads(in_database("docsets", "--json").stdout)["docsets"][1]["version"]
    assert in_database("remove", f"other@{version}").returncode == 0
    assert names(in_database) == ["jinja"]
    embedded = in_database("embed")
    assert (embedded.returncode, embedded.stdout[:9]) == (0, "Embedded "), embedded.stderr
    again = in_database("embed")
    assert again.stdout.startswith("Every entry has its vector already: database test_")
    assert not list((tmp_path / "cache" / "scratch").iterdir())
    assert not in_database.library.exists()


def test_a_file_is_published_unless_another_process_publishes(in_database, jinja_library, jinja_documentation):
    terminal = in_database.with_library(jinja_library)
    for command in (["publish"], ["build", str(jinja_documentation.root)]):
        refused = terminal(*command)
        assert refused.returncode == 3
        assert "'livedocs migrate'" in refused.stderr
        assert "Parsing pages" not in refused.stderr  # it is said before the work is done
    terminal("migrate")
    done = terminal("publish")
    assert done.returncode == 0
    assert done.stdout.startswith(f"Published {jinja_library} in ")
    in_thread(_publish_while_another_does(terminal))
    assert terminal("publish", str(jinja_library.with_name("none.sqlite"))).returncode == 3
    assert names(terminal) == ["jinja"]


async def _publish_while_another_does(terminal):
    url = terminal.variables["LIVEDOCS_DATABASE_URL"]
    async with opened(PostgresDatabase(url)) as engine, publishing(engine):
        refused = terminal("publish", "--no-wait")
    assert (refused.returncode, refused.stdout) == (3, "")
    assert "Another process is publishing" in refused.stderr


def test_of_processes_that_migrate_at_once_one_does_it(in_database):
    with ThreadPoolExecutor() as threads:
        done = list(threads.map(lambda _: in_database("migrate"), range(2)))
    assert [each.returncode for each in done] == [0, 0], [each.stderr for each in done]
    assert sum("is now at revision" in each.stdout for each in done) >= 1
    assert "is up to date (revision 0" in in_database("migrate").stdout


def test_before_anything_is_published_every_command_says_how_to_get_a_library(in_database, semantic_cache):
    terminal = replace(in_database, variables=in_database.variables | {"LIVEDOCS_CACHE_FOLDER": str(semantic_cache)})
    terminal("migrate")
    for command in (["search", "x"], ["show", "x"], ["remove", "x@1"], ["embed"]):
        done = terminal(*command)
        assert (done.returncode, done.stdout) == (3, ""), command
        assert "'livedocs build python'" in done.stderr, command
        assert "Traceback" not in done.stderr, command


@pytest.mark.parametrize("command", ["migrate", "publish"])
def test_without_a_database_its_commands_say_what_to_set(jinja, command):
    done = jinja(command)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Set LIVEDOCS_DATABASE_URL to" in done.stderr


def test_nobody_migrates_through_pgbouncer():
    settings = Settings(database_url="postgresql://ada@127.0.0.1:1/library", database_pgbouncer=True)
    with pytest.raises(SettingsError, match="with the address of the server itself"):
        migrate_catalogue(settings)


@pytest.mark.parametrize(
    ("url", "code", "complaint"),
    [
        ("mysql://host/name", 2, "LIVEDOCS_DATABASE_URL"),
        ("postgresql://ada:sesame@127.0.0.1:1/x", 3, "cannot be reached"),
    ],
)
def test_a_database_that_cannot_be_used_is_said_without_its_password(empty, url, code, complaint):
    done = empty("docsets", LIVEDOCS_DATABASE_URL=url)
    assert (done.returncode, done.stdout) == (code, "")
    assert complaint in done.stderr
    assert "sesame" not in done.stderr
    assert "Traceback" not in done.stderr
