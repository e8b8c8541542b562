import pytest

from livedocs.parsing.generated import is_generated


@pytest.mark.parametrize(
    "path",
    [
        "genindex.html",
        "genindex-A.html",
        "genindex-all.html",
        "search.html",
        "py-modindex.html",
        "http-routingtable.html",
        "de/genindex.html",
        "genindex/index.html",
        "_modules/json.html",
        "_static/page.html",
        "de/_static/page.html",
        ".doctrees/page.html",
        "library/.git/page.html",
    ],
)
def test_pages_that_sphinx_writes_on_its_own(path):
    assert is_generated(path)


@pytest.mark.parametrize(
    "path", ["index.html", "library/search-path.html", "contents.html", "modindex-howto.html", "_autosummary/tea.html"]
)
def test_pages_that_people_wrote(path):
    assert not is_generated(path)
