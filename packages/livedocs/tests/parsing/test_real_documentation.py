"""The parser against documentation that thousands of people wrote, as Debian ships it."""

import re

import pytest

from livedocs.parsing.coverage import coverage
from livedocs.parsing.general_index import parse_general_index
from livedocs.parsing.models import Crumb, IndexTerm
from livedocs.sources.documentation import Documentation

from .conftest import Manual


@pytest.fixture(scope="module")
def python(python_documentation: Documentation) -> Manual:
    return Manual.read(python_documentation.root)


@pytest.fixture(scope="module")
def jinja(jinja_documentation: Documentation) -> Manual:
    return Manual.read(jinja_documentation.root)


@pytest.fixture(scope="module")
def flask(flask_documentation: Documentation) -> Manual:
    return Manual.read(flask_documentation.root)


@pytest.mark.parametrize("name", ["python", "jinja", "flask"])
def test_every_object_whose_page_exists_is_found(name, request):
    manual = request.getfixturevalue(name)
    report = coverage(manual.inventory, manual.pages.values())
    assert report.share >= 0.999
    assert [item for item in report.missing if item.page in manual.pages] == []


@pytest.mark.parametrize("name", ["python", "jinja", "flask"])
def test_every_link_and_index_term_leads_into_an_entry(name, request):
    manual = request.getfixturevalue(name)
    places = {
        (path, anchor)
        for path, page in manual.pages.items()
        for entry in page.entries
        for anchor in ("", entry.anchor, *entry.anchors)
    }
    linked = {(link.page, link.anchor) for page in manual.pages.values() for link in page.links}
    index = manual.root / "genindex-all.html"
    index = index if index.exists() else manual.root / "genindex.html"
    terms = parse_general_index(index.read_text(), index.name)
    targets = linked | {(term.page, term.anchor) for term in terms}
    lost = {(path, anchor) for path, anchor in targets - places if path in manual.pages}
    assert len(terms) > 300
    # Sphinx indexes a few places that it did not write on the page; those cannot be found.
    assert [(path, anchor) for path, anchor in lost if f'id="{anchor}"' in manual.pages[path].html] == []
    assert len(lost) < 5


def test_a_function_with_keyword_arguments(python):
    entry = python.entry("library/json.html#json.dump")
    assert (entry.kind, entry.role, entry.name, entry.module) == ("function", "py:function", "json.dump", "json")
    assert entry.signatures[0].startswith("json.dump(obj, fp, *, skipkeys=False, ensure_ascii=True,")
    assert entry.summary == (
        "Serialize obj as a JSON formatted stream to fp (a .write()-supporting file-like object) "
        "using this conversion table."
    )
    assert [(note.change, note.version) for note in entry.notes] == [
        ("changed", "3.2"),
        ("changed", "3.4"),
        ("changed", "3.6"),
    ]
    assert entry.breadcrumb == ("json — JSON encoder and decoder", "Basic Usage")


def test_a_builtin_belongs_to_no_module(python):
    entry = python.entry("library/functions.html#open")
    assert (entry.name, entry.module) == ("open", "")
    assert [note.version for note in entry.notes] == ["3.3", "3.4", "3.5", "3.6", "3.11"]
    assert "filemodes" in entry.anchors


def test_overloads_are_signatures_of_one_entry(python):
    assert python.entry("library/functions.html#max").signatures == (
        "max(iterable, *, key=None)",
        "max(iterable, *, default, key=None)",
        "max(arg1, arg2, *args, key=None)",
    )


def test_a_method_is_named_and_signed_in_full(python):
    entry = python.entry("library/stdtypes.html#dict.fromkeys")
    assert entry.signatures == ("classmethod dict.fromkeys(iterable[, value])",)
    assert entry.breadcrumb[-1] == "dict"


def test_a_module_is_its_section(python):
    entry = python.entry("library/json.html#module-json")
    assert (entry.kind, entry.name, entry.title) == ("module", "json", "json — JSON encoder and decoder")
    assert entry.summary.startswith("JSON (JavaScript Object Notation)")
    assert "Serialize obj" not in entry.text


def test_a_class_that_only_a_label_leads_to(python):
    entry = python.entry("library/functions.html#func-bytearray")
    assert (entry.kind, entry.name, len(entry.signatures)) == ("class", "bytearray", 3)


@pytest.mark.parametrize(
    ("address", "kind", "name"),
    [
        ("glossary.html#term-iterable", "term", "iterable"),
        ("using/cmdline.html#cmdoption-help", "option", "--help"),
        ("library/json.html#cmdoption-json.tool-indent", "option", "--indent"),
        ("using/cmdline.html#envvar-PYTHONPATH", "envvar", "PYTHONPATH"),
        ("library/dis.html#opcode-POP_TOP", "opcode", "POP_TOP"),
        ("library/pdb.html#pdbcommand-where", "pdbcommand", "where"),
        ("library/exceptions.html#KeyError", "exception", "KeyError"),
        ("c-api/list.html#c.PyList_Append", "c-function", "PyList_Append"),
        ("c-api/structures.html#c.PyObject", "c-type", "PyObject"),
        ("reference/expressions.html#lambda", "section", "Lambdas"),
        ("library/profile.html#module-profile", "module", "profile"),
    ],
)
def test_every_kind_of_object_has_its_word(python, address, kind, name):
    entry = python.entry(address)
    assert (entry.kind, entry.name) == (kind, name)
    assert entry.summary


def test_what_a_page_says_about_itself(python):
    page = python.pages["library/json.html"]
    assert page.title == "json — JSON encoder and decoder"
    assert page.breadcrumb == (
        Crumb("The Python Standard Library", "library/index.html"),
        Crumb("Internet Data Handling", "library/netdata.html"),
    )
    assert (page.previous, page.next) == ("library/email.iterators.html", "library/mailbox.html")
    assert page.copyright.startswith("© Copyright 2001-")
    assert page.copyright.endswith("Python Software Foundation.")
    assert page.licence == "Python Software Foundation License Version 2"
    assert page.canonical_url == ""


def test_a_project_with_another_theme(jinja):
    entry = jinja.entry("templates.html#jinja-filters.abs")
    assert (entry.kind, entry.summary) == ("function", "Return the absolute value of the argument.")
    loader = jinja.entry("api.html#jinja2.BaseLoader")
    assert (loader.name, loader.aliases) == ("jinja2.BaseLoader", ("jinja2.loaders.BaseLoader",))
    assert "Pallets" in jinja.pages["api.html"].copyright


def test_operators_are_terms_of_the_index(python):
    terms = parse_general_index((python.root / "genindex-all.html").read_text(), "genindex-all.html")
    assert IndexTerm(":= (colon equals)", "reference/expressions.html", "index-86") in terms
    assert IndexTerm("in operator", "library/stdtypes.html", "index-10") in terms


def test_nothing_that_acts_is_left(python):
    active = re.compile(
        r'<(?:script|style|iframe|form|input|svg)\b|<[^>]* on[a-z]+="|<[^>]*"javascript:', re.IGNORECASE
    )
    assert [path for path, page in python.pages.items() if active.search(page.html)] == []
