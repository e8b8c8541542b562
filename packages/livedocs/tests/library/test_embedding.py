"""A library's entries and their vectors."""

import fcntl
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sphinx.cmd.build import main as build_with_sphinx
from sqlalchemy import create_engine

from livedocs.errors import LibraryBusyError, LibraryCorruptError, LibraryMissingError, ModelError
from livedocs.library.build import build_docset, remove
from livedocs.library.embedding import embed_library
from livedocs.library.models import Docset
from livedocs.library.reader import docsets
from livedocs.search.opening import open_engine
from livedocs.semantic.embedder import Embedder
from livedocs.semantic.entry_vectors import RECORD_BYTES
from livedocs.sources.documentation import Documentation

Report = list[tuple[str, int, int | None]]


@pytest.fixture
def library(jinja_library: Path, tmp_path: Path) -> Path:
    """A library that may be changed."""
    return shutil.copy(jinja_library, tmp_path / "library.sqlite")


@pytest.fixture
def vectors(vectors_of_jinja: Path, tmp_path: Path) -> Path:
    """What an earlier run kept, to be used by this one."""
    return shutil.copy(vectors_of_jinja, tmp_path / "vectors.sqlite")


def stored(library: Path) -> dict[str, bytes]:
    """The vectors of each docset by its name."""
    with closing(sqlite3.connect(library)) as connection:
        rows = connection.execute("SELECT name, data FROM docset_vectors JOIN docset ON docset.id = docset_id")
        return dict(rows.fetchall())


def held(library: Path) -> dict[str, Docset]:
    engine = create_engine(f"sqlite:///{library}")
    with engine.connect() as connection:
        found = {docset.name: docset for docset in docsets(connection)}
    engine.dispose()
    return found


def test_every_entry_has_a_vector_and_a_question_is_answered_by_meaning(
    embedded_library: Path, jinja_library: Path, models_folder: Path
) -> None:
    assert len(stored(embedded_library)["jinja"]) == RECORD_BYTES * held(embedded_library)["jinja"].entry_count
    with open_engine(embedded_library, models_folder) as engine:
        assert engine.by_meaning
        answered = engine.search("forbid dangerous operations of untrusted code", explain=True)
    assert any("its meaning" in hit.why[0] for hit in answered.hits)
    with open_engine(jinja_library, models_folder) as engine:
        assert not engine.by_meaning


def test_what_was_embedded_once_comes_from_what_was_kept(
    library: Path, vectors: Path, embedder: Embedder, embedded_library: Path
) -> None:
    reports: Report = []
    embedded = embed_library(library, embedder, vectors, report=lambda *report: reports.append(report))
    assert embedded == held(library)["jinja"].entry_count
    assert [(step, done == total) for step, done, total in reports] == [("Embedding jinja 3.1.x", True)]
    assert stored(library) == stored(embedded_library)


def test_when_nothing_is_left_to_embed_the_library_stays_the_same_file(
    embedded_library: Path, embedder: Embedder, tmp_path: Path
) -> None:
    before = embedded_library.stat()
    assert embed_library(embedded_library, embedder, tmp_path / "vectors.sqlite") == 0
    after = embedded_library.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert list(tmp_path.iterdir()) == []


def test_vectors_of_another_model_are_not_compared_with_and_are_made_anew(
    library: Path, vectors: Path, embedder: Embedder, models_folder: Path
) -> None:
    embed_library(library, embedder, vectors)
    good = stored(library)
    with closing(sqlite3.connect(library)) as connection:
        connection.execute("UPDATE docset_vectors SET model = 'another', data = zeroblob(length(data))")
        connection.commit()
    with open_engine(library, models_folder) as engine:
        assert not engine.by_meaning
    assert embed_library(library, embedder, vectors) == held(library)["jinja"].entry_count
    assert stored(library) == good


def test_other_docsets_keep_their_vectors_while_one_is_added_built_anew_or_removed(
    library: Path,
    vectors: Path,
    embedder: Embedder,
    small_documentation: Documentation,
    jinja_documentation: Documentation,
) -> None:
    embed_library(library, embedder, vectors)
    jinja = stored(library)["jinja"]
    build_docset(small_documentation, library)
    assert stored(library) == {"jinja": jinja}
    assert embed_library(library, embedder, vectors) == held(library)["small"].entry_count
    small = stored(library)["small"]
    build_docset(jinja_documentation, library)
    assert stored(library) == {"small": small}
    embed_library(library, embedder, vectors)
    assert stored(library) == {"jinja": jinja, "small": small}
    remove("small", "1.0", library)
    assert stored(library) == {"jinja": jinja}


@pytest.fixture
def small_documentation(tmp_path: Path) -> Documentation:
    """A documentation of one page."""
    source, built = tmp_path / "source", tmp_path / "built"
    source.mkdir()
    (source / "conf.py").write_text("project = 'Small'\nversion = '1.0'\n")
    (source / "index.rst").write_text("Small\n=====\n\n.. py:function:: small.work(hours)\n\n   Does some work.\n")
    assert build_with_sphinx(["-q", "-b", "html", str(source), str(built)]) == 0
    return Documentation(root=built, origin="a test", original_url=None)


def test_a_killed_run_leaves_the_library_and_what_it_embedded(
    library: Path, embedder: Embedder, models_folder: Path, embedded_library: Path, tmp_path: Path
) -> None:
    before = library.read_bytes()
    code = (
        "import os, signal; from pathlib import Path\n"
        "from livedocs.library.embedding import embed_library; from livedocs.semantic.embedder import Embedder\n"
        "def report(step, done, total):\n"
        "    if done: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"embedder = Embedder.load(Path({str(models_folder)!r}))\n"
        f"embed_library(Path({str(library)!r}), embedder, Path({str(tmp_path / 'vectors')!r}), report=report)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    assert library.read_bytes() == before
    reports: Report = []
    embed_library(library, embedder, tmp_path / "vectors", report=lambda *report: reports.append(report))
    assert reports[0][1] > 0
    assert stored(library) == stored(embedded_library)
    assert not list(tmp_path.glob("*.building-*"))


def test_an_empty_library_has_nothing_to_embed(library: Path, embedder: Embedder, tmp_path: Path) -> None:
    remove("jinja", "3.1.x", library)
    assert embed_library(library, embedder, tmp_path / "vectors.sqlite") == 0


def test_a_library_that_is_missing_or_damaged_is_named(library: Path, embedder: Embedder, tmp_path: Path) -> None:
    with pytest.raises(LibraryMissingError, match=r"nowhere\.sqlite"):
        embed_library(tmp_path / "nowhere.sqlite", embedder, tmp_path / "vectors.sqlite")
    library.write_bytes(library.read_bytes()[:-5000])
    with pytest.raises(LibraryCorruptError, match=r"library\.sqlite"):
        embed_library(library, embedder, tmp_path / "vectors.sqlite")


def test_while_another_build_runs_nothing_is_embedded(library: Path, vectors: Path, embedder: Embedder) -> None:
    before = library.read_bytes()
    with library.with_name("library.sqlite.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(LibraryBusyError):
            embed_library(library, embedder, vectors)
    assert library.read_bytes() == before


def test_vectors_that_cannot_be_kept_leave_the_library_as_it_was(
    library: Path, embedder: Embedder, tmp_path: Path
) -> None:
    before = library.read_bytes()
    with pytest.raises(ModelError, match="cannot be read or written"):
        embed_library(library, embedder, tmp_path)
    assert library.read_bytes() == before


def test_a_full_disk_is_said_and_leaves_the_library_as_it_was(
    library: Path, vectors: Path, models_folder: Path
) -> None:
    before = library.read_bytes()
    code = (
        "import resource; from pathlib import Path\n"
        "from livedocs.errors import LibraryError\n"
        "from livedocs.library.embedding import embed_library; from livedocs.semantic.embedder import Embedder\n"
        f"library, embedder = Path({str(library)!r}), Embedder.load(Path({str(models_folder)!r}))\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (library.stat().st_size, resource.RLIM_INFINITY))\n"
        f"try: embed_library(library, embedder, Path({str(vectors)!r}))\n"
        "except LibraryError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "cannot be written" in done.stdout
    assert "Free some space" in done.stdout
    assert library.read_bytes() == before
