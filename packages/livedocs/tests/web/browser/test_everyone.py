"""Every view, for everyone: what axe finds, keys alone, large type, few colours, no motion, right to left."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

_AXE = Path(__file__).parents[3] / "frontend/node_modules/axe-core/axe.min.js"

_PHONE = {"width": 390, "height": 844}
_ZOOMED = {"width": 640, "height": 400}
"""What is left of a window of 1280 by 800 at 200 %."""

_RUN_AXE = """async (only) => {
    const options = { resultTypes: ["violations"], preload: false };
    if (only) options.runOnly = { type: "rule", values: [only] };
    const { violations } = await axe.run(document, options);
    return violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\\n${failureSummary}`));
}"""

_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


async def _nothing(_: Page) -> None: ...


async def _select_the_third(page: Page) -> None:
    await page.locator("#app-query").focus()
    for place in (2, 3):
        await page.keyboard.press("ArrowDown")
        await expect(page.locator("#app-query")).to_have_attribute("aria-activedescendant", f"app-hit-{place}")


async def _ask_for_help(page: Page) -> None:
    await page.get_by_role("button", name="Keyboard and search help").click()
    await expect(page.get_by_role("dialog")).to_be_visible()


async def _remember_a_search(page: Page) -> None:
    await page.goto("/search?q=json.loads")
    await page.locator("#app-results a").first.click()
    await page.goto("/")
    await expect(page.locator("#app-recent a")).to_have_text("json.loads")


@dataclass(frozen=True)
class View:
    """Something people look at.

    Attributes:
        address: path and query.
        act: what is done to the page before it is looked at.
    """

    address: str
    act: Callable[[Page], Awaitable[None]] = _nothing


VIEWS = {
    "home": View("/", _remember_a_search),
    "results": View("/search?q=json", _select_the_third),
    "filtered": View("/search?q=kind:class path"),
    "nothing found": View("/search?q=qqqzzzxxx kind:class"),
    "corrected": View("/search?q=asyncio.gahter&explain=1"),
    "reading": View("/docs/python/3.11/library/json.html#json.dump"),
    "tables": View("/docs/python/3.11/library/codecs.html"),
    "error": View("/docs/python/3.11/no/where.html"),
    "help": View("/", _ask_for_help),
}


@cache
def _axe() -> str:
    return _AXE.read_text("utf-8")


async def found_by_axe(page: Page, only: str | None = None) -> list[str]:
    """What axe calls serious or critical on the page as it is now, with all that was asked for in place.

    Args:
        page: where it looks.
        only: the one rule it applies; None: all.
    """
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_axe())
    await expect(page.locator("[aria-busy='true']")).to_have_count(0)  # what is about to go is dimmed
    return await page.evaluate(_RUN_AXE, only)


async def test_axe_finds_what_is_wrong_when_something_is(page: Page):
    await page.goto("/")
    await page.evaluate("document.querySelector('#app-query').removeAttribute('aria-label')")
    await page.evaluate("document.querySelector('#app-query').removeAttribute('placeholder')")
    assert "label" in "".join(await found_by_axe(page))


@pytest.mark.parametrize("name", VIEWS)
async def test_axe_finds_nothing_serious_in_either_theme_at_any_width(unwatched_page: Page, name: str):
    page, view = unwatched_page, VIEWS[name]  # the error's status is told in the console
    await page.emulate_media(color_scheme="light")
    await page.goto(view.address)
    await view.act(page)
    assert await found_by_axe(page) == []
    await page.emulate_media(color_scheme="dark")
    assert await found_by_axe(page, only="color-contrast") == []
    await page.set_viewport_size(_PHONE)
    assert await found_by_axe(page) == []
    assert await page.evaluate(_OVERFLOW) == 0
    await page.set_viewport_size(_ZOOMED)
    assert await page.evaluate(_OVERFLOW) == 0


async def test_axe_finds_nothing_serious_while_the_library_is_built(waiting: Page):
    for scheme in ("light", "dark"):
        await waiting.emulate_media(color_scheme=scheme)
        assert await found_by_axe(waiting) == []


async def test_a_screen_reader_meets_landmarks_a_combobox_and_options_that_say_what_they_are(page: Page):
    await page.goto("/search?q=json.dumps")
    for role in ("banner", "search", "main", "complementary", "contentinfo"):
        await expect(page.get_by_role(role)).to_have_count(1)
    box = page.get_by_role("combobox", name="Search the documentation")
    options = page.get_by_role("listbox", name="Results").get_by_role("option")
    await expect(options.first).to_have_accessible_name(re.compile(r"json\.dumps.*function", re.DOTALL | re.IGNORECASE))
    await expect(page.get_by_role("complementary")).to_have_accessible_name("Selected entry")
    await expect(page.get_by_role("heading", level=1)).to_have_count(1)
    await box.focus()
    await page.keyboard.press("ArrowDown")
    selected = page.get_by_role("option", selected=True)
    await expect(selected).to_have_count(1)
    await expect(box).to_have_attribute("aria-activedescendant", await selected.get_attribute("id") or "")
    await expect(page.get_by_role("status")).to_have_text(re.compile(r"^\d+ results for json\.dumps\.$"))
    await page.keyboard.press("Control+a")
    await page.keyboard.type("qqqzzzxxx")
    await expect(page.get_by_role("status")).to_have_text(re.compile("^(Nothing found|No results) for .?qqqzzzxxx"))
    await expect(box).to_have_attribute("aria-expanded", "false")
    await expect(box).not_to_have_attribute("aria-activedescendant", re.compile("."))


async def test_the_keyboard_alone_searches_chooses_reads_and_returns(page: Page):
    await page.goto("/docs/python/3.11/library/json.html")
    await page.keyboard.press("/")
    await page.keyboard.type("textwrap")
    await expect(page.locator("#app-results")).to_have_attribute("data-asked", "textwrap")
    await page.keyboard.press("ArrowDown")
    second = page.get_by_role("option").nth(1)
    await expect(second).to_have_attribute("aria-selected", "true")
    name = (await second.locator("b").first.inner_text()).strip()
    await expect(page.locator("#app-pane h2")).to_contain_text(name)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/docs/python/3\.11/library/textwrap\.html"))
    await expect(page.locator("article.reading")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page).to_have_url(re.compile(r"/search\?q=textwrap&selected="))
    await expect(page.get_by_role("option", selected=True)).to_contain_text(name)


async def test_tab_reaches_everything_in_order_and_the_focus_is_always_to_be_seen(page: Page):
    await page.goto("/search?q=json.dumps")
    await page.get_by_role("link", name="Skip to content").focus()
    reached: list[str] = []
    for _ in range(40):
        state = await page.evaluate(
            """() => {
                const element = document.activeElement;
                const style = getComputedStyle(element);
                const box = element.getBoundingClientRect();
                const isSeen = style.outlineStyle !== "none" && box.bottom > 0 && box.top < innerHeight;
                return [element.id || element.className || element.tagName, isSeen, element === document.body];
            }"""
        )
        if state[2]:
            break
        reached.append(state[0])
        assert state[1], f"{state[0]} has the focus and does not show it"
        await page.keyboard.press("Tab")
    for control in ("app-query", "app-theme", "app-help-button"):
        assert control in reached


async def test_with_reduced_motion_nothing_moves(page: Page):
    await page.emulate_media(reduced_motion="reduce")
    await page.goto("/docs/python/3.11/library/json.html#json.dump")
    assert await page.evaluate("document.getAnimations().filter((each) => each.playState === 'running').length") == 0
    moving = """[...document.querySelectorAll("*")].filter((element) => {
        const style = getComputedStyle(element);
        const seconds = Math.max(parseFloat(style.transitionDuration), parseFloat(style.animationDuration));
        return seconds > 0.001 || style.scrollBehavior === "smooth";
    }).map((element) => element.outerHTML.slice(0, 80))"""
    assert await page.evaluate(moving) == []


async def test_with_few_colours_the_selection_and_the_kinds_are_still_told_apart(page: Page):
    await page.emulate_media(forced_colors="active")
    await page.goto("/search?q=json")
    outline = "(hit) => getComputedStyle(hit).outlineStyle"
    assert await page.locator("[role=option][aria-selected=true]").evaluate(outline) != "none"
    assert await page.locator("[role=option]:not([aria-selected=true])").first.evaluate(outline) == "none"
    kinds = await page.locator("#app-results .kind").all_inner_texts()
    assert all(kind.strip() for kind in kinds)


@pytest.mark.parametrize("width", [1280, 390])
async def test_right_to_left_the_whole_app_is_mirrored_and_fits(page: Page, width: int):
    await page.set_viewport_size({"width": width, "height": 800})
    for address in ("/", "/search?q=json", "/docs/python/3.11/library/json.html"):
        await page.goto(address)
        await page.evaluate("document.documentElement.dir = 'rtl'")
        assert await page.evaluate(_OVERFLOW) == 0
        brand = await page.get_by_role("banner").get_by_role("link").first.bounding_box()
        assert brand is not None
        assert brand["x"] > width / 2
