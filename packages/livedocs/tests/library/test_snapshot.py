"""A library file is checked before use and replaced all at once."""

import shutil
import sqlite3
import struct
from pathlib import Path

import pytest

from livedocs.errors import (
    LibraryBusyError,
    LibraryCorruptError,
    LibraryError,
    LibraryMissingError,
    LibraryVersionError,
)
from livedocs.library import snapshot


def test_a_complete_library_passes(jinja_library: Path) -> None:
    snapshot.check(jinja_library)


def test_a_missing_library_says_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(LibraryMissingError, match="livedocs build python"):
        snapshot.check(tmp_path / "library.sqlite")


def test_a_folder_in_its_place_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="cannot be read"):
        snapshot.check(tmp_path)


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 4096])
def test_what_is_no_sqlite_file_is_named_with_the_remedy(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "library.sqlite"
    path.write_bytes(content)
    with pytest.raises(LibraryCorruptError, match=f"{path}.*not a SQLite file.*livedocs build"):
        snapshot.check(path)


def test_another_programs_sqlite_file_is_no_library(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE user (name)")
    connection.close()
    with pytest.raises(LibraryCorruptError, match="not a library of livedocs"):
        snapshot.check(path)


@pytest.mark.parametrize("kept_bytes", [100, 8192, -1])
def test_a_truncated_library_is_cut_off(tmp_path: Path, jinja_library: Path, kept_bytes: int) -> None:
    path = tmp_path / "library.sqlite"
    path.write_bytes(jinja_library.read_bytes()[:kept_bytes])
    with pytest.raises(LibraryCorruptError, match="cut off"):
        snapshot.check(path)


def test_a_library_of_another_version_says_which(tmp_path: Path, jinja_library: Path) -> None:
    content = bytearray(jinja_library.read_bytes())
    struct.pack_into(">I", content, 60, 999)
    path = tmp_path / "library.sqlite"
    path.write_bytes(content)
    with pytest.raises(LibraryVersionError, match="schema 999"):
        snapshot.check(path)


def test_a_replacement_takes_the_place_of_the_last_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "library.sqlite"
    with snapshot.replacing(path) as new:
        new.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"


def test_a_failed_replacement_leaves_the_last_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    path.write_text("last")
    with pytest.raises(IsADirectoryError), snapshot.replacing(path) as new:
        new.write_bytes(tmp_path.read_bytes())
    assert path.read_text() == "last"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["library.sqlite", "library.sqlite.lock"]


def test_what_a_killed_build_left_is_removed_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    leftover = tmp_path / "library.sqlite.building-1"
    leftover.write_text("half")
    with snapshot.replacing(path) as new:
        assert not leftover.exists()
        new.write_text("new")


def test_two_builds_at_once_do_not_lose_each_others_docsets(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    with snapshot.replacing(path) as new:
        new.write_text("first")
        with pytest.raises(LibraryBusyError, match="Another build"), snapshot.replacing(path):
            raise AssertionError("the second build must not start")
    assert path.read_text() == "first"


def test_a_folder_that_cannot_be_made_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LibraryError, match="LIVEDOCS_LIBRARY_PATH"), snapshot.replacing(tmp_path / "file" / "library"):
        raise AssertionError("there is no folder to build in")


def test_setting_aside_never_overwrites_what_was_set_aside_before(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    for content in ("first", "second"):
        path.write_text(content)
        snapshot.set_aside(path)
    assert sorted(file.read_text() for file in tmp_path.iterdir()) == ["first", "second"]


@pytest.mark.parametrize("folder", ["100% sure?", "a#b", "gr\udcffn"])
def test_a_library_is_read_whatever_its_folder_is_called(jinja_library: Path, tmp_path: Path, folder: str) -> None:
    path = tmp_path / folder / "library.sqlite"
    path.parent.mkdir()
    shutil.copy(jinja_library, path)
    snapshot.verify(path)


def test_a_path_with_two_slashes_in_front_leads_to_the_same_library(jinja_library: Path) -> None:
    snapshot.verify(Path(f"/{jinja_library}"))
