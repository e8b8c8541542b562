"""Hits that are close in meaning join below those that are shown, and disturb nothing."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator

import anyio
import pytest
from playwright.async_api import Browser, Page, Request, Route, expect

QUESTION = "forbid dangerous operations of untrusted code"
MEANING = re.compile(r"/search/meaning\?")
HITS = "#app-results a"
DIVIDER = "#app-results .hits-divider"
JUST_SWAPPED = ".htmx-added"
"""htmx marks what it has just put in, for a moment."""


@pytest.fixture
async def page(browser: Browser, embedded_origin: str) -> AsyncGenerator[Page]:
    """A page over a library that was embedded."""
    context = await browser.new_context(base_url=embedded_origin, viewport={"width": 1000, "height": 500})
    opened = await context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    yield opened
    assert complaints == []
    await context.close()


class Held:
    """Answers of meaning that are kept back until they are let go.

    Attributes:
        asked: addresses that were asked for.
        first: set when the first was.
        released: lets all answers go when it is set.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.first = anyio.Event()
        self.released = anyio.Event()

    async def __call__(self, route: Route, request: Request) -> None:
        self.asked.append(request.url)
        self.first.set()
        await self.released.wait()
        await route.continue_()


async def type_question(page: Page, question: str = QUESTION) -> None:
    await page.goto("/")
    await expect(page.locator("#app-query")).to_be_focused()
    await page.keyboard.type(question)
    await expect(page.locator("#app-results")).to_have_attribute("data-asked", question)


async def test_when_the_typing_rests_hits_are_added_below_and_announced(page: Page):
    held = Held()
    await page.route(MEANING, held)
    await type_question(page)
    shown = [await hit.get_attribute("href") for hit in await page.locator(HITS).all()]
    held.released.set()
    await expect(page.locator(DIVIDER)).to_have_text("Close in meaning")
    after = [await hit.get_attribute("href") for hit in await page.locator(HITS).all()]
    assert after[: len(shown)] == shown
    assert len(after) > len(shown)
    assert len(set(after)) == len(after)
    added = len(after) - len(shown)
    await expect(page.get_by_role("status")).to_have_text(f"{len(after)} results, {added} of them close in meaning.")
    ids = await page.locator("[id]").evaluate_all("(all) => all.map((element) => element.id)")
    assert sorted(set(ids)) == sorted(ids)
    assert await page.locator("#app-results li[hx-get]").count() == 0


async def test_what_is_added_can_be_reached_and_opened_like_every_hit(page: Page):
    await type_question(page)
    await expect(page.locator(DIVIDER)).to_be_attached()
    options = page.get_by_role("listbox", name="Results").get_by_role("option")
    count = await page.locator(HITS).count()
    await expect(options).to_have_count(count)
    roles = await page.locator("#app-results > li").evaluate_all("(all) => all.map((item) => item.role)")
    assert set(roles) == {"presentation"}
    for _ in range(count):
        await page.keyboard.press("ArrowDown")
    last = page.locator(HITS).last
    await expect(last).to_have_attribute("aria-selected", "true")
    await expect(page.locator("#app-query")).to_have_attribute("aria-activedescendant", f"app-hit-{count}")
    address = await last.get_attribute("href") or "?"
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(re.escape(address) + "$"))


async def test_the_selection_and_the_view_stay_where_they_are_when_hits_are_added(page: Page):
    held = Held()
    await page.route(MEANING, held)
    await type_question(page)
    for _ in range(11):
        await page.keyboard.press("ArrowDown")
    selected = page.locator(f"{HITS}[aria-selected=true]")
    await expect(selected).to_have_attribute("id", "app-hit-12")
    before = await selected.bounding_box()
    scrolled = await page.evaluate("scrollY")
    assert scrolled > 0, "the list is too short to leave the window"
    await page.evaluate(
        """() => { window.shifts = [];
            new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((shift) => shift.value)))
                .observe({ type: "layout-shift" }) }"""
    )
    held.released.set()
    await expect(page.locator(DIVIDER)).to_be_attached()
    await expect(selected).to_have_attribute("id", "app-hit-12")
    await expect(page.locator("#app-query")).to_have_attribute("aria-activedescendant", "app-hit-12")
    await expect(page.locator("#app-query")).to_be_focused()
    assert await selected.bounding_box() == before
    assert await page.evaluate("scrollY") == scrolled
    assert await page.evaluate("window.shifts") == []
    await page.keyboard.press("ArrowDown")
    await expect(selected).to_have_attribute("id", "app-hit-13")


async def test_an_older_answer_never_lands_in_a_newer_list(page: Page):
    held, ended = Held(), anyio.Event()
    older, newer = "untrusted code", "untrusted scripts"
    await page.route(re.compile(r"/search/meaning\?.*code"), held)

    def watch(request: Request) -> None:
        if MEANING.search(request.url) and "code" in request.url:
            ended.set()

    page.on("requestfinished", watch)
    page.on("requestfailed", watch)
    await type_question(page)
    with anyio.fail_after(30):
        await held.first.wait()
    await page.keyboard.press("Control+Backspace")
    await page.keyboard.type("scripts")
    await expect(page.locator("#app-results")).to_have_attribute("data-asked", QUESTION.replace(older, newer))
    await expect(page.locator(DIVIDER)).to_have_count(1)
    await expect(page.locator(JUST_SWAPPED)).to_have_count(0)
    before = await page.locator("#app-main").inner_html()
    await page.evaluate(
        """() => { window.most = 1; new MutationObserver(() =>
            window.most = Math.max(window.most, document.querySelectorAll(".hits-divider").length))
            .observe(document.querySelector("#app-main"), { childList: true, subtree: true }) }"""
    )
    held.released.set()
    with anyio.fail_after(30):
        await ended.wait()
    await page.locator("#app-query").fill("template")
    await expect(page.locator(DIVIDER)).to_have_count(0)
    await page.locator("#app-query").fill(QUESTION.replace(older, newer))
    await expect(page.locator(DIVIDER)).to_have_count(1)
    await expect(page.locator(JUST_SWAPPED)).to_have_count(0)
    assert await page.locator("#app-main").inner_html() == before
    assert await page.evaluate("window.most") == 1
    ids = await page.locator(HITS).evaluate_all("(all) => all.map((hit) => hit.id)")
    assert ids == [f"app-hit-{number + 1}" for number in range(len(ids))]


@pytest.mark.parametrize("status", [200, 429])
async def test_where_meaning_adds_nothing_the_hits_stay_and_are_announced(
    browser: Browser, embedded_origin: str, status: int
):
    context = await browser.new_context(base_url=embedded_origin)
    page = await context.new_page()
    body = "" if status == 200 else '<title>Too Many Requests</title><div class="message">Too Many Requests</div>'
    await page.clock.install()
    await page.route(MEANING, lambda route: route.fulfill(status=status, body=body, content_type="text/html"))
    async with page.expect_response(MEANING) as answered:
        await type_question(page)
        await page.clock.run_for(400)
    await (await answered.value).finished()
    await page.clock.run_for(400)
    await expect(page.get_by_role("status")).to_have_text(re.compile(rf"^\d+ results for {QUESTION}\.$"))
    await expect(page).to_have_title(f"{QUESTION} · livedocs")
    await expect(page.locator("#app-main .message")).to_have_count(0)
    await context.close()


@pytest.mark.parametrize("query", ["template", "get_template(", "TemplateNotFound: a b"])
async def test_for_one_word_a_name_or_an_error_nothing_is_asked(page: Page, query: str):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await type_question(page, query)
    await page.locator("#app-query").fill(QUESTION)
    await expect(page.locator(DIVIDER)).to_be_attached()
    meanings = [address for address in asked if MEANING.search(address)]
    assert len(meanings) == 1
    assert "forbid" in meanings[0]


async def test_enter_while_meaning_is_asked_opens_the_first_hit(page: Page):
    held = Held()
    await page.route(MEANING, held)
    await type_question(page)
    address = await page.locator(HITS).first.get_attribute("href") or "?"
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(re.escape(address) + "$"))
    held.released.set()


async def test_reasons_are_shown_of_what_is_added_too(page: Page):
    await page.goto("/search?q=template&explain=1")
    await page.locator("#app-query").fill(QUESTION)
    await expect(page.locator(DIVIDER)).to_be_attached()
    await expect(page.locator(f"{DIVIDER} + li .hit-why")).to_contain_text("its meaning")
    await page.get_by_role("link", name="Hide why").click()
    await expect(page.locator(".hit-why")).to_have_count(0)
    await expect(page.locator(HITS).first).to_be_visible()
    await expect(page).to_have_url(re.compile(r"/search\?q=forbid%20[^&]*$"))


async def test_where_words_find_nothing_what_is_close_in_meaning_is_shown_and_can_be_opened(page: Page):
    await type_question(page, "hyperlinks anchors")
    await expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    await expect(page.locator(DIVIDER)).to_be_visible()
    box = page.locator("#app-query")
    await expect(box).to_have_attribute("aria-expanded", "true")
    address = await page.locator(HITS).first.get_attribute("href") or "?"
    await page.keyboard.press("ArrowDown")
    await expect(box).to_have_attribute("aria-activedescendant", "app-hit-1")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(re.escape(address) + "$"))
