"""Searching in the browser, with the mouse and with the keyboard."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import pytest
from playwright.async_api import Browser, Page, Route, expect

RESULTS = "#app-results"
HITS = "#app-results a"


@asynccontextmanager
async def held(page: Page, address: re.Pattern[str]) -> AsyncGenerator[anyio.Event]:
    """Keep the answers to some requests back until the block ends; gives what is set when the first was asked.

    The page is opened inside the block: a page that is open already may send its next request before Chromium has told
    its renderer that requests are held.
    """
    asked, released = anyio.Event(), anyio.Event()

    async def hold(route: Route) -> None:
        asked.set()
        await released.wait()
        await route.continue_()

    await page.route(address, hold)
    try:
        yield asked
    finally:
        released.set()


async def test_the_box_has_the_focus_at_once(page: Page):
    await page.goto("/")
    await expect(page.locator("#app-query")).to_be_focused()


async def test_results_appear_as_one_types_and_the_address_holds_the_query(page: Page):
    await page.goto("/")
    await expect(page.locator("#app-query")).to_be_focused()
    await page.keyboard.type("asyncio.ga")
    await expect(page.locator(HITS).first).to_contain_text("asyncio.gather")
    await expect(page).to_have_url(re.compile(r"/search\?q=asyncio\.ga$"))
    await expect(page).to_have_title("asyncio.ga · livedocs")
    await expect(page.locator(f"{HITS} mark").first).to_have_text("asyncio.ga")
    await expect(page.locator("#app-query")).to_be_focused()


async def test_a_hit_opens_its_page_with_the_documented_object_in_view_and_highlighted(page: Page):
    await page.goto("/")
    await expect(page.locator("#app-query")).to_be_focused()
    await page.keyboard.type("json.dumps")
    await expect(page.locator("#app-results")).to_have_attribute("data-asked", "json.dumps")
    await page.locator(HITS).first.click()
    await expect(page).to_have_url(re.compile(r"/library/json\.html#json\.dumps$"))
    target = page.locator("[id='json.dumps']")
    await expect(target).to_be_in_viewport(ratio=1)
    box = await target.bounding_box()
    header = await page.locator("header").first.bounding_box()
    assert box is not None
    assert header is not None
    assert box["y"] >= header["height"], "the header covers what was opened"
    colours = await target.evaluate("(e) => [getComputedStyle(e).backgroundColor, e.matches(':target')]")
    other = await page.locator("[id='json.dump']").evaluate("(e) => getComputedStyle(e).backgroundColor")
    assert colours[1] is True
    assert colours[0] != other


async def test_enter_opens_the_first_hit(page: Page):
    await page.goto("/")
    await expect(page.locator("#app-query")).to_be_focused()
    await page.keyboard.type("json.dumps")
    await expect(page.locator(RESULTS)).to_have_attribute("data-asked", "json.dumps")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/library/json\.html#json\.dumps$"))


async def test_enter_before_the_answer_opens_the_first_hit_of_that_answer(page: Page):
    async with held(page, re.compile(r"/search\?q=json\.dumps(&|$)")):
        await page.goto("/")
        await expect(page.locator("#app-query")).to_be_focused()
        await page.keyboard.type("json.dumps")
        await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/library/json\.html#json\.dumps$"))


async def test_while_an_answer_is_long_in_coming_what_was_found_before_is_shown_as_such(page: Page):
    shown = page.locator("#app-main")
    async with held(page, re.compile(r"/search\?q=json\.dumps$")):
        await page.goto("/search?q=json.dump")
        await expect(page.locator("#app-query")).to_be_focused()
        await page.keyboard.type("s")
        await expect(shown).to_have_attribute("aria-busy", "true")
        await expect(page.locator(RESULTS)).to_have_attribute("data-asked", "json.dump")
    await expect(page.locator(RESULTS)).to_have_attribute("data-asked", "json.dumps")
    await expect(shown).not_to_have_attribute("aria-busy", "true")


async def test_what_is_opened_is_told_once_by_whatever_button_and_however_often_it_is_clicked(page: Page):
    told: list[str | None] = []
    page.context.on("request", lambda request: told.append(request.post_data) if request.method == "POST" else None)
    await page.goto("/search?q=json.dumps")
    await expect(page.locator("#app-query")).to_be_focused()
    async with page.context.expect_page():
        await page.locator(HITS).nth(1).click(button="middle")
    await expect(page.locator(f"{HITS}[aria-selected=true]")).to_have_id("app-hit-1")
    await page.locator(HITS).first.dblclick()
    await expect(page).to_have_url(re.compile(r"/library/json\.html#json\.dumps$"))
    assert len(told) == 2
    assert told[-1] == "entry=python%2F3.11%2Flibrary%2Fjson.html%23json.dumps"


async def test_arrows_and_ctrl_n_and_p_move_the_selection_and_enter_opens_it(page: Page):
    await page.goto("/search?q=json")
    box = page.locator("#app-query")
    await expect(box).to_be_focused()
    hits, selected = page.locator(HITS), page.locator(f"{HITS}[aria-selected=true]")
    await expect(selected).to_have_id("app-hit-1")
    await expect(box).not_to_have_attribute("aria-activedescendant", re.compile("."))
    for key, number in (("ArrowDown", 2), ("Control+n", 3), ("ArrowDown", 4), ("Control+p", 3), ("ArrowUp", 2)):
        await page.keyboard.press(key)
        await expect(selected).to_have_count(1)
        await expect(selected).to_have_id(f"app-hit-{number}")
        await expect(box).to_have_attribute("aria-activedescendant", f"app-hit-{number}")
    await expect(box).to_be_focused()
    address = await hits.nth(1).get_attribute("href")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(re.escape(address or "?") + "$"))


async def test_the_selection_stays_in_view_from_the_first_hit_to_the_last(page: Page):
    await page.goto("/search?q=open")
    await expect(page.locator("#app-query")).to_be_focused()
    hits = page.locator(HITS)
    count = await hits.count()
    assert count > 10, "too few to leave the window"
    for _ in range(count + 3):
        await page.keyboard.press("ArrowDown")
    await expect(hits.last).to_have_attribute("aria-selected", "true")
    await expect(hits.last).to_be_in_viewport(ratio=1)
    for _ in range(count + 3):
        await page.keyboard.press("ArrowUp")
    await expect(hits.first).to_have_attribute("aria-selected", "true")
    assert await page.evaluate("scrollY") == 0


async def test_tab_passes_the_hits_by_as_the_arrows_are_for_them(page: Page):
    await page.goto("/search?q=json")
    await expect(page.locator("#app-query")).to_be_focused()
    for query in ("json", "jso"):
        await expect(page.locator(RESULTS)).to_have_attribute("data-asked", query)
        await page.locator(".chip").last.focus()
        await page.keyboard.press("Tab")
        await expect(page.locator("#app-explain")).to_be_focused()
        await page.locator("#app-query").fill("jso")


async def test_keys_that_an_input_method_takes_are_left_to_it(page: Page):
    await page.goto("/search?q=json")
    box = page.locator("#app-query")
    await expect(box).to_be_focused()
    await expect(page.locator(f"{HITS}[aria-selected=true]")).to_have_id("app-hit-1")
    for how in ("isComposing: true", "keyCode: 229"):
        for key in ("ArrowDown", "Enter", "Escape"):
            event = f'new KeyboardEvent("keydown", {{ key: "{key}", {how}, bubbles: true, cancelable: true }})'
            assert await box.evaluate(f"(box) => box.dispatchEvent({event})"), f"{key} with {how} was taken"
    await expect(box).to_have_value("json")
    await expect(page.locator(f"{HITS}[aria-selected=true]")).to_have_id("app-hit-1")
    await expect(page).to_have_url(re.compile(r"/search\?q=json$"))


async def test_slash_focuses_the_box_and_is_a_character_inside_it(page: Page):
    await page.goto("/docs/python/3.11/library/json.html")
    box = page.locator("#app-query")
    await expect(box).not_to_be_focused()
    await page.keyboard.press("/")
    await expect(box).to_be_focused()
    await expect(box).to_have_value("")
    await page.keyboard.type("a/b")
    await expect(box).to_have_value("a/b")


async def test_escape_clears_the_box_and_then_leaves_it(page: Page):
    await page.goto("/search?q=json")
    await expect(page.locator("#app-query")).to_be_focused()
    box = page.locator("#app-query")
    await page.keyboard.press("Escape")
    await expect(box).to_have_value("")
    await expect(page.get_by_text("In this library")).to_be_visible()
    await expect(page.locator(RESULTS)).to_have_count(0)
    await expect(box).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(box).not_to_be_focused()


async def test_a_filter_writes_itself_into_the_box_and_is_taken_out_again(page: Page):
    await page.goto("/search?q=json")
    await page.get_by_role("link", name="Add the filter kind:function").click()
    box = page.locator("#app-query")
    await expect(box).to_have_value("json kind:function")
    await expect(box).to_be_focused()
    await expect(page.locator(f"{RESULTS} .kind").first).to_have_text("function")
    await expect(page.locator(f"{RESULTS} .kind").filter(has_not_text="function")).to_have_count(0)
    await expect(page).to_have_url(re.compile(r"/search\?q=json\+kind%3Afunction$"))
    await page.get_by_role("link", name="Remove the filter kind:function").click()
    await expect(box).to_have_value("json")
    await expect(page.locator(RESULTS)).to_have_attribute("data-asked", "json")
    await page.go_back()
    await expect(box).to_have_value("json kind:function")
    await expect(page.locator(f"{RESULTS} .kind").filter(has_not_text="function")).to_have_count(0)


async def test_an_older_answer_never_takes_the_place_of_a_newer_one(page: Page):
    async with held(page, re.compile(r"/search\?q=json$")) as asked:
        await page.goto("/")
        await expect(page.locator("#app-query")).to_be_focused()
        await page.keyboard.type("json")
        with anyio.fail_after(30):
            await asked.wait()
        await page.keyboard.type(".dumps")
        await expect(page.locator(RESULTS)).to_have_attribute("data-asked", "json.dumps")
        await page.evaluate(
            """() => { window.swaps = []; document.addEventListener("htmx:after:swap", () =>
                window.swaps.push(document.querySelector("#app-results")?.dataset.asked)) }"""
        )
    await page.keyboard.type("(")
    await expect(page.locator(RESULTS)).to_have_attribute("data-asked", "json.dumps(")
    assert "json" not in await page.evaluate("window.swaps")


async def test_the_search_is_a_combobox_with_a_listbox_for_assistive_technology(page: Page):
    await page.goto("/")
    box = page.get_by_role("combobox", name="Search the documentation")
    await expect(box).to_have_attribute("aria-expanded", "false")
    await box.press_sequentially("json")
    await expect(box).to_have_attribute("aria-expanded", "true")
    await expect(box).to_have_attribute("aria-controls", "app-results")
    options = page.get_by_role("listbox", name="Results").get_by_role("option")
    await expect(options.first).to_be_visible()
    await expect(page.get_by_role("status")).to_have_text(re.compile(r"^\d+ results for json\.$"))


async def test_every_example_of_the_home_page_finds_what_it_is_about(page: Page):
    await page.goto("/")
    links = page.locator("#app-main a[data-search]")
    examples = dict(
        zip(
            await links.locator(".line-name").all_inner_texts(),
            await links.evaluate_all("(all) => all.map((a) => a.href)"),
            strict=True,
        )
    )
    assert len(examples) > 3
    for text, address in examples.items():
        await page.goto(address)
        await expect(page.locator("#app-query")).to_have_value(text)
        await expect(page.locator(HITS).first).to_be_visible()
        await expect(page.locator("#app-corrected")).to_have_count(0)


async def test_a_long_traceback_can_be_pasted_whole(page: Page):
    frame = '  File "/srv/app/orders.py", line 1234, in total\n    return sum(prices[item] for item in basket)\n'
    pasted = f"Traceback (most recent call last):\n{frame * 120}ZeroDivisionError: division by zero"
    assert len(pasted) > 10_000
    await page.goto("/")
    await page.evaluate("(text) => document.execCommand('insertText', false, text)", pasted)
    await expect(page.locator(HITS).first).to_contain_text("ZeroDivisionError")


async def test_a_correction_is_announced(page: Page):
    await page.goto("/")
    await expect(page.locator("#app-query")).to_be_focused()
    await page.keyboard.type("asyncio.gahter")
    await expect(page.get_by_role("status")).to_contain_text("Showing results for asyncio.gather.")
    await expect(page.locator(HITS).first).to_contain_text("asyncio.gather")


async def test_results_are_announced_once_the_typing_rests_and_not_at_each_key(page: Page):
    await page.goto("/")
    await page.evaluate(
        """() => { window.said = []; const status = document.querySelector("#app-status");
            new MutationObserver(() => window.said.push(status.textContent))
                .observe(status, { childList: true, characterData: true, subtree: true }) }"""
    )
    await page.keyboard.type("json.dumps")
    await expect(page.get_by_role("status")).to_have_text(re.compile(r"^\d+ results for json\.dumps\.$"))
    said = await page.evaluate("window.said")
    assert len(said) < len("json.dumps")
    assert said[-1] == await page.get_by_role("status").text_content()


@pytest.mark.parametrize("query", ["<img src=x onerror=alert(1)>", '"', "a\\b", "%00%ff", "\U0001f40d", "{{1}}"])
async def test_awkward_text_can_be_typed(page: Page, query: str):
    await page.goto("/")
    await expect(page.locator("#app-query")).to_be_focused()
    await page.keyboard.type(query)
    await expect(page).to_have_title(f"{query} · livedocs")
    await expect(page.locator("#app-query")).to_have_value(query)


async def test_a_server_that_does_not_answer_is_said_and_the_next_answer_takes_it_back(unwatched_page: Page):
    page = unwatched_page
    await page.route("**/search?**", lambda route: route.abort())
    await page.goto("/")
    await page.keyboard.type("j")
    status = page.get_by_role("status")
    await expect(status).to_have_text("The server did not answer. Is livedocs still running?")
    await expect(status).to_be_in_viewport(ratio=1)
    await page.unroute("**/search?**")
    await page.keyboard.type("son")
    await expect(page.locator(HITS).first).to_contain_text("json")
    await expect(status).to_have_text(re.compile(r"^\d+ results for json\.$"))


async def test_what_a_proxy_says_in_place_of_the_server_is_not_taken_for_an_answer(unwatched_page: Page):
    page = unwatched_page
    await page.goto("/search?q=json")
    await expect(page.locator("#app-query")).to_be_focused()
    page_of_proxy = "<title>502 Bad Gateway</title><h1>Bad Gateway</h1>"
    await page.route("**/search?**", lambda route: route.fulfill(status=502, body=page_of_proxy))
    await page.keyboard.press("End")
    await page.keyboard.type(".d")
    await expect(page.get_by_role("status")).to_have_text("The server did not answer. Is livedocs still running?")
    await expect(page.locator(RESULTS)).to_have_attribute("data-asked", "json")
    await expect(page).to_have_title("json · livedocs")
    await expect(page).to_have_url(re.compile(r"/search\?q=json$"))


async def test_why_a_query_cannot_be_answered_is_announced(unwatched_page: Page):
    page = unwatched_page
    await page.goto("/")
    await page.locator("#app-query").fill("word " * 300)
    await expect(page.get_by_role("heading", level=1)).to_have_text("This query cannot be answered")
    await expect(page.get_by_role("status")).to_contain_text(
        "This query cannot be answered The query is 1500 characters"
    )


async def test_a_filter_that_is_touched_brings_up_no_keyboard(browser: Browser, origin: str):
    context = await browser.new_context(base_url=origin, viewport={"width": 390, "height": 844}, has_touch=True)
    page = await context.new_page()
    await page.goto("/search?q=json")
    await page.locator("#app-query").blur()
    await page.get_by_role("link", name="Add the filter kind:function").tap()
    await expect(page.locator(RESULTS)).to_have_attribute("data-asked", "json kind:function")
    await expect(page.locator("#app-query")).not_to_be_focused()
    await context.close()
