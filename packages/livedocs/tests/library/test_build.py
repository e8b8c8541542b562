"""Building: what a library holds afterwards, and that nothing is lost on the way."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from livedocs.errors import LibraryVersionError, NotFoundError, SourceError
from livedocs.library import reader, snapshot
from livedocs.library.build import BuildReport, build_docset, docset_slug, remove
from livedocs.library.models import Docset
from livedocs.search.opening import open_engine
from livedocs.sources.documentation import Documentation


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


def test_pythons_library_stays_below_sixty_megabytes(python_build: tuple[Path, BuildReport]) -> None:
    _, report = python_build
    assert report.size_bytes <= 60_000_000


def test_the_docset_says_where_it_comes_from_and_under_which_licence(python_build: tuple[Path, BuildReport]) -> None:
    docset = python_build[1].docset
    assert (docset.name, docset.version, docset.title) == ("python", "3.11", "Python")
    assert docset.original_url == "https://docs.python.org/3.11/"
    assert "Python Software Foundation" in docset.licence
    assert "python3.11-doc" in docset.origin


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
        assert all(hit.docset == "jinja" for hit in engine.search("flask.Flask.route").hits)
    with closing(sqlite3.connect(path)) as connection:
        entries = connection.execute("SELECT count(*) FROM entry").fetchone()
        assert connection.execute("SELECT count(*) FROM entry_body").fetchone() == entries
        assert connection.execute("SELECT count(*) FROM entry_text").fetchone() == entries
        assert connection.execute("SELECT count(DISTINCT docset_id) FROM word").fetchone() == (1,)


def test_removing_what_is_not_there_changes_nothing(jinja_library: Path) -> None:
    before = jinja_library.stat()
    with pytest.raises(NotFoundError, match="no docset python 9"):
        remove("python", "9", jinja_library)
    assert jinja_library.stat() == before


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
