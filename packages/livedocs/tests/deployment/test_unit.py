"""The systemd unit: its command serves in the environment and the folders that it names."""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx2
from own_servers import free_port

from livedocs.settings.effective import fields, variable_of

from .conftest import ROOT, environment_of, until_ready

DEPLOYED = ("Dockerfile", "compose.yaml", "deploy/livedocs.service", "deploy/nginx.conf", "deploy/Caddyfile")


def values(text: str, name: str) -> list[str]:
    return [line.partition("=")[2] for line in text.splitlines() if line.startswith(f"{name}=")]


def test_the_unit_starts_livedocs_with_folders_that_it_makes(
    small_library: Path, tmp_path: Path, start: Callable[..., subprocess.Popen[str]]
):
    unit = (ROOT / "deploy" / "livedocs.service").read_text()
    for directory, place in (("StateDirectory", "var/lib"), ("CacheDirectory", "var/cache")):
        (tmp_path / place / values(unit, directory)[0]).mkdir(parents=True)
    moved = {
        name: value.replace("/var/", f"{tmp_path}/var/")
        for line in values(unit, "Environment")
        for name, value in (pair.split("=", 1) for pair in shlex.split(line))
    }
    shutil.copy(small_library, moved["LIVEDOCS_LIBRARY_PATH"])
    port = free_port()
    (command,) = values(unit, "ExecStart")
    program, *arguments = shlex.split(command)
    assert program == "/opt/livedocs/bin/livedocs"
    folder = Path(values(unit, "WorkingDirectory")[0].replace("/var/", f"{tmp_path}/var/"))
    process = start(
        [str(Path(sys.executable).with_name("livedocs")), *arguments],
        environment_of(moved | {"LIVEDOCS_PORT": str(port)}, folder),
        folder,
    )
    until_ready(process)
    assert httpx2.get(f"http://127.0.0.1:{port}/readyz").json()["status"] == "ready"
    process.terminate()
    # Once it has ended what ran, it lets the signal have its way.
    assert process.wait() in {0, -signal.SIGTERM}


def test_what_the_files_of_a_deployment_set_are_settings():
    known = {variable_of(name) for name in fields()}
    named = {name for file in DEPLOYED for name in re.findall(r"LIVEDOCS_[A-Z_]+", (ROOT / file).read_text())}
    assert len(named) > 4
    assert named <= known
