"""What the terminal asks of the library's file."""

import shutil

from livedocs.cli import answers
from livedocs.cli.reading import LibraryFile
from livedocs.library.build import remove
from livedocs.search.engine import Engine


def test_show_reads_the_library_it_searched_though_a_build_replaces_it_meanwhile(jinja_library, tmp_path, monkeypatch):
    path = tmp_path / "library.sqlite"
    shutil.copy(jinja_library, path)
    library = LibraryFile(path)
    (held,) = answers.docsets(library)
    search = Engine.search

    def search_and_rebuild(engine, *arguments, **options):
        result = search(engine, *arguments, **options)
        remove(held.name, held.version, path)
        return result

    monkeypatch.setattr(Engine, "search", search_and_rebuild)
    assert answers.show(library, "jinja2.Environment").name == "jinja2.Environment"
    assert answers.docsets(library) == []
