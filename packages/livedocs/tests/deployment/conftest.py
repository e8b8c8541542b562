"""Processes of a deployment, started outside of any container as its files say."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx2
import pytest

ROOT = Path(__file__).resolve().parents[4]

Run = Callable[..., None]


def environment_of(variables: Mapping[str, str], folder: Path) -> dict[str, str]:
    """What a process of a deployment sees: nothing of who runs the tests but where programs are."""
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"} | dict(variables)


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts processes that end with the test."""
    with ExitStack() as running:

        def started(command: list[str], environment: Mapping[str, str], folder: Path) -> subprocess.Popen[str]:
            process = running.enter_context(
                subprocess.Popen(command, env=environment, cwd=folder, stdout=subprocess.PIPE, text=True)
            )
            running.callback(process.terminate)
            return process

        yield started


def until_ready(process: subprocess.Popen[str]) -> None:
    """Wait until a livedocs says that it has a library and answers."""
    assert process.stdout is not None
    assert any("livedocs is ready at" in line for line in process.stdout), "it ended"


def until_answered(process: subprocess.Popen[bytes], url: str) -> None:
    """Ask until another server answers, which does not say when it does."""
    # One client, which reads no certificates: asking must not take the time in which the server starts.
    with httpx2.Client(verify=False) as client:
        while True:
            assert process.poll() is None, "it ended"
            with suppress(httpx2.TransportError):
                if client.get(url).is_success:
                    return
            os.sched_yield()
