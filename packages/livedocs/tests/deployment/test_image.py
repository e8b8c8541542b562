"""The Dockerfile: what it copies and runs leads to a livedocs that serves, from files that nobody writes to."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import frontend
import httpx2
import pytest
from own_servers import free_port

from .conftest import ROOT, environment_of, until_ready
from .dockerfile import Build, instructions

DOWNLOADS_NODE_MODULES = "npm install --no-save --loglevel=error"
INSTALLS = "/opt/livedocs/bin/pip install --no-cache-dir --no-deps --no-build-isolation"
OURS = "./packages/fastapi-data ./packages/livedocs"
DOWNLOADS_WHEELS = "/opt/livedocs/bin/pip install --no-cache-dir --require-hashes --requirement requirements/run.lock"


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """What the Dockerfile makes. What it only downloads is taken from the environment of the tests."""
    build = Build(ROOT, tmp_path_factory.mktemp("image"))
    npm = frontend.find_npm()
    packages = sysconfig.get_path("purelib")
    text = (ROOT / "Dockerfile").read_text()
    create_user = next(line for keyword, line in instructions(text) if keyword == "RUN" and "useradd" in line)
    instead = {
        DOWNLOADS_NODE_MODULES: f"ln -s {ROOT}/packages/livedocs/frontend/node_modules node_modules",
        "npm run --silent build": f"PATH={npm.node_folder}:$PATH {' '.join(npm.command)} run --silent build",
        # Installing pip takes longer than all that it does here; uv does the same with the same build backend.
        "python -m venv /opt/livedocs": f"{sys.executable} -m venv --without-pip /opt/livedocs",
        f"{INSTALLS} {OURS}": (
            f"{Path(sys.executable).with_name('uv')} pip install --python /opt/livedocs/bin/python --no-deps "
            f"--no-build-isolation --offline --quiet {OURS}"
        ),
        DOWNLOADS_WHEELS: f"echo {packages} > $(echo /opt/livedocs/lib/python*/site-packages)/locked.pth",
        create_user: "mkdir /data",
    }
    for instruction in instructions(text):
        build.take(instruction, instead=instead)
    assert set(instead.values()) <= set(build.ran), "the Dockerfile runs other commands than this test knows"
    return build


def test_the_image_is_made_in_stages_and_not_run_by_root(image: Build):
    assert [stage.image for stage in image.stages.values()] == ["node:22-slim", "python:3.11-slim", "python:3.11-slim"]
    assert image.user == "livedocs"
    assert not list(image.stage.root.glob("**/node_modules"))


def test_neither_secrets_nor_what_was_built_here_come_into_the_image(image: Build):
    copied = [path for stage in image.stages.values() for path in (stage.root / "src").rglob("*")]
    assert copied
    assert not [path for path in copied if path.name in {"tests", "__pycache__", ".env", ".git"}]


def test_the_image_serves_and_says_that_it_is_well_and_writes_to_none_of_its_files(
    image: Build, small_library: Path, tmp_path: Path, start: Callable[..., subprocess.Popen[str]]
):
    port = free_port()
    variables = {name: image.stage.moved(value) for name, value in image.stage.variables.items()}
    variables |= {"LIVEDOCS_LIBRARY_PATH": str(small_library), "LIVEDOCS_PORT": str(port)}
    installed = image.stage.root / "opt"
    before = files_of(installed)
    environment = environment_of(variables, tmp_path)
    process = start([str(installed / "livedocs" / "bin" / image.command[0]), *image.command[1:]], environment, tmp_path)
    until_ready(process)
    assert "/static/" in httpx2.get(f"http://127.0.0.1:{port}/").text
    check = [part.replace(":8000", f":{port}") for part in image.health]
    assert check != image.health
    assert subprocess.run(check, env=environment, check=False).returncode == 0
    process.terminate()
    process.wait()
    assert subprocess.run(check, env=environment, check=False, stderr=subprocess.DEVNULL).returncode != 0
    assert files_of(installed) == before
    code = "import livedocs; print(livedocs.__file__)"
    imported = subprocess.run(["python", "-c", code], env=environment, check=True, capture_output=True, text=True)
    assert imported.stdout.startswith(str(installed))


def files_of(folder: Path) -> dict[str, int]:
    return {str(path): path.lstat().st_mtime_ns for path in folder.rglob("*")}
