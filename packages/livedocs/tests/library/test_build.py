"""Building: what a library holds afterwards, and that nothing is lost on the way."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from livedocs.errors import LibraryCorruptError, LibraryVersionError, NotFoundError, SourceError
from livedocs.library import reader, snapshot
from livedocs.library.build import BuildReport, build_docset, remove
from livedocs.library.format import APPLICATION_ID, SCHEMA_VERSION
from livedocs.library.index.blocks import stored_postings
from livedocs.library.keys import docset_slug
from livedocs.library.models import Docset
from livedocs.library.parallel import parsing
from livedocs.library.postings import Postings
from livedocs.parsing.contexts import contexts
from livedocs.search.opening import open_engine
from livedocs.sources.documentation import Documentation
from livedocs.sources.inventory import Inventory


def _docsets(path: Path) -> list[Docset]:
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        found = reader.docsets(connection)
    engine.dispose()
    return found


def test_nearly_every_object_of_pythons_inventory_is_found(python_build: tuple[Path, BuildReport]) -> None:
    _, report = python_build
    assert report.coverage.share >= 0.995
    assert report.coverage.wanted > 13_000


def test_pythons_library_stays_below_thirty_megabytes(python_build: tuple[Path, BuildReport]) -> None:
    _, report = python_build
    assert report.size_bytes <= 30_000_000


def test_the_docset_says_where_it_comes_from_and_under_which_licence(python_build: tuple[Path, BuildReport]) -> None:
    docset = python_build[1].docset
    assert (docset.name, docset.version, docset.title) == ("python", "3.11", "Python")
    assert docset.original_url == "https://docs.python.org/3.11/"
    assert "Python Software Foundation" in docset.licence
    assert "python3.11-doc" in docset.origin


def test_a_docset_whose_licence_nobody_names_says_so(jinja_documentation: Documentation, tmp_path: Path) -> None:
    unnamed = Documentation(jinja_documentation.root, "somewhere")
    assert build_docset(unnamed, tmp_path / "library.sqlite").docset.licence == "not stated by the documentation"
    assert build_docset(jinja_documentation, tmp_path / "library.sqlite").docset.licence == "BSD-3-Clause"


def test_the_same_input_gives_the_same_content_hash(
    jinja_documentation: Documentation, jinja_library: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(jinja_documentation.root, copy, symlinks=True, ignore_dangling_symlinks=True)
    elsewhere = Documentation(
        copy, jinja_documentation.origin, licence=jinja_documentation.licence, project=jinja_documentation.project
    )
    report = build_docset(elsewhere, tmp_path / "library.sqlite")
    assert report.docset.content_hash == _docsets(jinja_library)[0].content_hash


def test_a_changed_page_changes_the_content_hash(jinja_documentation: Documentation, tmp_path: Path) -> None:
    first = build_docset(jinja_documentation, tmp_path / "library.sqlite")
    copy = tmp_path / "copy"
    shutil.copytree(jinja_documentation.root, copy, symlinks=True, ignore_dangling_symlinks=True)
    page = copy / "index.html"
    page.write_text(page.read_text().replace("</h1>", " changed</h1>"))
    second = build_docset(
        Documentation(copy, "changed", licence=jinja_documentation.licence), tmp_path / "other.sqlite"
    )
    assert first.docset.content_hash != second.docset.content_hash


def test_docsets_live_side_by_side_and_are_replaced_alone(
    jinja_documentation: Documentation, flask_documentation: Documentation, tmp_path: Path
) -> None:
    path = tmp_path / "library.sqlite"
    build_docset(jinja_documentation, path)
    build_docset(flask_documentation, path)
    build_docset(jinja_documentation, path)
    assert [docset.name for docset in _docsets(path)] == ["flask", "jinja"]
    with open_engine(path) as engine:
        assert engine.search("flask.Flask.route").hits[0].docset == "flask"
        assert engine.search("jinja2.Environment").hits[0].docset == "jinja"


def test_a_removed_docset_leaves_no_row_and_no_hit(
    jinja_documentation: Documentation, flask_documentation: Documentation, tmp_path: Path
) -> None:
    path = tmp_path / "library.sqlite"
    build_docset(jinja_documentation, path)
    version = build_docset(flask_documentation, path).docset.version
    remove("flask", version, path)
    assert [docset.name for docset in _docsets(path)] == ["jinja"]
    with open_engine(path) as engine:
        assert {hit.docset for hit in engine.search("application route").hits} == {"jinja"}
    with closing(sqlite3.connect(path)) as connection:
        entries = connection.execute("SELECT count(*) FROM entry").fetchone()
        assert connection.execute("SELECT count(*) FROM entry_body").fetchone() == entries
        assert connection.execute("SELECT count(DISTINCT docset_id) FROM word").fetchone() == (1,)


def _tables(path: Path) -> dict[str, list[tuple]]:
    with closing(sqlite3.connect(path)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {name: connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in names}


def test_the_same_input_gives_the_same_bytes(jinja_documentation: Documentation, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for path in (one, other):
        build_docset(jinja_documentation, path)
    assert one.read_bytes() == other.read_bytes()


def test_what_was_there_before_leaves_no_trace(
    jinja_documentation: Documentation, flask_documentation: Documentation, tmp_path: Path
) -> None:
    plain, changed = tmp_path / "plain", tmp_path / "changed"
    build_docset(jinja_documentation, plain)
    build_docset(flask_documentation, plain)
    build_docset(flask_documentation, changed, version="0.1")
    build_docset(flask_documentation, changed)
    build_docset(jinja_documentation, changed)
    build_docset(flask_documentation, changed)
    remove("flask", "0.1", changed)
    assert _tables(changed) == _tables(plain)


def test_docsets_keep_their_postings_beside_others(
    jinja_documentation: Documentation, flask_documentation: Documentation, tmp_path: Path
) -> None:
    alone: list[dict[str, Postings]] = []
    for number, documentation in enumerate((jinja_documentation, flask_documentation)):
        build_docset(documentation, tmp_path / f"{number}")
        build_docset(documentation, tmp_path / "both")
        alone.append(_postings(tmp_path / f"{number}"))
    jinja, flask = alone
    both = _postings(tmp_path / "both")
    before = _docsets(tmp_path / "0")[0].entry_count
    assert both.keys() == jinja.keys() | flask.keys()
    assert jinja.keys() & flask.keys()
    for term, found in both.items():
        expected = [(row, 0) for row in _rows(jinja.get(term))] + [(row, before) for row in _rows(flask.get(term))]
        assert _rows(found) == [(entry + behind, *said) for (entry, *said), behind in expected]


def _postings(path: Path) -> dict[str, Postings]:
    with closing(sqlite3.connect(path)) as connection:
        return dict(stored_postings(connection, None))


def _rows(found: Postings | None) -> list[tuple[int, int, int]]:
    if found is None:
        return []
    return list(zip(found.entry_ids.tolist(), found.text.tolist(), found.heading.tolist(), strict=True))


def test_removing_what_is_not_there_changes_nothing(jinja_library: Path) -> None:
    before = jinja_library.read_bytes(), jinja_library.stat().st_ino
    with pytest.raises(NotFoundError, match="no docset python 9"):
        remove("python", "9", jinja_library)
    assert (jinja_library.read_bytes(), jinja_library.stat().st_ino) == before


def test_a_folder_without_documentation_leaves_the_library_untouched(
    jinja_documentation: Documentation, tmp_path: Path
) -> None:
    path = tmp_path / "library.sqlite"
    build_docset(jinja_documentation, path)
    before = path.read_bytes()
    empty = tmp_path / "empty"
    empty.mkdir()
    shutil.copy(jinja_documentation.inventory_path, empty)
    with pytest.raises(SourceError, match="no HTML pages"):
        build_docset(Documentation(empty, "empty"), path)
    assert path.read_bytes() == before


def test_a_page_that_is_a_link_to_the_outside_is_not_read(jinja_documentation: Documentation, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(jinja_documentation.root, copy, symlinks=True, ignore_dangling_symlinks=True)
    secret = tmp_path / "secret.html"
    secret.write_text("<div role='main'><section id='s'><h1>Secret</h1></section></div>")
    (copy / "linked.html").symlink_to(secret)
    path = tmp_path / "library.sqlite"
    build_docset(Documentation(copy, "with a link"), path)
    with open_engine(path) as engine:
        assert all(hit.page != "linked.html" for hit in engine.search("secret").hits)


def test_an_unusable_file_is_set_aside_and_named(jinja_documentation: Documentation, tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    path.write_text("somebody's notes")
    report = build_docset(jinja_documentation, path)
    assert report.set_aside is not None
    assert report.set_aside.read_text() == "somebody's notes"
    snapshot.check(path)


def _damage(path: Path) -> None:
    """Overwrite the middle, as a failing disk might; the header stays."""
    content = bytearray(path.read_bytes())
    middle = slice(len(content) // 3, len(content) // 2)
    content[middle] = bytes(len(content[middle]))
    path.write_bytes(content)


def test_a_damaged_library_can_be_built_again_as_its_error_says(
    jinja_documentation: Documentation, jinja_library: Path, tmp_path: Path
) -> None:
    path = tmp_path / "library.sqlite"
    shutil.copy(jinja_library, path)
    _damage(path)
    with pytest.raises(LibraryCorruptError, match=r"damaged.*livedocs build"):
        remove("jinja", "3.1", path)
    assert build_docset(jinja_documentation, path).set_aside is not None
    snapshot.verify(path)


def test_a_library_without_tables_can_be_built_again(jinja_documentation: Documentation, tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    assert build_docset(jinja_documentation, path).set_aside is not None


@pytest.mark.parametrize("name", ["a b%20c#d.sqlite", "q?x=1.sqlite", 'it\'s "mine".sqlite', "äöü.sqlite"])
def test_any_file_name_will_do(jinja_documentation: Documentation, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    for _ in range(2):
        build_docset(jinja_documentation, path)
    with open_engine(path) as engine:
        assert engine.search("jinja2.Environment").hits
    assert {file.name for file in tmp_path.iterdir()} == {name, f"{name}.lock"}


def test_a_library_behind_a_link_is_replaced_where_it_is(jinja_documentation: Documentation, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    link = tmp_path / "library.sqlite"
    link.symlink_to(tmp_path / "disk" / "library.sqlite")
    build_docset(jinja_documentation, link)
    assert link.is_symlink()
    snapshot.verify(tmp_path / "disk" / "library.sqlite")


def test_names_that_are_no_text_are_left_out(jinja_documentation: Documentation, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(jinja_documentation.root, copy, symlinks=True, ignore_dangling_symlinks=True)
    shutil.copy(copy / "index.html", os.fsencode(copy) + b"/a\xff.html")
    report = build_docset(Documentation(copy, "odd"), tmp_path / "library.sqlite")
    with closing(sqlite3.connect(tmp_path / "library.sqlite")) as connection:
        pages = [path for (path,) in connection.execute("SELECT path FROM page")]
    assert report.docset.page_count == len(pages)
    assert all(path.isascii() for path in pages)


def test_a_page_that_cannot_be_read_is_named(jinja_documentation: Documentation, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(jinja_documentation.root, copy, symlinks=True, ignore_dangling_symlinks=True)
    known = contexts(Inventory.load(copy / "objects.inv"), "/docs/x/1/", ["gone.html"])
    with pytest.raises(SourceError, match=r"gone\.html cannot be read"), parsing(copy, known) as (_, pages):
        list(pages)


def test_a_full_disk_leaves_the_last_library_and_a_clear_word(
    jinja_documentation: Documentation, jinja_library: Path, tmp_path: Path
) -> None:
    path = tmp_path / "library.sqlite"
    shutil.copy(jinja_library, path)
    limited = 'ulimit -f 200; exec "$@"'
    build = f"""
from pathlib import Path
from livedocs.errors import LibraryError
from livedocs.library.build import build_docset
from livedocs.sources.documentation import Documentation
from livedocs.sources.inventory import Inventory
if __name__ == "__main__":
    try:
        build_docset(Documentation(Path({str(jinja_documentation.root)!r}), "again"), Path({str(path)!r}))
    except LibraryError as error:
        print(error)
"""
    script = tmp_path / "build.py"
    script.write_text(build)
    command = ["bash", "-c", limited, "bash", sys.executable, str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "cannot be written" in done.stdout
    assert path.read_bytes() == jinja_library.read_bytes()
    assert not list(tmp_path.glob("*.building-*"))


def test_another_versions_library_is_not_removed_from(jinja_library: Path, tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    shutil.copy(jinja_library, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 77")
    with pytest.raises(LibraryVersionError):
        remove("jinja", "3.1.x", path)


def test_images_are_kept_with_their_type(python_library: Path) -> None:
    engine = create_engine(f"sqlite:///{python_library}")
    with engine.connect() as connection:
        image = reader.asset(connection, "python", "3.11", "_images/logging_flow.png")
    engine.dispose()
    assert image.media_type == "image/png"
    assert image.body.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("given", "slug"),
    [("Python", "python"), ("Flask-SQLAlchemy", "flask-sqlalchemy"), ("../..", "docs"), ("日本", "docs")],
)
def test_names_are_safe_in_addresses(given: str, slug: str) -> None:
    assert docset_slug(given) == slug
