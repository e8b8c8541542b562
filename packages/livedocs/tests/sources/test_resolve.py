"""What `livedocs build SPEC` looks for, and in which order."""

import sys

import pytest

from livedocs.errors import NoSourceError, SourceError
from livedocs.sources.archive import ArchiveSource
from livedocs.sources.folder import FolderSource
from livedocs.sources.resolve import DocsetRequest, open_first, resolve

RUNNING = f"python{sys.version_info.major}.{sys.version_info.minor}-doc"


@pytest.fixture
def described(debian, cache_folder):
    def describe(spec: str) -> list[str]:
        request = resolve(spec, cache_folder=cache_folder, system_root=debian.system_root)
        assert request.wanted == spec
        return [source.description for source in request.sources]

    return describe


def test_python_is_the_newest_that_is_installed_then_offered_then_published(debian, html_folder, described):
    for minor in ("9", "11", "10"):
        debian.install(html_folder, name=f"python3.{minor}-doc", version="1")
    for minor in ("8", "13", "12"):
        debian.publish(html_folder, name=f"python3.{minor}-doc")
    assert described("python") == [
        "Debian package python3.11-doc (installed)",
        "Debian package python3.13-doc (apt-get download)",
        "docs.python.org, Python 3",
    ]


def test_python_names_the_running_version_where_debian_has_none(described, monkeypatch):
    expected = [
        f"Debian package {RUNNING} (installed)",
        f"Debian package {RUNNING} (apt-get download)",
        "docs.python.org, Python 3",
    ]
    assert described("python") == expected
    monkeypatch.setenv("PATH", "")
    assert described("python") == expected


def test_a_version_of_python_is_looked_for_everywhere(described):
    assert described("python@3.13") == [
        "Debian package python3.13-doc (installed)",
        "docs.python.org, Python 3.13",
        "Debian package python3.13-doc (apt-get download)",
    ]


@pytest.mark.parametrize("version", ["3", "3.13.1"])
def test_only_docs_python_org_tells_releases_apart(described, version):
    assert described(f"python@{version}") == [f"docs.python.org, Python {version}"]


def test_a_debian_package_is_installed_or_downloaded(described):
    assert described("debian:python-flask-doc") == [
        "Debian package python-flask-doc (installed)",
        "Debian package python-flask-doc (apt-get download)",
    ]


def test_a_path_is_a_folder_or_an_archive(html_folder, tmp_path, pack_archive, cache_folder, monkeypatch):
    archive = pack_archive(html_folder, tmp_path / "tiny.zip")
    misnamed = archive.rename(tmp_path / "download")
    assert resolve(str(html_folder), cache_folder=cache_folder).sources == (FolderSource(html_folder),)
    assert resolve(str(misnamed), cache_folder=cache_folder).sources == (ArchiveSource(misnamed, cache_folder),)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert resolve("~/html", cache_folder=cache_folder).sources == (FolderSource(html_folder),)
    (request,) = resolve("html", cache_folder=cache_folder).sources
    assert isinstance(request, FolderSource)


@pytest.mark.parametrize("spec", ["gone.tar.bz2", "./gone", "/nowhere/docs", "/no\0where"])
def test_a_path_that_does_not_exist_says_so(cache_folder, spec):
    with pytest.raises(SourceError, match="does not exist"), open_first(resolve(spec, cache_folder=cache_folder)):
        pass


@pytest.mark.parametrize(
    "spec", ["flask", "", " ", "Python", "flask@2", "docs-that-are-not-here", "~nobody-of-this-name/docs"]
)
def test_a_word_that_is_nothing_lists_what_can_be_asked_for(cache_folder, spec, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SourceError, match=r"python, python@3\.13, debian:PACKAGE .* folder .* archive"):
        resolve(spec, cache_folder=cache_folder)


@pytest.mark.parametrize("spec", ["x" * 5_000, "./" + "x" * 5_000, "x" * 5_000 + ".zip", "~/" + "x" * 5_000])
def test_a_path_that_is_too_long_is_one_short_error(cache_folder, spec):
    with pytest.raises(SourceError, match=r"x\.\.\.' cannot be looked for: File name too long\. It can be") as raised:
        resolve(spec, cache_folder=cache_folder)
    assert len(str(raised.value)) < 600


@pytest.mark.parametrize("spec", ["python@", "python@latest", "debian:", "debian:-o"])
def test_a_form_with_a_wrong_argument_is_refused(cache_folder, spec):
    with pytest.raises(SourceError, match=r"is no version of Python|cannot be the name of a Debian package"):
        resolve(spec, cache_folder=cache_folder)


def test_the_first_source_that_works_is_used_and_the_failures_are_told(debian, html_folder, cache_folder):
    debian.publish(html_folder)
    request = resolve("debian:tiny-doc", cache_folder=cache_folder, system_root=debian.system_root)
    with open_first(request) as (documentation, failures):
        assert documentation.origin == "Debian package tiny-doc 1:1.0-1"
        assert [(failure.description, failure.reason) for failure in failures] == [
            ("Debian package tiny-doc (installed)", "tiny-doc is not installed.")
        ]


def test_when_nothing_works_one_error_tells_every_reason_and_a_remedy(debian, cache_folder):
    request = resolve("debian:tiny-doc", cache_folder=cache_folder, system_root=debian.system_root)
    with pytest.raises(NoSourceError) as raised, open_first(request):
        pass
    assert [failure.description for failure in raised.value.failures] == [
        source.description for source in request.sources
    ]
    assert all(len(failure.reason.splitlines()) == 1 for failure in raised.value.failures)
    assert str(raised.value).endswith(request.remedy)


def test_an_error_of_the_build_is_not_taken_for_an_error_of_the_source(html_folder):
    request = DocsetRequest("two folders", (FolderSource(html_folder), FolderSource(html_folder)), "remedy")
    with pytest.raises(SourceError, match="from the build"), open_first(request):
        raise SourceError("from the build")
