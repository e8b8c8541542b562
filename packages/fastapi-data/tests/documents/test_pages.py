"""Every page of the site runs as a program: its examples, its files and its commands."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import fastapi_data
from fastapi_data import Database, DatabaseSettings, FastAPIDataError, InMemoryDatabase, Repository, ResponseCache
from fastapi_data.cache.options import CacheOptions
from fastapi_data.migrations.__main__ import main

DOCS = Path(__file__).parents[2] / "docs"
TUTORIAL = DOCS / "tutorial.md"
PAGES = sorted(DOCS.rglob("*.md"))
PROGRAMS = [page for page in PAGES if "```python" in page.read_text(encoding="utf-8") and page != TUTORIAL]


def name_of(page: Path) -> str:
    return page.relative_to(DOCS).with_suffix("").as_posix()


@pytest.mark.parametrize("page", PROGRAMS, ids=name_of)
def test_what_a_page_shows_is_so(run_page, page):
    run_page(page)


def test_the_tutorial_runs_from_its_first_command_to_its_last(run_page):
    run_page(TUTORIAL)


def test_the_service_of_the_tutorial_runs_on_postgres_without_a_change(run_page):
    run_page(TUTORIAL, on="postgres", leave_out={"pytest", "uvicorn"})
    with TestClient(import_module("main").app) as client:
        made = client.post("/notes", json={"title": "Plan", "text": "Move."}).json()
        assert client.get("/notes").json()["items"] == [made]
        assert client.post("/notes", json={"title": "Plan", "text": "Again."}).status_code == 409


def test_every_task_has_examples_that_run():
    assert {page.parent.name for page in PROGRAMS} == {"coming-from", "how-to"}
    assert {page for page in PAGES if page.parent.name in {"coming-from", "how-to"}} == set(PROGRAMS)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_page_names_an_error_that_does_not_exist(page):
    # The first column of a table may name another library's.
    ours = re.sub(r"^\|[^|]*\|", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for name in re.findall(r"`(\w+Error)`", ours):
        assert issubclass(getattr(fastapi_data, name), FastAPIDataError)


@pytest.mark.parametrize("kind", [Database, InMemoryDatabase, Repository, ResponseCache])
def test_every_method_is_shown(kind):
    pages = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    methods = {name for name, value in vars(kind).items() if name[0] != "_" and not isinstance(value, property)}
    assert {name for name in methods if not re.search(rf"\b{name}\(|`{name}`", pages)} == set()


def test_every_extra_is_explained():
    project = tomllib.loads((DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", index, re.MULTILINE)) == set(project["optional-dependencies"])


def test_every_variable_of_the_settings_is_explained():
    table = (DOCS / "how-to/databases.md").read_text(encoding="utf-8")
    variables = {f"DATABASE_{name.upper()}" for name in DatabaseSettings.model_fields if name != "environment"}
    assert set(re.findall(r"`(DATABASE_\w+)`", table)) == variables
    assert "`ENV`" in table


def test_every_option_of_the_cache_is_explained():
    pages = [(DOCS / f"how-to/{name}.md").read_text(encoding="utf-8") for name in ("cache", "cache-tags")]
    assert [option for option in CacheOptions.__annotations__ if not any(option in page for page in pages)] == []


def test_every_command_of_migrations_is_explained(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    (commands,) = re.findall(r"\{(init.*?)\}", capsys.readouterr().out)[:1]
    table = (DOCS / "how-to/migrations.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(commands.split(","))
