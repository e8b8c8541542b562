"""Pages of documentation as programs: each runs in a folder of its own, from its first block to its last."""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType

import pytest

from fastapi_data.migrations.__main__ import main as migrate
from fastapi_data.testing.provisioning import new_database

PACKAGE = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FILE = re.compile(r"# ([\w./-]*\.\w+)\n")


class Page:
    """A page that runs, in the current folder.

    - A block that begins with ``# name.py``, or another file's name, is that file.
    - Every other block of Python is executed, in one namespace.
    - The commands of a console block run. A server is started and stopped again; nothing is installed.

    Args:
        path: the page.
        leave_out: programs whose commands do not run.
    """

    def __init__(self, path: Path, leave_out: Collection[str] = ()) -> None:
        self._path = path
        self._leave_out = {"pip", *leave_out}
        self._text = path.read_text(encoding="utf-8")
        self.module = ModuleType(f"page_{path.stem.replace('-', '_')}")

    def run(self) -> ModuleType:
        blocks = list(BLOCK.finditer(self._text))
        assert blocks
        for block in blocks:
            language, code = block.groups()
            if named := FILE.match(code):
                write(Path(named[1]), code)
            elif language == "python":
                # As many empty lines as come before, so that a traceback names the page's own line.
                lines_before = self._text.count("\n", 0, block.start(2))
                exec(compile("\n" * lines_before + code, str(self._path), "exec"), vars(self.module))
            else:
                assert language == "console", f"{self._path.name} holds a block of {language} that names no file."
                commands = (shlex.split(line[2:]) for line in code.splitlines() if line.startswith("$ "))
                for command in commands:
                    if command[0] not in self._leave_out:
                        run_command(command)
        return self.module

    def save(self, folder: Path) -> None:
        """Write the files of the page, and all else as one program."""
        program = ""
        for language, code in BLOCK.findall(self._text):
            if named := FILE.match(code):
                write(folder / named[1], code)
            elif language == "python":
                program += code
        if program:
            write(folder / "program.py", program)


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def run_command(command: list[str]) -> None:
    match command:
        case ["export", assignment]:
            name, _, value = assignment.partition("=")
            # The test may have chosen another.
            os.environ.setdefault(name, value)
        case ["python", "-m", "fastapi_data.migrations", *arguments]:
            # Here and not in a process of its own, which would import everything for each command.
            assert migrate(arguments) == 0
        case ["pytest", *arguments]:
            start = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
            done = subprocess.run([*start, *arguments], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
        case ["uvicorn", *arguments]:
            start_and_stop([sys.executable, "-m", "uvicorn", *arguments, "--port", str(free_port())], os.environ.copy())
        case _:
            pytest.fail(f"Nobody knows how to run {shlex.join(command)}.")


def start_and_stop(command: list[str], environment: dict[str, str], when_running: Callable[[], None] = bool) -> None:
    server = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    said: list[str] = []
    try:
        for line in server.stderr:
            said.append(line)
            if "Uvicorn running" in line:
                when_running()
                break
        else:
            pytest.fail("".join(said))
    finally:
        server.terminate()
        server.communicate()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def program_folder(tmp_path, monkeypatch) -> Iterator[Path]:
    """The current folder, whose modules can be imported and are forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    modules = set(sys.modules)
    variables = os.environ.copy()
    yield tmp_path
    for name in sys.modules.keys() - modules:
        if str(tmp_path) in (getattr(sys.modules[name], "__file__", None) or ""):
            del sys.modules[name]
    os.environ.clear()
    os.environ.update(variables)


@pytest.fixture
def run_page(program_folder, monkeypatch, request) -> Iterator[Callable[..., ModuleType]]:
    """Runs a page of the documentation, with the servers it asks for."""
    databases = ExitStack()

    def run(path: Path, *, on: str | None = None, leave_out: Collection[str] = ()) -> ModuleType:
        page = Page(path, leave_out)
        text = path.read_text(encoding="utf-8")
        if on == "postgres" or (on is None and 'environ["DATABASE_URL"]' in text):
            server = request.getfixturevalue("postgres_database").render_as_string(hide_password=False)
            monkeypatch.setenv("DATABASE_URL", databases.enter_context(new_database(server, program_folder)))
        else:
            monkeypatch.delenv("DATABASE_URL", raising=False)
        if "REDIS_URL" in text:
            monkeypatch.setenv("REDIS_URL", request.getfixturevalue("own_redis").url)
        monkeypatch.setitem(sys.modules, page.module.__name__, page.module)
        return page.run()

    with databases:
        yield run


@pytest.fixture
def save_page() -> Callable[[Path, Path], None]:
    """Writes what a page shows into a folder."""
    return lambda path, folder: Page(path).save(folder)
