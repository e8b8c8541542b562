"""Reading pages, entries and files back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, create_engine

from livedocs.errors import NotFoundError
from livedocs.library import reader
from livedocs.library.build import build_docset
from livedocs.parsing.contexts import contexts
from livedocs.parsing.generated import is_generated
from livedocs.parsing.models import Crumb
from livedocs.parsing.page import parse_page
from livedocs.search.opening import open_engine
from livedocs.sources.documentation import Documentation
from livedocs.sources.inventory import Inventory


@pytest.fixture
def connection(python_library: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{python_library}")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_a_page_comes_with_its_place_and_its_docset(connection: Connection) -> None:
    page = reader.page(connection, "python", "3.11", "library/json.html")
    assert page.title.startswith("json")
    assert page.breadcrumb[0].title == "The Python Standard Library"
    assert page.original_url == "https://docs.python.org/3.11/library/json.html"
    assert page.previous is not None
    assert page.next == Crumb("mailbox — Manipulate mailboxes in various formats", "library/mailbox.html")
    assert 'id="json.dump"' in page.html
    assert "<script" not in page.html


def test_an_entry_comes_with_all_its_text(connection: Connection, python_library: Path) -> None:
    with open_engine(python_library) as engine:
        [hit] = engine.search("json.dump", limit=1).hits
    entry = reader.entry(connection, hit.id)
    assert (entry.name, entry.url, entry.original_url) == (hit.name, hit.url, hit.original_url)
    assert entry.summary == hit.summary
    assert entry.signatures == (hit.signature,)
    assert "file-like object" in entry.text
    assert "<em>obj</em>" in entry.html
    assert {note.version for note in entry.notes} == {"3.2", "3.4", "3.6"}
    assert entry.link_count > 0


def test_what_was_parsed_is_what_is_read(jinja_documentation: Documentation, jinja_library: Path) -> None:
    engine = create_engine(f"sqlite:///{jinja_library}")
    with engine.connect() as connection:
        root, [docset] = jinja_documentation.root, reader.docsets(connection)
        paths = sorted(path.name for path in root.glob("*.html") if not is_generated(path.name))
        known = contexts(Inventory.load(jinja_documentation.inventory_path), f"/docs/jinja/{docset.version}/", paths)
        parsed = [parse_page((root / path).read_text(), known[path]) for path in paths]
        for page in parsed:
            assert reader.page(connection, "jinja", docset.version, page.path).html == page.html
        entries = [entry for page in parsed for entry in page.entries]
        assert len(entries) == docset.entry_count
        for number, entry in enumerate(entries, 1):
            stored = reader.entry(connection, number)
            assert (stored.name, stored.text, stored.html) == (entry.name, entry.text, entry.html)
            assert (stored.signatures, stored.notes) == (entry.signatures, entry.notes)
    engine.dispose()


@pytest.mark.parametrize(
    ("docset", "version", "message"),
    [("python", "3.11", "no such place: a page nowhere.html"), ("python", "2.7", "no docset python 2.7")],
)
def test_what_is_missing_is_named(connection: Connection, docset: str, version: str, message: str) -> None:
    with pytest.raises(NotFoundError, match=message):
        reader.page(connection, docset, version, "nowhere.html")


def test_a_missing_entry_says_to_search_again(connection: Connection) -> None:
    with pytest.raises(NotFoundError, match="search again"):
        reader.entry(connection, 10**9)


def test_a_missing_file_is_named(connection: Connection) -> None:
    with pytest.raises(NotFoundError, match=r"a file nothing\.png"):
        reader.asset(connection, "python", "3.11", "nothing.png")


def test_the_library_hash_speaks_for_every_docset(connection: Connection, jinja_library: Path) -> None:
    other = create_engine(f"sqlite:///{jinja_library}")
    with other.connect() as another:
        assert reader.library_hash(another) != reader.library_hash(connection)
    other.dispose()
    assert reader.library_hash(connection) == reader.library_hash(connection)


def test_the_hash_changes_when_entries_are_numbered_anew(
    jinja_documentation: Documentation, flask_documentation: Documentation, tmp_path: Path
) -> None:
    def built(name: str, *documentations: Documentation) -> str:
        for documentation in documentations:
            build_docset(documentation, tmp_path / name)
        engine = create_engine(URL.create("sqlite", database=str(tmp_path / name)))
        with engine.connect() as connection:
            found = reader.library_hash(connection)
        engine.dispose()
        return found

    one_way = built("one", jinja_documentation, flask_documentation)
    assert built("same", jinja_documentation, flask_documentation) == one_way
    assert built("other", flask_documentation, jinja_documentation) != one_way


def test_docsets_are_listed_with_the_newest_version_first(jinja_documentation: Documentation, tmp_path: Path) -> None:
    for version in ("3.9", "3.13", "3.2"):
        build_docset(jinja_documentation, tmp_path / "library.sqlite", version=version)
    engine = create_engine(URL.create("sqlite", database=str(tmp_path / "library.sqlite")))
    with engine.connect() as connection:
        assert [docset.version for docset in reader.docsets(connection)] == ["3.13", "3.9", "3.2"]
    engine.dispose()
