"""The complete service: its own tests pass, and one command starts it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import URL

from fastapi_data.testing.provisioning import new_database

FOLDER = Path(__file__).parents[2] / "examples/articles"


@pytest.fixture(params=["postgres", "sqlite"])
def server(request: pytest.FixtureRequest, postgres_database: URL) -> str:
    return "sqlite://" if request.param == "sqlite" else postgres_database.render_as_string(hide_password=False)


def environment(url: str, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "PYTEST_"))}
    return {**kept, "DATABASE_URL": url, "PYTHONDONTWRITEBYTECODE": "1", **more}


def test_its_own_tests_pass(server):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    outcome = subprocess.run(command, cwd=FOLDER, env=environment(server), capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout
    assert re.search(r"\n\d\d passed", outcome.stdout)


def test_the_command_of_its_readme_starts_it(server, tmp_path):
    command = re.search(r"^DATABASE_URL=\S+ python (-m \w+)$", (FOLDER / "README.md").read_text(), re.MULTILINE)
    with new_database(server, tmp_path) as url:
        process = subprocess.Popen(
            [sys.executable, *command[1].split()],
            cwd=FOLDER,
            env=environment(url, PORT="0"),
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            try:
                lines = iter(process.stderr.readline, "")
                address = next(found[0] for line in lines if (found := re.search(r"http://[\d.:]+", line)))
                with httpx2.Client(base_url=address) as client:
                    created = client.post("/api/v1/articles", json={"title": "A", "slug": "a", "text": "..."}).json()
                    assert client.get("/api/v1/articles").json() == {"items": [created], "next_cursor": None}
            finally:
                process.terminate()
        assert process.returncode in {0, -15}
