"""Several processes behind one socket: how they start, are replaced, and end."""

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import httpx2
import pytest

HERE = Path(__file__).parent


def children(process_id: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()]


def run_failing(way: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(HERE / "failing_workers.py"), way, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_when_a_worker_cannot_even_start_all_end_with_its_exit_code(tmp_path: Path):
    assert run_failing("start", tmp_path).returncode == 7


def test_a_worker_that_dies_is_replaced_at_once_and_named(tmp_path: Path):
    done = run_failing("die", tmp_path)
    assert done.returncode == signal.SIGTERM
    assert (tmp_path / "replaced").exists()
    assert "Worker 2" in done.stderr
    assert "ended with -9" in done.stderr


def test_workers_that_do_not_end_in_time_are_killed(tmp_path: Path):
    done = run_failing("ignore", tmp_path)
    assert done.returncode == signal.SIGTERM
    assert "did not end in time" in done.stderr


@dataclass(frozen=True)
class Serving:
    """A supervisor with two workers.

    Attributes:
        process_id: of the supervisor.
        port: they listen on.
        news: where it is said with what the supervisor ended.
    """

    process_id: int
    port: int
    news: TextIO

    def send_signal(self, number: int) -> None:
        os.kill(self.process_id, number)

    def wait(self) -> int:
        return int(self.news.readline())


Serve = Callable[..., AbstractContextManager[Serving]]


@pytest.fixture(scope="module")
def servers() -> Iterator[subprocess.Popen[str]]:
    """What servers are forked from."""
    command = [sys.executable, str(HERE / "slow_server.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@pytest.fixture
def serve(servers: subprocess.Popen[str], jinja_library: Path, pipe: Path) -> Serve:
    @contextmanager
    def serving(*, timeout_seconds: int = 60) -> Iterator[Serving]:
        assert servers.stdin is not None
        assert servers.stdout is not None
        servers.stdin.write(f"{jinja_library}\t{pipe}\t{timeout_seconds}\n")
        servers.stdin.flush()
        news, process_id, port = servers.stdout.readline().split()
        assert news == "READY"
        server = Serving(int(process_id), int(port), servers.stdout)
        try:
            yield server
        except BaseException:
            with suppress(ProcessLookupError):
                server.send_signal(signal.SIGKILL)
                server.wait()
            raise

    return serving


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


@contextmanager
def slow_request(port: int) -> Iterator[socket.socket]:
    """A request that the server has begun to answer when the block is entered: the pipe has a reader."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET /slow HTTP/1.1\r\nHost: livedocs\r\n\r\n")
        yield connection


def until_nobody_listens(port: int) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            return


def received(connection: socket.socket) -> bytes:
    with connection.makefile("rb") as answer:
        return answer.read()


def test_a_running_request_is_finished_before_the_workers_end(serve: Serve, pipe: Path):
    with serve() as server, slow_request(server.port) as connection:
        writer = os.open(pipe, os.O_WRONLY)  # returns when the route reads
        server.send_signal(signal.SIGTERM)
        until_nobody_listens(server.port)
        os.write(writer, b"at last")
        os.close(writer)
        answer = received(connection)
        assert answer.startswith(b"HTTP/1.1 200")
        assert answer.endswith(b'"at last"')
        assert server.wait() == -signal.SIGTERM


def test_a_request_that_never_ends_does_not_keep_the_server_from_ending(serve: Serve, pipe: Path):
    with serve(timeout_seconds=1) as server, slow_request(server.port) as connection:
        writer = os.open(pipe, os.O_WRONLY)
        server.send_signal(signal.SIGTERM)
        assert server.wait() == -signal.SIGTERM
        os.close(writer)
        assert b"200" not in received(connection)


def test_workers_end_when_their_supervisor_is_killed(serve: Serve):
    with serve() as server:
        workers = [os.pidfd_open(worker) for worker in children(server.process_id)]
        assert len(workers) == 2
        server.send_signal(signal.SIGKILL)
        assert server.wait() == -signal.SIGKILL
        for worker in workers:
            select.select([worker], [], [])  # until it has ended
            os.close(worker)
        until_nobody_listens(server.port)


def test_a_killed_worker_is_replaced_and_nobody_else_notices_and_ctrl_c_ends_an_idle_server_at_once(serve: Serve):
    with serve() as server:
        before = children(server.process_id)
        os.kill(before[0], signal.SIGKILL)
        while len(after := set(children(server.process_id)) - {before[0]}) < 2:
            with httpx2.Client(base_url=f"http://127.0.0.1:{server.port}") as client:
                assert client.get("/search?q=Environment").status_code == 200
        assert before[1] in after
        server.send_signal(signal.SIGINT)
        assert server.wait() == -signal.SIGINT
