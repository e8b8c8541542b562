"""Every example of the README runs, in order, as one program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import fastapi_data
from fastapi_data import FastAPIDataError

README = Path(__file__).parents[1] / "README.md"


@pytest.fixture
def readme(tmp_path, monkeypatch) -> dict[str, object]:
    """What the README's examples define, after they ran."""
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "readme"}
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 7
    for block in blocks:
        exec(compile(block, str(README), "exec"), namespace)
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


def test_the_readme_names_no_error_that_does_not_exist():
    named = set(re.findall(r"`(\w+Error)`", README.read_text(encoding="utf-8")))
    assert named
    assert all(issubclass(getattr(fastapi_data, name), FastAPIDataError) for name in named)
