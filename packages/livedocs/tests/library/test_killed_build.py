"""kill -9 at any moment of a build leaves the last good library."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from livedocs.library import snapshot
from livedocs.library.build import build_docset
from livedocs.search.opening import open_engine
from livedocs.sources.documentation import Documentation

_BUILD = """
import sys
from pathlib import Path
from livedocs.library.build import build_docset
from livedocs.sources.documentation import Documentation

def main():
    documentation = Documentation(Path(sys.argv[1]), "again")
    print("started", flush=True)
    report = lambda step, done, total: print(step, done, flush=True)
    build_docset(documentation, Path(sys.argv[2]), report=report)
    print("replaced", flush=True)

if __name__ == "__main__":
    main()
"""


@pytest.fixture
def library(jinja_documentation: Documentation, tmp_path: Path) -> Path:
    path = tmp_path / "library.sqlite"
    build_docset(jinja_documentation, path)
    return path


def _lines_until_killed(command: list[str], last_line: int, delay_seconds: float) -> Iterator[str]:
    """Kill a build so long after its line number ``last_line``."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for number, line in enumerate(process.stdout):
            yield line.strip()
            if number == last_line:
                break
        try:
            process.wait(timeout=delay_seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)


def test_the_last_good_library_survives_a_build_killed_at_any_moment(
    jinja_documentation: Documentation, library: Path, tmp_path: Path
) -> None:
    script = tmp_path / "build.py"
    script.write_text(_BUILD)
    command = [sys.executable, str(script), str(jinja_documentation.root), str(library)]
    complete = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    writing = complete.index("Writing the library 0")
    moments = [(0, 0.0), (1, 0.0), (writing // 2, 0.0), *((writing, step / 25) for step in range(8))]
    for line, delay_seconds in moments:
        seen = list(_lines_until_killed(command, line, delay_seconds))
        assert seen[0] == "started"
        snapshot.check(library)
        with open_engine(library) as engine:
            assert engine.search("jinja2.Environment").hits[0].name == "jinja2.Environment"
    subprocess.run(command, check=True, capture_output=True)
    assert sorted(file.name for file in tmp_path.iterdir() if file != script) == [
        "library.sqlite",
        "library.sqlite.lock",
    ]
