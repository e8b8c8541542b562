"""The example application does what it shows."""

from __future__ import annotations

import importlib.util
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pytest
from starlette.testclient import TestClient

SOURCE = Path(__file__).parents[2] / "examples/in_memory/application.py"


@pytest.fixture
def example(monkeypatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("in_memory_application", SOURCE)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def users_file(example, tmp_path) -> Path:
    path = tmp_path / "users.sqlite"
    example.make_users_file(path)
    return path


def test_it_lists_and_finds_users(example, users_file):
    with TestClient(example.create_app(users_file)) as client:
        assert [user["name"] for user in client.get("/users").json()] == ["Ada", "Barbara", "Grace"]
        assert client.get("/users/2").json() == {"id": 2, "name": "Grace", "email": "grace@example.org"}
        assert client.get("/users/9").status_code == 404


def test_a_reload_shows_new_users_at_once(example, users_file):
    with TestClient(example.create_app(users_file)) as client:
        assert len(client.get("/users").json()) == 3
        with closing(sqlite3.connect(users_file)) as connection, connection:
            connection.execute("INSERT INTO user (name, email) VALUES ('Edsger', 'edsger@example.org')")
        assert len(client.get("/users").json()) == 3
        assert client.post("/reload").json() == {"generation": 2}
        assert len(client.get("/users").json()) == 4


def test_a_broken_file_leaves_the_old_users(example, users_file):
    with TestClient(example.create_app(users_file)) as client:
        users_file.write_bytes(b"")
        answer = client.post("/reload")
        assert (answer.status_code, answer.json()) == (
            503,
            {"detail": "The old data stays: The file is empty. Build or copy it again."},
        )
        assert len(client.get("/users").json()) == 3
