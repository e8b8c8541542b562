"""Every example of the README runs, in order, as one program."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from starlette.testclient import TestClient

import fastapi_data
from fastapi_data import FastAPIDataError
from fastapi_data.testing.provisioning import create_tables

README = Path(__file__).parents[1] / "README.md"


def blocks_of_the_readme() -> list[str]:
    return re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def readme(tmp_path, monkeypatch) -> dict[str, object]:
    """What the README's examples define, after they ran."""
    monkeypatch.chdir(tmp_path)
    module = ModuleType("readme")
    monkeypatch.setitem(sys.modules, "readme", module)
    namespace = vars(module)
    blocks = blocks_of_the_readme()
    assert len(blocks) == 10
    for block in blocks:
        exec(compile(block, str(README), "exec", dont_inherit=True), namespace)
    return namespace


def test_the_application_of_the_readme_answers(readme):
    with TestClient(readme["app"]) as client:
        assert client.get("/users/1").json() == "Ada"
        assert client.get("/users/99").status_code == 404
        assert client.get("/users").json() == ["Ada", "Grace", "Barbara"]
        assert client.get("/count").json() == 3
        assert client.get("/count").headers["age"] == "0"
        assert client.get("/greeting").json() == "Hello"
        assert client.get("/names/2").json() == client.get("/names/2").json() == "Grace"
        assert client.get("/names/2").headers["age"] == "0"
        assert client.post("/names/2/changed").status_code == 200
        assert "age" not in client.get("/names/2").headers
        assert client.post("/reload").status_code == 200
        assert "age" not in client.get("/count").headers


def test_the_notes_of_the_readme_are_written_and_paged(readme):
    create_tables(str(readme["notes_db"].url), readme["Base"].metadata)
    with TestClient(readme["notes_app"]) as client:
        for slug in ("a", "b", "c"):
            assert client.post("/notes", json={"slug": slug, "words": slug}).json()["version"] == 1
        assert client.post("/notes", json={"slug": "a", "words": "again"}).status_code == 409
        changed = {"slug": "a", "words": "z", "version": 1}
        assert client.put("/notes/a", json=changed).json() == {**changed, "version": 2}
        assert client.put("/notes/a", json=changed).status_code == 409
        assert client.put("/notes/x", json=changed).status_code == 404
        first = client.get("/notes").json()
        second = client.get("/notes", params={"after": first["next_cursor"]}).json()
        assert [note["slug"] for note in first["items"] + second["items"]] == ["a", "c", "b"]
        assert client.get("/notes", params={"after": "x"}).status_code == 400


def test_the_tests_of_the_readme_pass(pytester, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "sqlite://")
    imports = "from typing import Annotated\nfrom fastapi import Depends, FastAPI\n"
    imports += "from sqlalchemy.ext.asyncio import AsyncSession\n"
    (notes,) = (block for block in blocks_of_the_readme() if "class Note(" in block)
    (tests,) = (block for block in blocks_of_the_readme() if "async def test_" in block)
    pytester.makeini("[pytest]\nanyio_mode = auto\nfilterwarnings = error\n")
    pytester.path.joinpath("notes.py").write_text(imports + notes)
    pytester.path.joinpath("test_notes.py").write_text(f"from notes import *\n{tests}")
    pytester.syspathinsert()
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_the_readme_names_no_error_that_does_not_exist():
    named = set(re.findall(r"`(\w+Error)`", README.read_text(encoding="utf-8")))
    assert named
    assert all(issubclass(getattr(fastapi_data, name), FastAPIDataError) for name in named)
