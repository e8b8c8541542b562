"""Reading pages, entries and files back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from livedocs.errors import NotFoundError
from livedocs.library import reader
from livedocs.search.opening import open_engine


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
    assert (page.previous != "", page.next) == (True, "library/mailbox.html")
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
