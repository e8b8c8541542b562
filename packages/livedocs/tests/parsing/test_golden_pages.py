"""HTML in, JSON out: every page of the manual against what was agreed on.

After an intended change: ``LIVEDOCS_WRITE_GOLDENS=1 pytest packages/livedocs/tests/parsing/test_golden_pages.py``,
and read the difference before it is committed.
"""

import dataclasses
import json
import os
from pathlib import Path

import pytest

GOLDENS = Path(__file__).parent / "goldens"
PAGES = [
    "index.html",
    "guide/index.html",
    "guide/brewing.html",
    "guide/pouring.html",
    "reference/c.html",
    "reference/glossary.html",
]
THEMES = ["alabaster", "basic", "classic", "nature"]


def plain(page) -> dict:
    """A page as JSON; empty fields are left out so that a golden can be read."""
    described = dataclasses.asdict(page)
    del described["html"]  # its parts are the entries'
    described["entries"] = [
        {key: value for key, value in entry.items() if value and key != "spans"} for entry in described["entries"]
    ]
    return json.loads(json.dumps(described))


@pytest.mark.parametrize("path", PAGES)
def test_page_is_parsed_as_agreed(teapot, path):
    golden = GOLDENS / path.replace("/", "-").replace(".html", ".json")
    parsed = plain(teapot.pages[path])
    if os.environ.get("LIVEDOCS_WRITE_GOLDENS"):
        golden.write_text(json.dumps(parsed, indent=1, ensure_ascii=False) + "\n")
    assert parsed == json.loads(golden.read_text())


@pytest.mark.parametrize("theme", THEMES[1:])
@pytest.mark.parametrize("path", PAGES)
def test_theme_changes_nothing_but_the_notice(build_manual, teapot, theme, path):
    themed = dataclasses.replace(build_manual("teapot", theme).pages[path], html="", copyright="")
    assert themed == dataclasses.replace(teapot.pages[path], html="", copyright="")


@pytest.mark.parametrize("theme", THEMES)
def test_notice_is_found_in_every_theme(build_manual, theme):
    notice = build_manual("teapot", theme).pages["index.html"].copyright
    assert notice.startswith("©")
    assert notice.endswith("2026, The Teapot Authors.")


def test_goldens_are_those_of_the_pages_that_are_compared():
    assert {path.name for path in GOLDENS.iterdir()} == {
        path.replace("/", "-").replace(".html", ".json") for path in PAGES
    }
