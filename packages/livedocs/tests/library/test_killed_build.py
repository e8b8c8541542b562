"""kill -9 at any moment of a build leaves the last good library."""

import signal
import subprocess
import sys
from pathlib import Path

from livedocs.library import snapshot
from livedocs.library.build import build_docset
from livedocs.search.opening import open_engine
from livedocs.sources.documentation import Documentation

# Names what a build does as it does it (pages parsed, statements sent to SQLite, the rename) and kills itself at the
# given occurrence of one of these steps.
_BUILD = """
import os, signal, sqlite3, sys
from pathlib import Path
from livedocs.library.build import build_docset
from livedocs.sources.documentation import Documentation

deadly, left = sys.argv[3], int(sys.argv[4])
renamed = False
connect = sqlite3.connect

def traced(*given, **named):
    connection = connect(*given, **named)
    connection.set_trace_callback(step)
    return connection

def step(what):
    global left
    left -= what.strip().startswith(deadly)
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

def audit(name, arguments):
    global renamed
    if renamed and name == "os.scandir":
        step("after the rename")
    if name == "os.rename":
        step(name)
        renamed = True

def main():
    documentation = Documentation(Path(sys.argv[1]), "again")
    sqlite3.connect = traced
    sys.addaudithook(audit)
    build_docset(documentation, Path(sys.argv[2]), report=lambda *given: step(given[0]))

if __name__ == "__main__":
    main()
"""
_STEPS = [
    ("Parsing pages", 1),
    ("Parsing pages", 9),
    ("Writing the library", 1),
    ("CREATE TABLE", 4),
    ("INSERT INTO main.entry", 1),
    ("INSERT INTO entry_body", 9),
    ("INSERT INTO entry_column", 3),
    ("INSERT INTO name_beginning", 1),
    ("INSERT INTO posting", 99),
    ("INSERT INTO vocabulary", 1),
    ("PRAGMA user_version", 1),
    ("os.rename", 1),
    ("after the rename", 1),
]


def _build(root: Path, library: Path, script: Path, step: tuple[str, int]) -> int:
    arguments = [str(root), str(library), step[0], str(step[1])]
    return subprocess.run([sys.executable, str(script), *arguments], check=False).returncode


def test_the_last_good_library_survives_a_build_killed_at_any_step(
    jinja_documentation: Documentation, tmp_path: Path
) -> None:
    library, script = tmp_path / "library.sqlite", tmp_path / "build.py"
    build_docset(jinja_documentation, library)
    script.write_text(_BUILD)
    for step in _STEPS:
        assert _build(jinja_documentation.root, library, script, step) == -signal.SIGKILL, step
        snapshot.verify(library)
        with open_engine(library) as engine:
            assert engine.search("jinja2.Environment").hits[0].name == "jinja2.Environment"
    assert _build(jinja_documentation.root, library, script, ("nothing like it", 1)) == 0
    left = sorted(file.name for file in tmp_path.iterdir() if file != script)
    assert left == ["library.sqlite", "library.sqlite.lock"]
