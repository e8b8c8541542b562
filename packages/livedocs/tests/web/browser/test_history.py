"""The address is the state: back and forward."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

HITS = "#app-results a"
BOX = "#app-query"
SELECTED = f"{HITS}[aria-selected=true]"


async def test_back_from_a_search_shows_the_home_page_again_and_forward_the_results(page: Page):
    await page.goto("/")
    await expect(page.locator("#app-query")).to_be_focused()
    await page.keyboard.type("json")
    await expect(page.locator("#app-results")).to_have_attribute("data-asked", "json")
    await page.go_back()
    await expect(page).to_have_url(re.compile(r":\d+/$"))
    await expect(page.get_by_text("In this library")).to_be_visible()
    await expect(page.locator(BOX)).to_have_value("")
    await expect(page.locator(BOX)).to_have_attribute("aria-expanded", "false")
    await expect(page.locator("#app-status")).to_be_empty()
    await page.go_forward()
    await expect(page).to_have_url(re.compile(r"/search\?q=json$"))
    await expect(page.locator(BOX)).to_have_value("json")
    await expect(page.locator("#app-results")).to_have_attribute("data-asked", "json")


async def test_typing_adds_one_step_however_many_keys_are_pressed(page: Page):
    await page.goto("/")
    before = await page.evaluate("history.length")
    await page.keyboard.type("json.dumps")
    await expect(page.locator("#app-results")).to_have_attribute("data-asked", "json.dumps")
    assert await page.evaluate("history.length") == before + 1


async def test_back_from_a_page_shows_the_results_it_was_opened_from(page: Page):
    await page.goto("/")
    await expect(page.locator("#app-query")).to_be_focused()
    await page.keyboard.type("json.dumps")
    await expect(page.locator("#app-results")).to_have_attribute("data-asked", "json.dumps")
    await page.locator(HITS).first.click()
    await expect(page).to_have_url(re.compile(r"#json\.dumps$"))
    await page.go_back()
    await expect(page).to_have_url(re.compile(r"/search\?q=json\.dumps$"))
    await expect(page.locator(BOX)).to_have_value("json.dumps")
    await expect(page.locator(HITS).first).to_contain_text("json.dumps")
    await page.go_back()
    await expect(page.get_by_text("In this library")).to_be_visible()
    await page.go_forward()
    await expect(page.locator(HITS).first).to_contain_text("json.dumps")
    await page.go_forward()
    await expect(page.locator("[id='json.dumps']")).to_be_in_viewport()


async def test_searching_from_a_page_and_going_back_returns_to_the_same_place(page: Page):
    await page.goto("/docs/python/3.11/library/json.html#json.loads")
    await expect(page.locator("[id='json.loads']")).to_be_in_viewport()
    scroll = await page.evaluate("scrollY")
    await page.keyboard.press("/")
    await page.keyboard.type("pathlib")
    await expect(page.locator("#app-results")).to_have_attribute("data-asked", "pathlib")
    await expect(page).to_have_url(re.compile(r"q=pathlib$"))  # it is written behind the frame that shows the answer
    await page.go_back()
    await expect(page).to_have_url(re.compile(r"/library/json\.html#json\.loads$"))
    await expect(page).to_have_title(re.compile("^json"))
    assert scroll > 0
    assert await page.evaluate("scrollY") == scroll


async def test_a_page_is_found_at_the_same_place_however_often_one_goes_back_and_forward(page: Page):
    await page.goto("/docs/python/3.11/library/json.html#json.loads")
    await expect(page.locator("[id='json.loads']")).to_be_in_viewport()
    await page.keyboard.press("/")
    await page.keyboard.type("pathlib")
    await expect(page.locator("#app-results")).to_have_attribute("data-asked", "pathlib")
    await expect(page).to_have_url(re.compile(r"q=pathlib$"))  # it is written behind the frame that shows the answer
    await page.go_back()
    await expect(page.locator("[id='json.loads']")).to_be_in_viewport()
    await page.evaluate("scrollBy(0, 300)")
    scroll = await page.evaluate("scrollY")
    for _ in range(2):
        await page.go_forward()
        await expect(page.locator("#app-results")).to_have_attribute("data-asked", "pathlib")
        await page.go_back()
        await expect(page.locator("[id='json.loads']")).to_be_attached()
        await expect(page).to_have_title(re.compile("^json"))
        assert await page.evaluate("scrollY") == scroll


async def test_a_page_that_has_to_be_loaded_again_is_found_where_it_was_left(page: Page):
    await page.goto("/docs/python/3.11/library/json.html#json.loads")
    await expect(page.locator("[id='json.loads']")).to_be_in_viewport()
    await page.evaluate("scrollBy(0, 600)")
    scroll = await page.evaluate("scrollY")
    await page.keyboard.press("/")
    await page.keyboard.type("pathlib")
    await expect(page.locator("#app-results")).to_have_attribute("data-asked", "pathlib")
    await page.reload()
    await expect(page.get_by_role("listbox", name="Results")).to_be_visible()
    await page.go_back()
    await page.wait_for_function("(scroll) => scrollY === scroll", arg=scroll)
    await page.evaluate("scrollTo(0, 100)")
    await page.reload()
    assert await page.evaluate("scrollY") == 100


async def test_typing_does_not_move_the_page_that_is_read(unwatched_page: Page):
    page = unwatched_page
    await page.route(re.compile(r"/search\?"), lambda route: route.abort())
    await page.goto("/docs/python/3.11/library/json.html#json.loads")
    await expect(page.locator("[id='json.loads']")).to_be_in_viewport()
    scroll = await page.evaluate("scrollY")
    await page.keyboard.press("/")
    for key in "path":
        await page.keyboard.press(key)
    await expect(page.locator(BOX)).to_have_value("path")
    assert await page.evaluate("scrollY") == scroll


async def test_a_search_page_that_was_reloaded_goes_back_to_home(page: Page):
    await page.goto("/")
    await expect(page.locator("#app-query")).to_be_focused()
    await page.keyboard.type("json")
    await expect(page.locator("#app-results")).to_have_attribute("data-asked", "json")
    await page.reload()
    await expect(page.locator(HITS).first).to_be_visible()
    await page.go_back()
    await expect(page.get_by_text("In this library")).to_be_visible()
    await expect(page.locator(BOX)).to_have_value("")


async def test_a_linked_search_shows_its_results_its_filter_and_what_is_selected(page: Page):
    await page.goto("/search?q=json+kind:module&selected=python/3.11/library/json.html%23module-json.tool")
    await expect(page.locator(BOX)).to_have_value("json kind:module")
    await expect(page.get_by_role("link", name="Remove the filter kind:module")).to_be_visible()
    await expect(page.locator(SELECTED)).to_contain_text("json.tool")
    await expect(page.locator("#app-pane h2")).to_have_text("json.tool")


async def test_the_selection_is_in_the_address_and_found_again_by_back_and_reload(page: Page):
    await page.goto("/")
    await expect(page.locator(BOX)).to_be_focused()
    await page.keyboard.type("open")
    await expect(page.locator("#app-results")).to_have_attribute("data-asked", "open")
    for _ in range(11):
        await page.keyboard.press("ArrowDown")
    await expect(page.locator(SELECTED)).to_have_id("app-hit-12")
    entry = (await page.locator(SELECTED).get_attribute("href") or "?").removeprefix("/docs/")
    await expect(page).to_have_url(re.compile(rf"/search\?q=open&selected={re.escape(entry.replace('#', '%23'))}$"))
    address, scroll = page.url, await page.evaluate("scrollY")
    name = await page.locator(f"{SELECTED} b").first.text_content() or "?"
    await expect(page.locator("#app-pane h2")).to_have_text(name)
    assert scroll > 0
    await page.keyboard.press("Enter")
    await expect(page.locator("#app-results")).to_have_count(0)
    await page.go_back()
    await expect(page).to_have_url(address)
    await expect(page.locator(SELECTED)).to_have_id("app-hit-12")
    await expect(page.locator("#app-pane h2")).to_have_text(name)
    assert await page.evaluate("scrollY") == scroll
    await page.go_back()
    await expect(page.get_by_text("In this library")).to_be_visible()
    await expect(page.locator("#app-pane")).to_be_empty()
    await page.go_forward()
    await expect(page.locator(SELECTED)).to_have_id("app-hit-12")
    await expect(page.locator("#app-pane h2")).to_have_text(name)
    assert await page.evaluate("scrollY") == scroll
    await page.keyboard.press("End")
    await page.keyboard.type("s")
    await expect(page.locator("#app-results")).to_have_attribute("data-asked", "opens")
    await expect(page.locator(SELECTED)).to_have_id("app-hit-1")
    await expect(page).to_have_url(re.compile(r"/search\?q=opens$"))
