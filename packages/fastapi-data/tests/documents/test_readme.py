"""The README's example runs, and what the README names exists."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.testclient import TestClient

import fastapi_data
from fastapi_data import FastAPIDataError
from fastapi_data.testing.provisioning import create_tables

PACKAGE = Path(__file__).parents[2]
README = PACKAGE / "README.md"


def test_the_application_of_the_readme_answers(run_page):
    readme = run_page(README)
    create_tables("sqlite:///notes.db", readme.Base.metadata)
    with TestClient(readme.app) as client:
        assert client.get("/notes").json()["items"] == []
        assert client.post("/notes", json={"title": "Plan"}).json() == 1
        assert client.get("/notes").json()["items"] == [{"title": "Plan"}]
        assert client.get("/notes").headers["age"] == "0"
        assert client.post("/notes", json={"title": "Plan"}).status_code == 409
        assert client.get("/notes").headers["age"] == "0"


def test_the_readme_stays_short():
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 120


def test_the_readme_names_no_error_that_does_not_exist():
    named = set(re.findall(r"`(\w+Error)`", README.read_text(encoding="utf-8")))
    assert named
    assert all(issubclass(getattr(fastapi_data, name), FastAPIDataError) for name in named)


def test_the_readme_names_every_example():
    named = set(re.findall(r"`examples/(\w+)`", README.read_text(encoding="utf-8")))
    folders = {folder.name for folder in (PACKAGE / "examples").iterdir() if folder.is_dir()}
    assert named == folders - {"__pycache__"}
