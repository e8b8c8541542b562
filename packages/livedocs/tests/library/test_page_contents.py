"""What a page holds, and where the same thing stands in another version."""

import zlib
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine

from livedocs.library import reader
from livedocs.library.build import build_docset
from livedocs.library.page_contents import MAX_ITEMS, ContentsItem, page_contents, same_place
from livedocs.sources.documentation import Documentation


def function(name: str) -> str:
    return f'<dl class="py function"><dt class="sig" id="{name}">{name}()</dt><dd><p>Does {name}.</p></dd></dl>'


def page(body: str) -> str:
    return f'<html><body><div role="main">{body}</div></body></html>'


POT = """<section id="pots"><h1>Pots</h1><p>All pots.</p><section id="iron"><h2>Iron</h2>
<dl class="py class"><dt class="sig" id="tea.Pot">class tea.Pot</dt><dd><p>A pot.</p>
<dl class="py method"><dt class="sig" id="tea.Pot.pour">pour()</dt><dd><p>Pours.</p></dd></dl></dd></dl></section>
<section id="glass"><h2>Glass</h2><section id="thin"><h3>Thin</h3></section></section></section>"""

PAGES = {
    "1.0": {
        "pots.html": page(POT),
        "brew.html": page(
            f'<section id="brew"><h1>Brew</h1><section id="use"><h2>Use</h2></section>{function("tea.brew")}</section>'
        ),
        "gone.html": page('<section id="gone"><h1>Gone</h1></section>'),
        "many.html": page(
            '<section id="many"><h1>Many</h1>'
            + "".join(function(f"tea.f{n}") for n in range(MAX_ITEMS))
            + '<section id="end"><h2>End</h2></section></section>'
        ),
        "index.html": page("<h1>Tea</h1>"),
    },
    "2.0": {
        "pots.html": page('<section id="pots"><h1>Pots</h1><section id="use"><h2>Use</h2></section></section>'),
        "brew.html": page('<section id="brew"><h1>Brew</h1></section>'),
        "brewing.html": page(f'<section id="b"><h1>Brewing</h1>{function("tea.brew")}</section>'),
        "index.html": page("<h1>Tea</h1>"),
    },
}
OBJECTS = {
    "1.0": "tea.brew py:function 1 brew.html#$ -\n"
    "tea.Pot py:class 1 pots.html#$ -\ntea.Pot.pour py:method 1 pots.html#$ -\n"
    + "".join(f"tea.f{n} py:function 1 many.html#$ -\n" for n in range(MAX_ITEMS)),
    "2.0": "tea.brew py:function 1 brewing.html#$ -\n",
}


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    folder = tmp_path_factory.mktemp("tea")
    for version, pages in PAGES.items():
        root = folder / version
        root.mkdir()
        for path, html in pages.items():
            (root / path).write_text(html)
        head = f"# Sphinx inventory version 2\n# Project: Tea\n# Version: {version}\n# Compressed using zlib.\n"
        (root / "objects.inv").write_bytes(head.encode() + zlib.compress(OBJECTS[version].encode()))
        build_docset(Documentation(root=root, origin="a test"), folder / "library.sqlite")
    engine = create_engine(f"sqlite:///{folder / 'library.sqlite'}")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def lines(items: tuple[ContentsItem, ...] | list[ContentsItem]) -> list[tuple[str, str, bool, list]]:
    return [(item.anchor, item.text, item.is_code, lines(item.children)) for item in items]


def contents(connection: Connection, path: str) -> list[tuple[str, str, bool, list]]:
    docset = next(known for known in reader.docsets(connection) if known.version == "1.0")
    return lines(page_contents(connection, docset, path).items)


def test_a_page_lists_its_sections_and_the_objects_in_them_but_neither_itself_nor_members(
    connection: Connection,
) -> None:
    assert contents(connection, "pots.html") == [
        ("iron", "Iron", False, [("tea.Pot", "tea.Pot", True, [])]),
        ("glass", "Glass", False, [("thin", "Thin", False, [])]),
    ]


def test_a_page_of_too_many_things_lists_its_sections(connection: Connection) -> None:
    assert contents(connection, "many.html") == [("end", "End", False, [])]


def test_a_page_that_holds_one_thing_lists_nothing(connection: Connection) -> None:
    assert contents(connection, "gone.html") == []


def test_a_page_is_described_by_its_first_paragraph(connection: Connection) -> None:
    docset = reader.docsets(connection)[0]
    assert page_contents(connection, docset, "brewing.html").summary == "Does tea.brew."


@pytest.mark.parametrize(
    ("path", "anchor", "expected"),
    [
        ("brew.html", "tea.brew", "brewing.html#tea.brew"),  # an object that moved
        ("pots.html", "pots", "pots.html#pots"),
        ("brew.html", "use", "brew.html"),  # another page's section of that name is another section
        ("pots.html", "tea.Pot.pour", "pots.html"),
        ("pots.html", "nowhere", "pots.html"),
        ("brew.html", "", "brew.html"),
        ("gone.html", "gone", ""),
        ("gone.html", "", ""),
        ("nowhere.html", "", ""),
    ],
)
def test_another_version_is_opened_where_the_same_stands(
    connection: Connection, path: str, anchor: str, expected: str
) -> None:
    assert same_place(connection, ("tea", "1.0", path, anchor), "2.0") == expected
