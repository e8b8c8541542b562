"""Pages as other versions of Sphinx, other tools and careless people write them."""

import pytest

from livedocs.parsing.models import Crumb, Link, PageContext, ParsedPage, VersionNote
from livedocs.parsing.page import parse_page

PREFIX = "/docs/tea/1/"
OPTIONS = {"h": "-h", "help": "--help", "v": "-v"}


def parse(body: str, *, objects: dict | None = None, modules: tuple[str, ...] = (), head: str = "") -> ParsedPage:
    context = PageContext("guide/tea.html", PREFIX, objects or {}, frozenset(modules))
    html = f"<html lang='en'><head>{head}</head><body>{body}</body></html>"
    return parse_page(html, context)


def record(role: str, name: str) -> tuple[tuple[str, str, str], ...]:
    return ((role, name, name),)


def test_a_page_without_sections_is_one_entry():
    page = parse("<div role='main'><h1>Tea</h1><p>Hot.</p><span id='x'></span></div>")
    (entry,) = page.entries
    assert (entry.anchor, entry.kind, entry.name, entry.summary, entry.level) == ("", "section", "Tea", "Hot.", 1)
    assert entry.anchors == ("x",)


def test_a_theme_without_roles_has_its_text_where_the_sections_are():
    furniture = "<h1>The whole manual</h1><div class='nav'>previous next</div>"
    body = f"{furniture}<div><div class='section' id='a'><h1>A</h1><p>Text.</p></div></div><div>Sidebar</div>"
    page = parse_page(f"<html><body>{body}</body></html>", PageContext("p.html", "/docs/x/1/"))
    assert [entry.name for entry in page.entries] == ["A"]
    assert "whole manual" not in page.html
    assert "Sidebar" not in page.html


def test_text_outside_of_sections_is_not_lost():
    page = parse("<div role='main'><p>Before.</p><section id='a'><h1>A</h1><p>In.</p></section></div>")
    assert [(entry.anchor, entry.text) for entry in page.entries] == [("", "Before."), ("a", "In.")]


def test_places_outside_of_sections_lead_to_the_first_entry():
    page = parse(
        "<div role='main'><span id='top'></span>\n<div id='x'></div><section id='a'><h1>A</h1></section></div>"
    )
    assert [(entry.anchor, entry.anchors) for entry in page.entries] == [("a", ("top", "x"))]


def test_sections_of_old_sphinx_are_divs():
    page = parse("<div class='body'><div class='section' id='a'><h1>A</h1><p>x</p></div></div>")
    assert [(entry.anchor, entry.name, entry.level) for entry in page.entries] == [("a", "A", 1)]


def test_section_numbers_are_no_part_of_the_title():
    body = "<main><section id='a'><h1><span class='section-number'>3.1. </span>Tea</h1></section></main>"
    page = parse(body)
    assert (page.title, page.entries[0].name) == ("Tea", "Tea")


def test_breadcrumb_of_a_second_top_section_starts_at_the_page():
    page = parse("<main><section id='a'><h1>A</h1></section><section id='b'><h1>B</h1></section></main>")
    assert [entry.breadcrumb for entry in page.entries] == [(), ("A",)]


def test_several_names_above_one_description_are_entries_of_their_own():
    body = """<main><dl class="std option"><dt class="sig" id="h">-h</dt><dt class="sig" id="help">--help</dt>
    <dd><p>Help.</p></dd><dt class="sig" id="v">-v</dt><dd><p>Version.</p></dd></dl></main>"""
    page = parse(body, objects={anchor: record("std:cmdoption", f"tea.{name}") for anchor, name in OPTIONS.items()})
    described = [(entry.name, entry.kind, entry.summary) for entry in page.entries]
    assert described == [("-h", "option", "Help."), ("--help", "option", "Help."), ("-v", "option", "Version.")]


def test_overloads_without_an_id_belong_to_the_entry_they_stand_with():
    body = """<main><dl class="py function"><dt class="sig">brew()</dt><dt class="sig" id="brew">brew(a)</dt>
    <dt class="sig">brew(a, b)</dt><dd></dd></dl></main>"""
    (entry,) = parse(body).entries
    assert entry.signatures == ("brew()", "brew(a)", "brew(a, b)")


def test_every_overload_has_the_qualified_name():
    body = """<main><dl class="py method"><dt class="sig" id="tea.Pot.pour"><em>async </em><i class="x"></i>
    <span class="descname">pour</span>()</dt><dt class="sig"><em>async </em><span class="descname">pour</span>(cup)</dt>
    <dd></dd></dl></main>"""
    (entry,) = parse(body, objects={"tea.Pot.pour": record("py:method", "tea.Pot.pour")}).entries
    assert entry.signatures == ("async tea.Pot.pour()", "async tea.Pot.pour(cup)")


def test_overloads_in_lists_of_their_own_belong_to_the_object_before_them():
    overload = '<dl class="py method">\n<dt class="sig"{}><span class="descname">pour</span>({})</dt>\n<dd>{}</dd></dl>'
    body = (
        overload.format(' id="tea.Pot.pour"', "cup", "")
        + overload.format("", "cups, n", "")
        + overload.format("", "floor", "<p>Pour <span id='x'></span>tea.</p>")
        + overload.replace("pour", "stir").format("", "", "<p>Stir.</p>")
    )
    root, pour = parse(f"<main>{body}</main>").entries
    assert pour.signatures == ("tea.Pot.pour(cup)", "tea.Pot.pour(cups, n)", "tea.Pot.pour(floor)")
    assert (pour.text, pour.anchors) == ("Pour tea.", ("x",))
    assert root.text == "stir()\nStir."


def test_a_multi_line_signature_is_one_line():
    body = """<main><dl class="py function"><dt class="sig" id="brew"><span class="descname">brew</span>(
    <dl><dd><em>leaves</em>,</dd><dd><em>water</em>,</dd></dl>)</dt><dd><p>x</p></dd></dl></main>"""
    (entry,) = parse(body).entries
    assert entry.signatures == ("brew( leaves,water,)",)
    assert entry.text == "x"


def test_permalinks_and_source_links_are_removed():
    body = """<main><section id="a"><h1>A<a class="headerlink" href="#a">¶</a></h1><dl class="py function">
    <dt class="sig" id="f">f()<a class="reference internal" href="../_modules/f.html"><span class="viewcode-link">
    <span class="pre">[source]</span></span></a><a class="headerlink" href="#f">¶</a></dt>
    <dd></dd></dl></section></main>"""
    page = parse(body)
    assert page.entries[0].name == "A"
    assert page.entries[1].signatures == ("f()",)
    assert "¶" not in page.html
    assert "[source]" not in page.html


def test_an_object_with_two_inventory_names_has_one_as_alias():
    body = '<main><dl class="py class"><dt class="sig" id="tea.Pot">class tea.Pot</dt><dd></dd></dl></main>'
    objects = {"tea.Pot": (("py:class", "tea.pots.Pot", ""), ("py:class", "tea.Pot", ""))}
    (entry,) = parse(body, objects=objects).entries
    assert (entry.name, entry.aliases) == ("tea.Pot", ("tea.pots.Pot",))


def test_an_object_is_known_by_an_older_id_inside_its_term():
    body = """<main><dl class="c function"><dt class="sig" id="new"><span id="c.Pour"></span>int Pour()</dt>
    <dd></dd></dl></main>"""
    (entry,) = parse(body, objects={"c.Pour": record("c:function", "Pour")}).entries
    assert (entry.anchor, entry.name, entry.anchors) == ("new", "Pour", ("c.Pour",))


def test_terms_of_old_sphinx_are_known_by_the_inventory():
    body = '<main><dl class="function"><dt id="tea.brew">brew()</dt><dd><p>x</p></dd></dl></main>'
    (entry,) = parse(body, objects={"tea.brew": record("py:function", "tea.brew")}).entries
    assert (entry.kind, entry.name, entry.summary) == ("function", "tea.brew", "x")


def test_footnotes_and_definition_lists_are_text():
    body = """<main><dl class="footnote brackets"><dt class="label" id="id1">[1]</dt><dd><p>Note.</p></dd></dl>
    <dl class="simple"><dt>word</dt><dd><p>Meaning.</p></dd></dl></main>"""
    (entry,) = parse(body).entries
    assert entry.text == "[1]\nNote.\nword\nMeaning."
    assert entry.anchors == ("id1",)


def test_the_module_of_an_object_is_the_longest_that_its_name_stands_in():
    body = '<main><dl class="py method"><dt class="sig" id="tea.pot.Pot.pour">pour()</dt><dd></dd></dl></main>'
    (entry,) = parse(body, modules=("tea", "tea.pot")).entries
    assert entry.module == "tea.pot"


def test_a_module_directive_below_a_heading_makes_the_section_the_module():
    body = """<main><section id="brewing"><h1>Brewing</h1><p>x</p><span class="target" id="module-tea"></span>
    <p>y</p></section></main>"""
    (entry,) = parse(body, objects={"module-tea": record("py:module", "tea")}).entries
    assert (entry.kind, entry.name, entry.title, entry.anchor) == ("module", "tea", "Brewing", "module-tea")
    assert entry.anchors == ("brewing",)


def test_a_module_directive_before_a_heading_makes_the_section_the_module():
    body = (
        """<main><span class="target" id="module-tea"></span><section id="brewing"><h1>Brewing</h1></section></main>"""
    )
    (entry,) = parse(body, objects={"module-tea": record("py:module", "tea")}).entries
    assert (entry.kind, entry.name, entry.anchors) == ("module", "tea", ("brewing",))


def test_an_object_on_an_odd_element_has_an_entry_with_the_text_around_it():
    body = "<main><section id='a'><h1>A</h1><p id='js.pot'>A pot.</p></section></main>"
    page = parse(body, objects={"js.pot": record("js:data", "pot")})
    assert [(entry.anchor, entry.kind, entry.text) for entry in page.entries] == [
        ("a", "section", "A pot."),
        ("js.pot", "js-data", "A pot."),
    ]


def test_a_parameter_is_a_place_in_its_function():
    body = """<main><dl class="py function"><dt class="sig" id="brew">brew(a)</dt><dd><p>Brew.</p><ul><li>
    <span class="target" id="brew.params.a"></span><strong>a</strong> tea</li></ul></dd></dl></main>"""
    (entry,) = parse(body, objects={"brew.params.a": record("py:parameter", "brew.params.a")}).entries
    assert (entry.anchor, entry.anchors) == ("brew", ("brew.params.a",))


def test_the_kind_of_a_role_with_a_colon_is_one_word():
    body = "<main><dl class='rst option'><dt class='sig' id='o'>:width:</dt><dd><p>x</p></dd></dl></main>"
    (entry,) = parse(body, objects={"o": record("rst:directive:option", "image:width")}).entries
    assert entry.kind == "rst-directive-option"


def test_an_id_that_is_used_twice_belongs_to_the_first():
    body = "<main><section id='a'><h1>One</h1></section><section id='a'><h1>Two</h1><p id='a'>x</p></section></main>"
    page = parse(body)
    assert [(entry.anchor, entry.name, entry.anchors) for entry in page.entries] == [("a", "One", ())]


def test_notes_belong_to_the_innermost_entry():
    note = '<div class="versionadded"><p><span class="versionmodified">New in version {}.</span></p></div>'
    body = f"""<main><section id="a"><h1>A</h1>{note.format(1)}<dl class="py function"><dt class="sig" id="f">f()</dt>
    <dd>{note.format(2)}</dd></dl></section></main>"""
    page = parse(body)
    assert [entry.notes for entry in page.entries] == [
        (VersionNote("added", "1", ""),),
        (VersionNote("added", "2", ""),),
    ]


def test_a_note_in_a_note_counts_as_well():
    inner = (
        "<div class='versionchanged'><p><span class='versionmodified'>Changed in version 3: </span>Hotter.</p></div>"
    )
    outer = f"<div class='versionadded'><p><span class='versionmodified'>New in version 2.</span></p>{inner}</div>"
    (entry,) = parse(f"<main><section id='a'><h1>A</h1>{outer}</section></main>").entries
    assert [(note.change, note.version) for note in entry.notes] == [("added", "2"), ("changed", "3")]


def test_objects_that_are_described_below_have_that_as_summary():
    body = """<main><section id="a"><h1>Heat</h1><p>All about heat.</p>
    <dl class="py function"><dt class="sig" id="boil">boil()</dt><dd></dd></dl> <span class="target" id="x"></span>
    <dl class="py function"><dt class="sig" id="simmer">simmer()</dt><dd></dd></dl>
    <p>Heat water.</p><p>Slowly.</p>
    <dl class="py function"><dt class="sig" id="cool">cool()</dt><dd></dd></dl><ul><li><p>Wait.</p></li></ul>
    <dl class="py function"><dt class="sig" id="pour">pour()</dt><dd><p>Pour.</p></dd></dl><p>Enjoy.</p>
    <dl class="py function"><dt class="sig" id="stop">stop()</dt><dd></dd></dl><p class="rubric">More</p></section>"""
    section, *objects = parse(body + "</main>").entries
    assert [(entry.name, entry.summary) for entry in objects] == [
        ("boil", "Heat water."),
        ("simmer", "Heat water."),
        ("cool", ""),
        ("pour", "Pour."),
        ("stop", ""),
    ]
    assert (section.summary, objects[0].text) == ("All about heat.", "")
    assert "Heat water." in section.text


POUR = '<dl class="py method"><dt class="sig" id="tea.Pot.pour">pour()</dt><dd><p>Pour.</p>{}</dd></dl>'


@pytest.mark.parametrize("title", ["tea.Pot.pour", "Pot.pour()", "pour"])
def test_a_heading_over_nothing_but_the_object_it_names_is_that_object(title):
    body = f"<main><section id='s'><span id='t'></span><h1>{title}</h1>{POUR.format('')}</section></main>"
    (entry,) = parse(body).entries
    assert (entry.anchor, entry.kind, entry.anchors) == ("tea.Pot.pour", "method", ("s", "t"))


@pytest.mark.parametrize(
    "content",
    [
        f"<h1>pour</h1><p>Words.</p>{POUR.format('')}",
        f"<h1>pour</h1><img src='a.png'>{POUR.format('')}",
        f"<h1>Pouring</h1>{POUR.format('')}",
        f"<h1>pour</h1>{POUR.format('')}{POUR.format('').replace('pour', 'stir')}",
        f"<h1>pour</h1>{POUR.format('')}<section id='more'><h2>More</h2></section>",
        "<h1>pour</h1><section id='more'><h2>pour</h2></section>",
    ],
)
def test_a_heading_over_more_than_one_object_is_a_section(content):
    entries = parse(f"<main><section id='s'>{content}</section></main>").entries
    assert (entries[0].anchor, entries[0].kind) == ("s", "section")


def test_a_heading_over_an_object_with_objects_inside_is_that_object():
    inner = '<dl class="py method"><dt class="sig" id="x">x</dt><dd></dd></dl>'
    after = "<section id='b'><h1>B</h1></section>"
    page = parse(f"<main><section id='s'><h1>pour</h1>{POUR.format(inner)}</section>{after}</main>")
    assert [entry.anchor for entry in page.entries] == ["tea.Pot.pour", "x", "b"]


def test_a_page_that_only_sends_on_has_no_entries():
    head = '<meta http-equiv="Refresh" content="0;URL=new.html">'
    page = parse('<p>Moved to <a href="new.html">here</a>.</p>', head=head)
    assert (page.entries, page.title) == ((), "guide/tea.html")
    assert page.links == (Link("guide/new.html", "", "here"),)


def test_a_summary_is_the_first_paragraph_that_says_something():
    body = """<main><section id="a"><h1>A</h1><p><strong>Source code:</strong> <a href="https://x.example/">x.py</a></p>
    <div class="admonition note"><p>Beware.</p></div><p class="rubric">Title</p><dl class="field-list"><dt>P</dt>
    <dd><p>parameter</p></dd></dl><p>Tea <em>is</em>
    hot.</p><p>More.</p></section></main>"""
    assert parse(body).entries[0].summary == "Tea is hot."


def test_links_leave_out_tables_of_contents_footnotes_and_pictures():
    body = """<main><section id="a"><h1><a class="toc-backref" href="#c">A</a></h1>
    <div class="toctree-wrapper"><ul><li><a href="b.html">B</a></li></ul></div>
    <nav class="contents"><a href="#x">X</a></nav><p><a href="b.html#y">the <em>y</em></a> <a href="#f">[1]</a>
    <a href="https://x.example/">out</a> <a href="b.html"><img src="i.png"></a> <a href="i.png">picture</a></p>
    </section></main>"""
    page = parse(body)
    assert page.links == (Link("guide/b.html", "y", "the y"),)
    assert page.images == ("guide/i.png",)


def test_metadata_is_read_from_the_page():
    head = """<title>Tea — Manual</title><link rel="prev" href="cup.html"><link rel="next" href="../pot.html#x">
    <link rel="canonical" href="https://tea.example/guide/tea.html">"""
    body = """<div class="related"><ul><li class="nav-item"><a href="../index.html">Manual</a></li>
    <li class="nav-item"><a href="index.html">Guide</a></li><li class="nav-item"><a href="">Tea</a></li></ul></div>
    <div role="main"><p>x</p></div><div class="related"><ul><li class="nav-item"><a href="index.html">Guide</a></li>
    </ul></div><div class="footer">&copy; <a href="c.html">Copyright</a> 2026, Authors.<br>
    This page is licensed under the Tea License Version 2.<br>Created using <a href="https://s.example">Sphinx</a>.</div>"""
    page = parse(body, head=head)
    assert page.title == "Tea"
    assert page.breadcrumb == (Crumb("Guide", "guide/index.html"),)
    assert (page.previous, page.next) == ("guide/cup.html", "pot.html")
    assert page.copyright == "© Copyright 2026, Authors."
    assert page.licence == "Tea License Version 2"
    assert page.canonical_url == "https://tea.example/guide/tea.html"
    assert page.language == "en"


def test_a_local_canonical_address_is_none():
    assert parse("x", head='<link rel="canonical" href="file:///usr/share/doc/x.html">').canonical_url == ""


@pytest.mark.parametrize(
    "body",
    [
        "<div role='main'><p>Tea.</p></div><div role='navigation'>menu</div>",
        "<nav>menu</nav><main><p>Tea.</p></main>",
        "<nav>menu</nav><main><div>edit</div><article><h1>T</h1><p>Tea.</p></article></main>",
        "<aside>menu</aside><article><p>Tea.</p></article>",
        "<div class='body'><p>Tea.</p></div><div class='sphinxsidebar'>menu</div>",
        "<div class='document'><p>Tea.</p></div><footer>menu</footer>",
        "<nav>menu</nav><p>Tea.</p><footer>menu</footer>",
    ],
)
def test_the_text_is_found_by_its_role(body):
    page = parse(body)
    assert page.entries[0].summary == "Tea."
    assert "menu" not in page.html


def test_a_notice_stands_where_the_theme_says_so_rather_than_in_the_text():
    object_ = '<dl class="py data"><dt class="sig" id="sys.copyright">copyright</dt><dd>Copyright of Python.</dd></dl>'
    notice = '<div id="docs-copyright">&copy; Copyright 2026, Authors.</div>'
    assert parse(f"<main>{object_}</main>{notice}").copyright == "© Copyright 2026, Authors."
    assert parse(f"<main>{object_}</main>").copyright == ""
