"""The command that an example's docstring names starts it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import URL

from fastapi_data.testing.provisioning import new_database

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def database_url(postgres_database: URL, tmp_path: Path):
    with new_database(postgres_database.render_as_string(hide_password=False), tmp_path) as url:
        yield url


@pytest.mark.parametrize(
    ("example", "address", "answer"),
    [
        ("cached", "/temperatures/Atlantis", {"detail": "There is no thermometer."}),
        ("in_memory", "/users/1", {"id": 1, "name": "Ada", "email": "ada@example.org"}),
        ("postgres", "/folders", []),
    ],
)
def test_one_command_starts_it(example, address, answer, database_url, tmp_path):
    # A copy, because an example may make files beside itself.
    folder = shutil.copytree(EXAMPLES / example, tmp_path / example)
    source = (folder / "application.py").read_text(encoding="utf-8")
    program = re.search(r"^Start it with ``(?:\w+=\S+ )?python (\S+)``", source, re.MULTILINE)[1]
    environment = os.environ | {"DATABASE_URL": database_url, "PORT": "0"}
    command = [sys.executable, program]
    with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            lines = iter(process.stderr.readline, "")
            base = next(found[0] for line in lines if (found := re.search(r"http://[\d.:]+", line)))
            assert httpx2.get(base + address).json() == answer
        finally:
            process.terminate()
    assert process.returncode in {0, -15}
