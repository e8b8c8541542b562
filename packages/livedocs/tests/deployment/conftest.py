"""Processes of a deployment, started outside of any container as its files say."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

ROOT = Path(__file__).resolve().parents[4]

Run = Callable[..., None]


def environment_of(variables: Mapping[str, str], folder: Path) -> dict[str, str]:
    """What a process of a deployment sees: nothing of who runs the tests but where programs are."""
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"} | dict(variables)


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts processes that end with the test."""
    with ExitStack() as running:

        def started(command: list[str], environment: Mapping[str, str], folder: Path) -> subprocess.Popen[bytes]:
            process = running.enter_context(subprocess.Popen(command, env=environment, cwd=folder))
            running.callback(process.terminate)
            return process

        yield started


def until_answered(process: subprocess.Popen[bytes], url: str, *, status: int = 200) -> httpx2.Response:
    """Ask until a process answers with a status."""
    while True:
        assert process.poll() is None, "it ended"
        try:
            answer = httpx2.get(url)
        except httpx2.TransportError:
            continue
        if answer.status_code == status:
            return answer
