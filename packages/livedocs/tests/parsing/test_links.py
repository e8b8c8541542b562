import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedocs.parsing.links import LinkRewriter, Target
from livedocs.parsing.models import PageContext


def rewriter(path: str = "library/json.html") -> LinkRewriter:
    return LinkRewriter(PageContext(path, "/docs/python/3.11/"))


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("#json.dump", "/docs/python/3.11/library/json.html#json.dump"),
        ("", "/docs/python/3.11/library/json.html"),
        ("pickle.html", "/docs/python/3.11/library/pickle.html"),
        ("../glossary.html#term-file-object", "/docs/python/3.11/glossary.html#term-file-object"),
        ("./pickle.html", "/docs/python/3.11/library/pickle.html"),
        ("/license.html", "/docs/python/3.11/license.html"),
        ("email/", "/docs/python/3.11/library/email/index.html"),
        ("..", "/docs/python/3.11/index.html"),
        ("../", "/docs/python/3.11/index.html"),
        ("../_images/tk.png", "/docs/python/3.11/_images/tk.png"),
        ("pickle.html?highlight=x#a", "/docs/python/3.11/library/pickle.html#a"),
        ("a%20b.html#c%20d", "/docs/python/3.11/library/a%20b.html#c%20d"),
    ],
)
def test_relative_addresses_become_addresses_of_the_app(written, address):
    assert rewriter().rewrite(written) == address


@pytest.mark.parametrize(
    "written",
    [
        "../../secret.html",
        "../../../etc/passwd",
        "%2e%2e/%2e%2e/secret.html",
        "//example.org/x.html",
        "\\\\example.org\\x.html",
        "///example.org/x.html",
        "https://example.org/x.html",
        "javascript:alert(1)",
        "../_downloads/plan.txt",
        "../_sources/library/json.rst.txt",
        "../_static/page.html",
        "../genindex.html",
        "../py-modindex.html#p",
        "a\0b.html",
        "http://[broken",
    ],
)
def test_addresses_without_a_place_in_the_app_are_dropped(written):
    assert rewriter().rewrite(written) is None


def test_a_link_on_the_start_page_to_its_own_folder_is_the_start_page():
    assert rewriter("index.html").rewrite("./") == "/docs/python/3.11/index.html"


def test_folders_that_leave_and_come_back_stay_inside():
    assert rewriter("index.html").rewrite("a/../b.html") == "/docs/python/3.11/b.html"


def test_images_are_collected_once_each_in_order():
    links = rewriter()
    for written in ("b.png", "a.svg", "b.png", "c.html"):
        links.rewrite(written)
    assert list(links.images) == ["library/b.png", "library/a.svg"]


def test_an_address_in_the_sanitised_page_is_read_back():
    links = rewriter()
    links.rewrite("a&b.html#x&y")
    assert links.written("/docs/python/3.11/library/a&amp;b.html#x&amp;y") == Target("library/a&b.html", "x&y")
    assert links.written("/docs/python/3.11/library/other.html") is None


@given(st.text(alphabet="./%2ea?#:\\\0é-", max_size=40))
def test_nothing_escapes_the_docset(written):
    address = rewriter().rewrite(written)
    assert address is None or (address.startswith("/docs/python/3.11/") and "/../" not in address)


@given(st.text("ab./_-A0", max_size=12), st.text("ab./_-A0", max_size=6))
def test_addresses_that_need_no_decoding_lead_where_the_long_way_leads(path, fragment):
    suffixed = f"{path}.html"
    long_way = rewriter().target(f"{suffixed}?#{fragment}")  # a question mark needs it
    assert rewriter().target(f"{suffixed}#{fragment}") == long_way
    assert rewriter().rewrite(f"{suffixed}#{fragment}") == rewriter().rewrite(f"{suffixed}?#{fragment}")
