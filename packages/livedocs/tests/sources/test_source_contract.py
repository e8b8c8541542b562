"""What every source promises, whichever way its documentation comes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from livedocs.errors import SourceError
from livedocs.sources.archive import ArchiveSource
from livedocs.sources.debian import DownloadedPackageSource, InstalledPackageSource
from livedocs.sources.documentation import Source
from livedocs.sources.folder import FolderSource
from livedocs.sources.inventory import Inventory
from livedocs.sources.python_org import PythonOrgSource


@dataclass
class Case:
    """One way to provide a folder of HTML."""

    provide: Callable[[Path], Source]
    keeps_folder: bool = False


def from_folder(_) -> Case:
    return Case(FolderSource, keeps_folder=True)


def from_archive(fixture) -> Case:
    def provide(html: Path) -> Source:
        packed = fixture("pack_archive")(html, fixture("tmp_path") / "tiny.tar.xz")
        return ArchiveSource(packed, fixture("cache_folder"))

    return Case(provide)


def from_python_org(fixture) -> Case:
    def provide(html: Path) -> Source:
        packed = fixture("pack_archive")(html, fixture("tmp_path") / "python.zip")
        site = fixture("site")
        site.files["/3.13/archives/python-3.13-docs-html.zip"] = packed.read_bytes()
        return PythonOrgSource("3.13", fixture("cache_folder"), docs_url=site.url)

    return Case(provide)


def from_installed_package(fixture) -> Case:
    def provide(html: Path) -> Source:
        fixture("debian").install(html)
        return InstalledPackageSource("tiny-doc", fixture("debian").system_root)

    return Case(provide, keeps_folder=True)


def from_downloaded_package(fixture) -> Case:
    def provide(html: Path) -> Source:
        fixture("debian").publish(html)
        return DownloadedPackageSource("tiny-doc", fixture("cache_folder"))

    return Case(provide)


@pytest.fixture(
    params=[from_folder, from_archive, from_python_org, from_installed_package, from_downloaded_package],
    ids=lambda make: make.__name__,
)
def case(request) -> Case:
    return request.param(request.getfixturevalue)


def test_a_source_yields_pages_beside_their_inventory(case, html_folder):
    with case.provide(html_folder).open() as documentation:
        assert (documentation.root / "index.html").read_text() == (html_folder / "index.html").read_text()
        assert (documentation.root / "_static" / "tiny.css").is_file()
        assert Inventory.load(documentation.inventory_path).project == "Tiny"
        assert documentation.origin
        assert documentation.original_url is None or documentation.original_url.endswith("/")


def test_a_source_leaves_nothing_temporary_behind(case, html_folder, workspace):
    with case.provide(html_folder).open() as documentation:
        root = documentation.root
    assert root.exists() is case.keeps_folder
    assert not list(workspace.iterdir())


def test_a_source_cleans_up_when_the_build_fails(case, html_folder, workspace):
    with pytest.raises(ZeroDivisionError), case.provide(html_folder).open():
        1 / 0  # noqa: B018
    assert not list(workspace.iterdir())


def test_a_source_reports_its_steps(case, html_folder):
    steps = []
    with case.provide(html_folder).open(lambda step, done, total: steps.append((step, done, total))):
        assert steps
    assert all(step and done >= 0 and (total is None or done <= total) for step, done, total in steps)


def test_a_source_can_be_opened_again(case, html_folder):
    source = case.provide(html_folder)
    for _ in range(2):
        with source.open() as documentation:
            assert documentation.inventory_path.is_file()


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda html: (html / "objects.inv").unlink(), "no objects.inv"),
        (lambda html: (html / "objects.inv").write_bytes(b"# Sphinx inventory version 1\n"), "objects.inv"),
    ],
    ids=["without inventory", "with an old inventory"],
)
def test_a_source_refuses_what_is_no_documentation(case, html_folder, workspace, broken, said):
    broken(html_folder)
    source = case.provide(html_folder)
    with pytest.raises(SourceError, match=said), source.open():
        pass
    assert not list(workspace.iterdir())


def test_a_source_refuses_a_folder_without_pages(case, html_folder, workspace):
    for page in html_folder.rglob("*.html"):
        page.unlink()
    source = case.provide(html_folder)
    with pytest.raises(SourceError, match="no HTML pages"), source.open():
        pass
    assert not list(workspace.iterdir())


def test_a_source_says_what_it_is(case, html_folder):
    assert len(case.provide(html_folder).description.splitlines()) == 1
