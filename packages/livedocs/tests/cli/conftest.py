"""The real command, run as a person would."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

COMMAND = str(Path(sys.executable).parent / "livedocs")


@pytest.fixture(scope="session", autouse=True)
def _signals_reach_what_is_started() -> None:
    """A shell's background ignores Ctrl-C, ``nohup`` the end of the terminal; all that is started there would, too."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@dataclass(frozen=True)
class Terminal:
    """Runs ``livedocs`` in an environment of its own."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str | bytes, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = self.environment | variables
        return subprocess.run(
            [COMMAND, *arguments],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    @property
    def environment(self) -> dict[str, str]:
        plain = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8", "COLUMNS": "100"}
        return plain | self.variables

    @property
    def library(self) -> Path:
        return Path(self.variables["LIVEDOCS_LIBRARY_PATH"])

    def with_library(self, path: Path) -> "Terminal":
        return replace(self, variables=self.variables | {"LIVEDOCS_LIBRARY_PATH": str(path)})

    @contextmanager
    def serving(
        self, *arguments: str, said: str = "livedocs is ready at"
    ) -> Iterator[tuple[subprocess.Popen[str], str]]:
        """Start a command that serves, wait until it says this and where, and stop it at the end."""
        process = subprocess.Popen(
            [COMMAND, *arguments], cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        with process:
            for line in process.stdout:
                if said in line:
                    break
            else:
                pytest.fail(f"it never said {said!r}, and ended with {process.wait()}")
            try:
                yield process, next(word for word in line.split() if word.startswith("http://"))
            finally:
                process.kill()


@pytest.fixture
def empty(tmp_path: Path, download_cache: Path) -> Terminal:
    """A terminal on a machine without a library."""
    places = {
        "LIVEDOCS_LIBRARY_PATH": str(tmp_path / "data" / "library.sqlite"),
        "LIVEDOCS_CACHE_FOLDER": str(download_cache),
    }
    return Terminal(tmp_path, places)


@pytest.fixture
def jinja(empty: Terminal, jinja_library: Path) -> Terminal:
    """A terminal with a library that is read only."""
    return empty.with_library(jinja_library)


@pytest.fixture
def own_jinja(empty: Terminal, jinja_library: Path) -> Terminal:
    """A terminal with a library that may be changed."""
    empty.library.parent.mkdir()
    shutil.copy(jinja_library, empty.library)
    return empty


@pytest.fixture
def jinja_docset(jinja: Terminal) -> str:
    """The docset in that library, as the command line names it."""
    docset = json.loads(jinja("docsets", "--json").stdout)["docsets"][0]
    return f"{docset['name']}@{docset['version']}"
