from livedocs.parsing.general_index import parse_general_index
from livedocs.parsing.models import IndexTerm

HTML = """
<table class="indextable genindextable"><tr>
 <td><ul>
  <li>! (exclamation)
   <ul>
    <li><a href="library/cmd.html#index-0">in a command
      interpreter</a></li>
    <li><a href="library/a.html#index-2">in patterns</a>, <a href="library/b.html#index-1">[1]</a></li>
   </ul></li>
  <li><a href="library/json.html#json.dump">dump() (in module json)</a>
   <ul><li><a href="library/pickle.html#pickle.dump">(in module pickle)</a></li></ul></li>
 </ul></td>
 <td><ul>
  <li><strong><a href="glossary.html#term-list">list</a></strong>, <a href="x.html#index-9">[1]</a></li>
  <li><a class="main" href="y.html#index-3">kettle</a></li>
  <li>see <a href="https://example.org/">elsewhere</a></li>
 </ul></td>
</tr></table>
<ul><li><a href="search.html">not in the index</a></li></ul>
"""


def test_lines_are_read_in_order_with_main_and_sub_entries_joined():
    assert parse_general_index(HTML, "genindex.html") == (
        IndexTerm("! (exclamation) in a command interpreter", "library/cmd.html", "index-0"),
        IndexTerm("! (exclamation) in patterns", "library/a.html", "index-2"),
        IndexTerm("! (exclamation) in patterns", "library/b.html", "index-1"),
        IndexTerm("dump() (in module json)", "library/json.html", "json.dump"),
        IndexTerm("dump() (in module json) (in module pickle)", "library/pickle.html", "pickle.dump"),
        IndexTerm("list", "glossary.html", "term-list"),
        IndexTerm("list", "x.html", "index-9"),
        IndexTerm("kettle", "y.html", "index-3"),
    )


def test_addresses_are_those_of_the_docset_even_from_a_folder():
    page = '<table class="genindextable"><tr><td><ul><li><a href="../a.html#b">c</a></li></ul></td></tr></table>'
    assert parse_general_index(page, "genindex/index.html") == (IndexTerm("c", "a.html", "b"),)


def test_a_page_without_an_index_has_no_terms():
    assert parse_general_index("<p>\ud800nothing", "genindex.html") == ()


def test_the_index_that_sphinx_writes_leads_to_entries(teapot):
    terms = parse_general_index((teapot.root / "genindex.html").read_text(), "genindex.html")
    places = {
        (page.path, anchor)
        for page in teapot.pages.values()
        for entry in page.entries
        for anchor in (entry.anchor, *entry.anchors)
    }
    assert {(term.page, term.anchor) for term in terms} <= places
    assert IndexTerm("kettle", "guide/brewing.html", "index-1") in terms
    assert IndexTerm("water boiling", "guide/brewing.html", "index-1") in terms
