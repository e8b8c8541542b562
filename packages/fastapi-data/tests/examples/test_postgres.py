"""The example application does what it shows."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL
from starlette.testclient import TestClient

from fastapi_data import Database
from fastapi_data.testing.provisioning import new_database

SOURCE = Path(__file__).parents[2] / "examples/postgres/application.py"


@pytest.fixture
def client(monkeypatch, postgres_database: URL, tmp_path: Path) -> Iterator[TestClient]:
    spec = importlib.util.spec_from_file_location("postgres_application", SOURCE)
    example = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, example)
    spec.loader.exec_module(example)
    with new_database(postgres_database.render_as_string(hide_password=False), tmp_path) as url:
        asyncio.run(example.make_table(Database.from_url(url)))
        with TestClient(example.create_app(Database.from_url(url))) as client:
            yield client


def create(client: TestClient, name: str, parent_id: int | None = None) -> int:
    answer = client.post("/folders", json={"name": name, "parent_id": parent_id})
    assert answer.status_code == 201
    return answer.json()["id"]


def test_folders_are_in_folders(client):
    people = create(client, "people")
    ada = create(client, "ada", people)
    notes = create(client, "notes", ada)
    create(client, "bob", people)
    assert [folder["name"] for folder in client.get("/folders").json()] == ["people"]
    assert [folder["name"] for folder in client.get("/folders", params={"parent_id": people}).json()] == ["ada", "bob"]
    assert client.get(f"/folders/{notes}/path").json() == "/people/ada/notes"
    assert client.get("/readyz").status_code == 200


def test_a_name_is_used_once_in_a_folder(client):
    people = create(client, "people")
    create(client, "ada", people)
    for taken in ({"name": "people"}, {"name": "ada", "parent_id": people}):
        answer = client.post("/folders", json=taken)
        assert (answer.status_code, answer.json()["detail"]) == (
            409,
            "Folder: another one has the same values (parent_id, name).",
        )
    assert client.post("/folders", json={"name": "x", "parent_id": 99}).status_code == 409
    assert client.post("/folders", json={"name": "a/b"}).status_code == 422


def test_only_empty_folders_are_deleted(client):
    people = create(client, "people")
    ada = create(client, "ada", people)
    assert client.delete(f"/folders/{people}").status_code == 409
    assert client.delete(f"/folders/{ada}").status_code == 204
    assert client.delete(f"/folders/{people}").status_code == 204
    assert client.delete(f"/folders/{people}").status_code == 404
