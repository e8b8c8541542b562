"""Answers read straight from the library's file."""

import shutil

from livedocs.cli import answers
from livedocs.library.build import remove
from livedocs.search.engine import Engine


def test_show_reads_the_library_it_searched_though_a_build_replaces_it_meanwhile(jinja_library, tmp_path, monkeypatch):
    library = tmp_path / "library.sqlite"
    shutil.copy(jinja_library, library)
    (held,) = answers.docsets(library)
    search = Engine.search

    def search_and_rebuild(engine, *arguments, **options):
        result = search(engine, *arguments, **options)
        remove(held.name, held.version, library)
        return result

    monkeypatch.setattr(Engine, "search", search_and_rebuild)
    assert answers.show(library, "jinja2.Environment").name == "jinja2.Environment"
    assert answers.docsets(library) == []
