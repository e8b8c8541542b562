"""Every command on a library in PostgreSQL: LIVEDOCS_DATABASE_URL is all that changes."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fastapi_data import PostgresDatabase
from fastapi_data.testing.provisioning import in_thread, new_database
from livedocs.cli.publishing import migrate_catalogue
from livedocs.errors import SettingsError
from livedocs.library.postgres.connecting import opened
from livedocs.library.postgres.publishing import publishing
from livedocs.settings import Settings

from .conftest import Terminal

# Runs commands as they are given, each in a fork of a process that has imported everything: thirty of them take as
# long as two that begin from nothing.
_COMMANDS = """
import gc, json, os, sys
import anyio._backends._asyncio, asyncpg, fastapi_data.migrations, sqlalchemy.dialects.postgresql.asyncpg
from livedocs.cli import answers, app, building, changing, exit_codes, printing, publishing, reading
from livedocs.cli.main import main
from livedocs.library.postgres import reading, updating
from livedocs.search import postgres
from livedocs.settings import Settings

gc.freeze()  # else each fork would look through all of it, and copy it
for line in sys.stdin:
    given = json.loads(line)
    child = os.fork()
    if child == 0:
        break
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
else:
    sys.exit()
for number, name in enumerate((os.devnull, given["stdout"], given["stderr"])):
    os.dup2(os.open(name, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
os.chdir(given["folder"])
os.environ.clear()
os.environ.update(given["environment"])
sys.argv[1:] = given["arguments"]
try:
    main()
except SystemExit as ended:
    sys.stdout.flush()
    os._exit(ended.code)
"""


@dataclass(frozen=True)
class ForkingTerminal(Terminal):
    """A terminal whose commands need not import anything."""

    commands: subprocess.Popen[str] | None = None

    def __call__(self, *arguments: str | bytes, **variables: str) -> subprocess.CompletedProcess[str]:
        printed = {name: self.folder / f"{name}.txt" for name in ("stdout", "stderr")}
        given = {"arguments": arguments, "environment": self.environment | variables, "folder": str(self.folder)}
        json.dump(given | {name: str(path) for name, path in printed.items()}, self.commands.stdin)
        self.commands.stdin.write("\n")
        self.commands.stdin.flush()
        code = int(self.commands.stdout.readline())
        return subprocess.CompletedProcess(arguments, code, *(path.read_text("utf-8") for path in printed.values()))


@pytest.fixture(scope="module")
def commands() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", _COMMANDS], stdin=-1, stdout=-1, text=True) as process:
        yield process
        process.stdin.close()


@pytest.fixture
def terminal(empty: Terminal, commands: subprocess.Popen[str]) -> ForkingTerminal:
    """A terminal without a library."""
    return ForkingTerminal(empty.folder, empty.variables, commands)


@pytest.fixture
def in_database(terminal: ForkingTerminal, postgres_server: str, tmp_path: Path) -> Iterator[ForkingTerminal]:
    """A terminal with an empty database, reached by as few connections as can be set, and a cache folder of its own."""
    with new_database(postgres_server, tmp_path) as url:
        address = url.replace("postgresql://", "postgresql+asyncpg://")
        places = {"LIVEDOCS_DATABASE_URL": address, "LIVEDOCS_CACHE_FOLDER": str(tmp_path / "cache")}
        variables = terminal.variables | places | {"LIVEDOCS_DATABASE_POOL_SIZE": "1"}
        yield replace(terminal, variables=variables)


@pytest.fixture(scope="session")
def small_documentation(jinja_documentation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One page of Jinja's documentation, which is built and embedded at once."""
    folder = tmp_path_factory.mktemp("small-documentation")
    for name in ("objects.inv", "sandbox.html"):
        shutil.copy(jinja_documentation.root / name, folder)
    return folder


def names(terminal) -> list[str]:
    return [docset["name"] for docset in json.loads(terminal("docsets", "--json").stdout)["docsets"]]


def test_a_library_in_a_database_is_built_searched_shown_embedded_and_changed(
    in_database, small_documentation, models_folder, tmp_path
):
    shutil.copytree(models_folder, tmp_path / "cache" / "models")
    name = "jinja2.sandbox.SandboxedEnvironment"
    assert "is now at revision 0" in in_database("migrate").stdout
    built = in_database("build", str(small_documentation), "--name", "jinja")
    assert (built.returncode, "generation 1" in built.stdout) == (0, True), built.stderr
    assert in_database("build", str(small_documentation), "--name", "other").returncode == 0
    assert names(in_database) == ["jinja", "other"]
    found = in_database("search", "--json", "--docset", "jinja", name)
    assert json.loads(found.stdout)["hits"][0]["name"] == name
    assert in_database("show", name).stdout.startswith(name)
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


def test_a_file_is_published_unless_another_process_publishes(in_database, jinja_library, small_documentation):
    terminal = in_database.with_library(jinja_library)
    for command in (["publish"], ["build", str(small_documentation)]):
        refused = terminal(*command)
        assert refused.returncode == 3
        assert "'livedocs migrate'" in refused.stderr
        assert "Parsing pages" not in refused.stderr  # it is said before the work is done
    terminal("migrate")
    done = terminal("publish")
    assert done.returncode == 0, done.stderr
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
    begun_from_nothing = Terminal(in_database.folder, in_database.variables)
    with ThreadPoolExecutor() as threads:
        done = list(threads.map(lambda _: begun_from_nothing("migrate"), range(2)))
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
def test_without_a_database_its_commands_say_what_to_set(terminal, command):
    done = terminal(command)
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
def test_a_database_that_cannot_be_used_is_said_without_its_password(terminal, url, code, complaint):
    done = terminal("docsets", LIVEDOCS_DATABASE_URL=url)
    assert (done.returncode, done.stdout) == (code, "")
    assert complaint in done.stderr
    assert "sesame" not in done.stderr
    assert "Traceback" not in done.stderr
