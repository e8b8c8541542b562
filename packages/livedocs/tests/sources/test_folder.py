"""Finding documentation in folders."""

import shutil
from pathlib import Path

import pytest

from livedocs.errors import SourceError
from livedocs.sources.documentation_root import find_documentation_root
from livedocs.sources.folder import FolderSource


def test_the_documentation_may_lie_some_levels_down(html_folder, tmp_path):
    nested = tmp_path / "unpacked/usr/share/doc/tiny"
    nested.mkdir(parents=True)
    html_folder.rename(nested / "html")
    with FolderSource(tmp_path).open() as documentation:
        assert documentation.root == nested / "html"


def test_the_nearest_documentation_is_taken_then_the_first_by_name(html_folder, tmp_path):
    for place in ("z", "b", "a/deeper"):
        shutil.copytree(html_folder, tmp_path / "many" / place)
    with FolderSource(tmp_path / "many").open() as documentation:
        assert documentation.root == tmp_path / "many" / "b"


def test_an_inventory_without_pages_beside_it_is_not_the_documentation(html_folder, tmp_path):
    outer = tmp_path / "outer"
    outer.mkdir()
    (outer / "objects.inv").write_bytes((html_folder / "objects.inv").read_bytes())
    html_folder.rename(outer / "html")
    with FolderSource(outer).open() as documentation:
        assert documentation.root == outer / "html"


def test_links_to_folders_are_not_entered(html_folder, tmp_path):
    folder = tmp_path / "linked"
    folder.mkdir()
    (folder / "html").symlink_to(html_folder)
    (folder / "itself").symlink_to(folder)
    with pytest.raises(SourceError, match="has no HTML pages"), FolderSource(folder).open():
        pass


def test_links_that_lead_nowhere_do_not_matter(html_folder):
    (html_folder / "_static" / "jquery.js").symlink_to("/nowhere/jquery.js")
    with FolderSource(html_folder).open() as documentation:
        assert documentation.root == html_folder


def test_a_link_that_leads_to_itself_hides_nothing(html_folder):
    (html_folder / "itself").symlink_to("itself")
    with FolderSource(html_folder).open() as documentation:
        assert documentation.root == html_folder


def test_a_folder_whose_name_is_no_unicode_has_an_origin_that_can_be_written(html_folder, tmp_path):
    folder = html_folder.rename(tmp_path / "html\udcff")
    with FolderSource(folder).open() as documentation:
        assert documentation.root == folder
        assert documentation.origin.encode().decode().endswith("/html\N{REPLACEMENT CHARACTER}")


def test_a_folder_with_an_endless_name_is_one_clear_error():
    with (
        pytest.raises(SourceError, match="x cannot be looked into: File name too long"),
        FolderSource(Path("x" * 5_000)).open(),
    ):
        pass


def test_a_missing_folder_is_one_clear_error(tmp_path):
    with (
        pytest.raises(SourceError, match=r"gone does not exist\. Give the folder"),
        FolderSource(tmp_path / "gone").open(),
    ):
        pass


def test_a_file_is_no_folder(html_folder):
    with pytest.raises(SourceError, match="is not a folder"), FolderSource(html_folder / "index.html").open():
        pass


def test_pages_without_an_inventory_name_the_folder_and_the_remedy(html_folder):
    (html_folder / "objects.inv").unlink()
    with pytest.raises(SourceError, match=r"html has no objects\.inv .*sphinx-build"), FolderSource(html_folder).open():
        pass


def test_documentation_nine_levels_down_is_not_looked_for(html_folder, tmp_path):
    deep = tmp_path / "deep" / "/".join("abcdefgh")
    deep.mkdir(parents=True)
    html_folder.rename(deep / "html")
    with FolderSource(tmp_path / "deep" / "a").open() as documentation:
        assert documentation.root == deep / "html"
    with pytest.raises(SourceError, match="has no HTML pages"), FolderSource(tmp_path / "deep").open():
        pass


def test_an_inventory_that_cannot_be_read_is_one_clear_error(html_folder):
    (html_folder / "objects.inv").unlink()
    (html_folder / "objects.inv").symlink_to("/proc/self/mem")  # a file that nobody can read from its beginning
    with (
        pytest.raises(SourceError, match=r"The objects\.inv of the folder .* cannot be read"),
        FolderSource(html_folder).open(),
    ):
        pass


def test_a_folder_that_vanishes_has_no_documentation(tmp_path):
    with pytest.raises(SourceError, match="The place has no HTML pages"):
        find_documentation_root(tmp_path / "gone", "the place")
