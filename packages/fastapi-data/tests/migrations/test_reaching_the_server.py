"""Migrations reach a server as the application does, and tell no other one a password."""

from __future__ import annotations

import ssl
from contextlib import suppress

import anyio
import pytest
from alembic import command
from alembic.config import Config
from anyio import to_thread

from fastapi_data import DatabaseSettings, DatabaseUnavailableError, PostgresDatabase
from fastapi_data.migrations import current
from fastapi_data.migrations.__main__ import main

SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
"""What a client begins with that wants TLS: https://www.postgresql.org/docs/current/protocol-message-formats.html"""


class ServerWithoutTLS:
    """A stranger that takes the place of the real server.

    Attributes:
        url: where it listens.
        heard: what it was told.
    """

    def __init__(self, port: int) -> None:
        self.url = f"postgresql://ada:secret@127.0.0.1:{port}/shop"
        self.heard: list[bytes] = []

    async def serve(self, stream) -> None:
        async with stream:
            self.heard.append(await stream.receive())
            if self.heard == [SSL_REQUEST]:
                await stream.send(b"N")
                with suppress(anyio.EndOfStream, anyio.BrokenResourceError):
                    self.heard.append(await stream.receive())


@pytest.fixture
async def stranger():
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async with listener, anyio.create_task_group() as tasks:
        server = ServerWithoutTLS(listener.extra(anyio.abc.SocketAttribute.local_port))
        tasks.start_soon(listener.serve, server.serve)
        yield server
        tasks.cancel_scope.cancel()


@pytest.mark.parametrize("tls", ["require", ssl.create_default_context()])
async def test_a_database_that_insists_on_tls_is_migrated_with_it(application, stranger, tls):
    database = PostgresDatabase(stranger.url, tls=tls, startup_timeout_seconds=0)
    with pytest.raises(DatabaseUnavailableError, match="SSL"):
        await current(database, application.folder)
    assert stranger.heard == [SSL_REQUEST]


async def test_settings_that_insist_on_tls_are_kept(application, stranger):
    settings = DatabaseSettings("SHOP_", url=stranger.url, tls="require", startup_timeout_seconds=0.001)
    with pytest.raises(DatabaseUnavailableError, match="SSL"):
        await current(settings, application.folder)
    assert stranger.heard == [SSL_REQUEST]


@pytest.fixture
def _environment(monkeypatch, stranger):
    for name, value in {"URL": stranger.url, "TLS": "require", "STARTUP_TIMEOUT_SECONDS": "0.001"}.items():
        monkeypatch.setenv(f"DATABASE_{name}", value)


@pytest.mark.usefixtures("_environment")
async def test_the_command_line_takes_tls_from_the_environment(application, stranger, capsys):
    assert await to_thread.run_sync(main, ["--folder", str(application.folder), "current"]) == 1
    assert "SSL" in capsys.readouterr().err
    assert stranger.heard == [SSL_REQUEST]


@pytest.mark.usefixtures("_environment")
async def test_an_address_on_the_command_line_leaves_the_rest_to_the_environment(
    application, stranger, capsys, monkeypatch
):
    monkeypatch.delenv("DATABASE_URL")
    # Where another database is.
    for name, value in {"HOST": "127.0.0.2", "NAME": "other", "PASSWORD": "other", "REPLICAS": "no address"}.items():
        monkeypatch.setenv(f"DATABASE_{name}", value)
    command_line = ["--url", stranger.url, "--folder", str(application.folder), "current"]
    assert await to_thread.run_sync(main, command_line) == 1
    assert "SSL" in capsys.readouterr().err
    assert stranger.heard == [SSL_REQUEST]


@pytest.mark.usefixtures("_environment")
async def test_a_file_on_the_command_line_has_nothing_to_do_with_the_environment(application, tmp_path, capsys):
    command_line = ["--url", f"sqlite:///{tmp_path / 'here.db'}", "--folder", str(application.folder), "current"]
    assert await to_thread.run_sync(main, command_line) == 0
    assert capsys.readouterr().out == "The database is at base.\n"


@pytest.mark.usefixtures("_environment")
async def test_alembics_own_command_line_takes_tls_from_the_environment(application, stranger):
    config = Config()
    config.set_main_option("script_location", str(application.folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with pytest.raises(DatabaseUnavailableError, match="SSL"):
        await to_thread.run_sync(command.current, config)
    assert stranger.heard == [SSL_REQUEST]
