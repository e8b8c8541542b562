"""Several processes behind one socket: how they start, are replaced, and end."""

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

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


@contextmanager
def serving(library: Path, pipe: Path, *, timeout_seconds: int = 60) -> Iterator[tuple[subprocess.Popen[str], int]]:
    os.mkfifo(pipe)
    command = [sys.executable, str(HERE / "slow_server.py"), str(library), str(pipe), str(timeout_seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        news, port = process.stdout.readline().split()
        assert news == "READY"
        try:
            yield process, int(port)
        finally:
            process.kill()


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


def test_a_running_request_is_finished_before_the_workers_end(jinja_library: Path, tmp_path: Path):
    with serving(jinja_library, tmp_path / "pipe") as (process, port), slow_request(port) as connection:
        writer = os.open(tmp_path / "pipe", os.O_WRONLY)  # returns when the route reads
        process.send_signal(signal.SIGTERM)
        until_nobody_listens(port)
        os.write(writer, b"at last")
        os.close(writer)
        answer = received(connection)
        assert answer.startswith(b"HTTP/1.1 200")
        assert answer.endswith(b'"at last"')
        assert process.wait() == -signal.SIGTERM


def test_a_request_that_never_ends_does_not_keep_the_server_from_ending(jinja_library: Path, tmp_path: Path):
    with (
        serving(jinja_library, tmp_path / "pipe", timeout_seconds=1) as (process, port),
        slow_request(port) as connection,
    ):
        writer = os.open(tmp_path / "pipe", os.O_WRONLY)
        process.send_signal(signal.SIGTERM)
        assert process.wait() == -signal.SIGTERM
        os.close(writer)
        assert b"200" not in received(connection)


def test_workers_end_when_their_supervisor_is_killed(jinja_library: Path, tmp_path: Path):
    with serving(jinja_library, tmp_path / "pipe") as (process, port):
        workers = [os.pidfd_open(worker) for worker in children(process.pid)]
        assert len(workers) == 2
        process.kill()
        for worker in workers:
            select.select([worker], [], [])  # until it has ended
            os.close(worker)
        until_nobody_listens(port)


def test_a_killed_worker_is_replaced_and_nobody_else_notices(jinja_library: Path, tmp_path: Path):
    with serving(jinja_library, tmp_path / "pipe") as (process, port):
        before = children(process.pid)
        os.kill(before[0], signal.SIGKILL)
        while len(after := set(children(process.pid)) - {before[0]}) < 2:
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
                assert client.get("/search?q=Environment").status_code == 200
        assert before[1] in after


def test_ctrl_c_ends_an_idle_server_at_once(jinja_library: Path, tmp_path: Path):
    with serving(jinja_library, tmp_path / "pipe") as (process, _):
        process.send_signal(signal.SIGINT)
        assert process.wait() == -signal.SIGINT
