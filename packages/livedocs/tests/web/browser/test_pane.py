"""The selected entry beside the results: it follows the selection and never stands in its way."""

from __future__ import annotations

import re

import anyio
import pytest
from playwright.async_api import Browser, Page, Request, Route, expect

BOX = "#app-query"
RESULTS = "#app-results"
HITS = f"{RESULTS} a"
PANE = "#app-pane"
NAME = f"{PANE} h2"
ENTRY = re.compile(r"/entry/")


class Entries:
    """What was asked for to be shown in the pane, some of it kept back.

    Attributes:
        asked: anchors, in order.
        dropped: those whose requests were given up.
        kept_back: set when something is.
        released: lets go what is kept back.
    """

    def __init__(self, held: str) -> None:
        self.asked: list[str] = []
        self.dropped: list[str] = []
        self.kept_back = anyio.Event()
        self.released = anyio.Event()
        self._held = held

    @classmethod
    async def of(cls, page: Page, held: str = "nothing") -> Entries:
        entries = cls(held)
        await page.route(ENTRY, entries.answer)
        page.on("requestfailed", lambda request: entries.dropped.append(_anchor(request)))
        return entries

    async def answer(self, route: Route, request: Request) -> None:
        self.asked.append(_anchor(request))
        if self.asked[-1] == self._held:
            self.kept_back.set()
            await self.released.wait()
        await route.continue_()


def _anchor(request: Request) -> str:
    return request.url.rpartition("anchor=")[2]


async def type_query(page: Page, query: str) -> None:
    await page.goto("/")
    await expect(page.locator(BOX)).to_be_focused()
    await page.keyboard.type(query)
    await expect(page.locator(RESULTS)).to_have_attribute("data-asked", query)


async def test_the_pane_shows_the_selected_entry_with_all_its_documentation_and_the_page_stays_whole(page: Page):
    await type_query(page, "subprocess.Popen")
    await expect(page.locator(NAME)).to_have_text("subprocess.Popen")
    signature = page.locator(f"{PANE} .signature")
    assert (await signature.inner_text()).count("\n") > 20
    await expect(page.locator(f"{PANE} .versionmodified.changed").first).to_contain_text("Changed in version")
    outside = page.locator(f"{PANE} .reading a.internal:not([href^='/docs/'])")
    await expect(outside).to_have_count(0)
    ids = await page.locator("[id]").evaluate_all("(all) => all.map((element) => element.id)")
    assert sorted(set(ids)) == sorted(ids)
    await expect(page.locator(BOX)).to_be_focused()
    before = await page.locator(HITS).first.bounding_box()
    await page.locator(PANE).evaluate("(pane) => pane.scrollTo(0, 9999)")
    assert await page.locator(PANE).evaluate("(pane) => pane.scrollTop") > 0
    assert await page.evaluate("scrollY") == 0
    assert await page.locator(HITS).first.bounding_box() == before
    await page.keyboard.press("ArrowDown")
    second = await page.locator(f"{HITS} b").nth(1).inner_text()
    await expect(page.locator(NAME)).to_have_text(second)
    assert await page.locator(PANE).evaluate("(pane) => pane.scrollTop") == 0
    await page.get_by_role("link", name="Open page").click()
    await expect(page).to_have_url(re.compile(f"#{re.escape(second)}$"))


async def test_an_entry_that_stays_selected_is_neither_asked_for_nor_put_in_place_again(page: Page):
    entries = await Entries.of(page)
    await type_query(page, "json.dump")
    await expect(page.locator(NAME)).to_have_text("json.dump")
    await page.locator(f"{PANE} article").evaluate("(article) => (article.isTheSame = true)")
    asked = len(entries.asked)
    await page.keyboard.type("(")
    await expect(page.locator(RESULTS)).to_have_attribute("data-asked", "json.dump(")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Backspace")
    await expect(page.locator(RESULTS)).to_have_attribute("data-asked", "json.dump")
    # The entry below it is asked for behind whatever the keys before might have asked for.
    await page.keyboard.press("ArrowDown")
    second = await page.locator(f"{HITS} b").nth(1).inner_text()
    await expect(page.locator(NAME)).to_have_text(second)
    assert entries.asked[asked:] in ([second], [second, second])
    await page.keyboard.press("ArrowUp")
    await expect(page.locator(NAME)).to_have_text("json.dump")


async def test_results_never_wait_for_the_pane_and_an_older_entry_never_takes_a_newer_ones_place(page: Page):
    entries = await Entries.of(page, held="json.dump")
    await page.add_init_script(
        """addEventListener("DOMContentLoaded", () => { window.names = []; new MutationObserver(() =>
            window.names.push(document.querySelector("#app-pane h2")?.textContent))
            .observe(document.querySelector("#app-pane"), { childList: true }) })"""
    )
    await type_query(page, "json.dump")
    with anyio.fail_after(30):
        await entries.kept_back.wait()
    await page.keyboard.type("s")
    await expect(page.locator(RESULTS)).to_have_attribute("data-asked", "json.dumps")
    await expect(page.locator(NAME)).to_have_text("json.dumps")
    assert "json.dump" in entries.dropped
    entries.released.set()
    await page.keyboard.press("ArrowDown")
    second = await page.locator(f"{HITS} b").nth(1).inner_text()
    await expect(page.locator(NAME)).to_have_text(second)
    assert await page.evaluate("window.names") == ["json.dumps", second]


async def test_an_entry_that_cannot_be_loaded_leaves_no_other_in_its_place(unwatched_page: Page):
    page = unwatched_page
    await page.goto("/search?q=json")
    await expect(page.locator(NAME)).to_have_text("json")
    await page.route(ENTRY, lambda route: route.abort())
    await page.keyboard.press("ArrowDown")
    await expect(page.locator(PANE)).to_have_text("This entry could not be loaded.")
    await page.keyboard.press("ArrowUp")
    await page.unroute(ENTRY)
    await page.keyboard.press("ArrowDown")
    second = await page.locator(f"{HITS} b").nth(1).inner_text()
    await expect(page.locator(NAME)).to_have_text(second)


async def test_while_an_entry_is_long_in_coming_the_one_before_it_is_shown_as_such(page: Page):
    await page.goto("/search?q=json.dump")
    await expect(page.locator(BOX)).to_be_focused()
    second = await page.locator(f"{HITS} b").nth(1).inner_text()
    entries = await Entries.of(page, held=second)
    pane = page.locator(PANE)
    await page.keyboard.press("ArrowDown")
    await expect(pane).to_have_attribute("aria-busy", "true")
    await expect(page.locator(NAME)).to_have_text("json.dump")
    entries.released.set()
    await expect(page.locator(NAME)).to_have_text(second)
    await expect(pane).not_to_have_attribute("aria-busy", "true")


async def test_nothing_moves_while_one_types_and_the_pane_fills(page: Page):
    await page.add_init_script(
        """window.shifts = []; new PerformanceObserver((list) => window.shifts.push(...list.getEntries()
            .map((shift) => shift.value))).observe({ type: "layout-shift" })"""
    )
    for query in ("open", "subprocess.Popen", "qqqzzz"):
        await page.goto("/")
        await expect(page.locator(BOX)).to_be_focused()
        await page.keyboard.type(query)
        await expect(page.get_by_role("status")).to_contain_text(query)
        if query != "qqqzzz":
            await expect(page.locator(NAME)).to_have_text(query)
            await page.keyboard.press("ArrowDown")
            await expect(page.locator(NAME)).not_to_have_text(query)
    assert await page.evaluate("window.shifts") == []


async def test_examples_are_copied_without_prompts_and_output_and_links_as_they_are(page: Page):
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.goto("/search?q=json&selected=python/3.11/library/json.html%23module-json")
    await page.locator(f"{PANE} .copy-code").first.click()
    await expect(page.get_by_role("status")).to_have_text("Copied")
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("import json\njson.dumps(['foo', {'bar':")
    assert ">>>" not in copied
    assert '["foo"' not in copied
    await page.get_by_role("button", name="Copy link").click()
    address = await page.locator(NAME).get_by_role("link").evaluate("(link) => link.href")
    await page.wait_for_function("async (address) => await navigator.clipboard.readText() === address", arg=address)


async def test_copying_that_fails_says_so_for_a_moment_and_leaves_the_next_copy_alone(page: Page):
    await page.clock.install()
    await page.goto("/search?q=json.dumps")
    await page.evaluate(
        """() => { Object.defineProperty(navigator, "clipboard", { value: undefined });
            document.execCommand = () => false; }"""
    )
    button = page.locator(f"{PANE} [data-copy-link]")
    await expect(button).to_have_text("Copy link")
    for _ in range(2):
        await button.click()
        await expect(button).to_have_text("Copying failed")
    await page.clock.fast_forward(5000)
    await expect(button).to_have_text("Copy link")
    is_left_alone = 'document.body.dispatchEvent(new ClipboardEvent("copy", { bubbles: true, cancelable: true }))'
    assert await page.evaluate(is_left_alone)


@pytest.mark.parametrize("has_script", [True, False])
async def test_on_a_narrow_screen_there_is_one_column_and_nothing_is_asked_for_it(
    browser: Browser, origin: str, *, has_script: bool
):
    context = await browser.new_context(
        base_url=origin, viewport={"width": 390, "height": 844}, java_script_enabled=has_script
    )
    page = await context.new_page()
    entries = await Entries.of(page)
    await page.goto("/search?q=json.dumps")
    await expect(page.locator(PANE)).to_be_hidden()
    assert await page.locator("html").evaluate("(page) => page.scrollWidth") == 390
    await page.locator(HITS).nth(1).click()
    await expect(page).to_have_url(re.compile(r"/docs/python/3\.11/"))
    assert entries.asked == []
    await context.close()


async def test_without_scripts_the_whole_page_shows_results_filters_and_the_selected_entry(
    browser: Browser, origin: str
):
    context = await browser.new_context(
        base_url=origin, viewport={"width": 1280, "height": 800}, java_script_enabled=False
    )
    page = await context.new_page()
    await page.goto("/")
    await page.locator(BOX).fill("json")
    await page.get_by_role("button", name="Search").click()
    await expect(page.locator(NAME)).to_have_text("json")
    await page.get_by_role("link", name="Add the filter kind:function").click()
    await expect(page).to_have_url(re.compile(r"/search\?q=json%20kind%3Afunction$"))
    await expect(page.locator(".kind").first).to_have_text("function")
    await page.get_by_role("link", name="Remove the filter kind:function").click()
    await expect(page.locator(BOX)).to_have_value("json")
    await page.locator(HITS).first.click()
    await expect(page).to_have_url(re.compile(r"/docs/python/3\.11/library/json\.html"))
    await context.close()
