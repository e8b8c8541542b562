"""What is around every page: keys, help, theme, and what the start page remembers."""

from __future__ import annotations

import re

from playwright.async_api import Browser, Page, expect

READING = "/docs/python/3.11/library/json.html"
BOX = "#app-query"
HITS = "#app-results a"


async def is_left_to_the_browser(page: Page, key: str, **modifiers: bool) -> bool:
    """Whether a key press with modifiers passes by all that listens."""
    return await page.evaluate(
        """([key, modifiers]) => {
            const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...modifiers });
            return document.body.dispatchEvent(event);
        }""",
        [key, modifiers],
    )


async def test_keys_focus_the_box_open_help_and_step_back(page: Page):
    await page.goto(READING)
    await page.keyboard.press("/")
    await expect(page.locator(BOX)).to_be_focused()
    await page.keyboard.type("/?o")
    await expect(page.locator(BOX)).to_have_value("/?o")
    await page.goto(READING)
    await page.keyboard.press("Control+k")
    await expect(page.locator(BOX)).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator(BOX)).not_to_be_focused()

    await page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard")
    await expect(dialog).to_be_visible()
    await expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    await page.keyboard.press("/")  # nothing behind the dialog acts
    await expect(page.locator(BOX)).not_to_be_focused()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    button = page.get_by_role("button", name="Keyboard and search help")
    await button.click()
    await expect(dialog).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    await expect(button).to_be_focused()


async def test_a_key_presses_the_control_that_names_it_and_leaves_the_browsers_own_keys_alone(page: Page):
    await page.goto(READING)
    await expect(page.locator("#app-theme")).to_have_attribute("aria-label", "Theme: system")
    original = page.locator("[data-key='o']").first
    await original.evaluate(
        "link => link.addEventListener('click', event => {event.preventDefault(); document.title = 'pressed'; })"
    )
    for modifier in ("ctrlKey", "metaKey", "altKey"):
        assert await is_left_to_the_browser(page, "o", **{modifier: True})
    for key in ("O", "x", "Tab", "ArrowDown", " ", "f"):
        assert await is_left_to_the_browser(page, key)
    assert await is_left_to_the_browser(page, "k", ctrlKey=True, shiftKey=True)
    assert await is_left_to_the_browser(page, "o", isComposing=True)
    await expect(page).not_to_have_title("pressed")
    assert not await is_left_to_the_browser(page, "o")
    await expect(page).to_have_title("pressed")


async def test_escape_returns_from_a_page_to_the_results_it_was_opened_from(page: Page):
    await page.goto("/search?q=json.dumps")
    await page.locator(HITS).first.click()
    await expect(page).to_have_url(re.compile(r"/library/json\.html#json\.dumps$"))
    await page.keyboard.press("Escape")
    await expect(page).to_have_url(re.compile(r"/search\?q=json\.dumps"))
    await expect(page.locator(HITS).first).to_be_visible()


async def test_escape_closes_the_menu_of_versions_before_it_leaves_the_page(browser: Browser, versions_origin: str):
    page = await browser.new_page(base_url=versions_origin)
    await page.goto("/search?q=trap.spring")
    await page.locator(HITS).first.click()
    await expect(page).to_have_url(re.compile("/docs/"))
    reading, menu = page.url, page.locator(".reading-versions")
    await menu.locator("summary").click()
    await expect(menu.get_by_role("link").first).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(menu.get_by_role("link").first).to_be_hidden()
    await expect(menu.locator("summary")).to_be_focused()
    assert page.url == reading
    await page.keyboard.press("Escape")
    await expect(page).to_have_url(re.compile("/search"))
    await page.close()


async def test_the_theme_goes_from_the_systems_to_light_to_dark_and_is_kept(page: Page):
    await page.emulate_media(color_scheme="dark")
    await page.goto("/")
    button = page.get_by_role("button", name="Theme")
    scheme = "getComputedStyle(document.documentElement).backgroundColor"
    dark = await page.evaluate(scheme)
    await button.click()
    await expect(button).to_have_accessible_name("Theme: light")
    await expect(button.locator("svg:visible")).to_have_attribute("data-theme", "light")
    light = await page.evaluate(scheme)
    assert light != dark
    await expect(page.locator("meta[name=theme-color][media=all]")).to_have_attribute("data-scheme", "light")
    await page.goto(READING)
    assert await page.evaluate(scheme) == light
    await page.emulate_media(color_scheme="light")
    await button.click()
    await expect(button).to_have_accessible_name("Theme: dark")
    assert await page.evaluate(scheme) == dark
    await button.click()
    await expect(button).to_have_accessible_name("Theme: system")
    assert await page.evaluate(scheme) == light


async def test_searches_after_which_something_was_opened_are_recent_until_they_are_cleared(page: Page):
    await page.goto("/")
    recent = page.get_by_role("region", name="Recent searches")
    await expect(recent).to_contain_text("in this browser only")
    for query in ("json.dumps", "<b>open</b>", "json.dumps"):
        await page.goto("/")
        await page.locator(BOX).fill(query)
        await expect(page.locator("#app-results")).to_have_attribute("data-asked", query)
        await page.locator(HITS).first.click()
        await expect(page).to_have_url(re.compile("/docs/"))
    await page.goto("/")
    await expect(recent.get_by_role("link")).to_have_text(["json.dumps", "<b>open</b>"])
    await recent.get_by_role("link").first.click()
    await expect(page.locator(HITS).first).to_contain_text("json.dumps")
    await page.locator(BOX).fill("")
    await recent.get_by_role("button", name="Clear").click()
    await expect(recent.get_by_role("link")).to_have_count(0)
    await expect(recent).to_contain_text("in this browser only")
    await expect(recent.get_by_role("button", name="Clear")).to_be_hidden()


async def test_examples_are_searches_and_a_click_beside_the_help_closes_it(page: Page):
    await page.goto("/")
    examples = page.get_by_role("region", name="For example").get_by_role("link")
    await expect(examples).to_have_count(5)
    await examples.filter(has_text=":=").click()
    await expect(page.locator("#app-results")).to_have_attribute("data-asked", ":=")
    await page.get_by_role("button", name="Keyboard and search help").click()
    dialog = page.get_by_role("dialog", name="Keyboard")
    await expect(dialog).to_be_visible()
    await page.mouse.click(5, 5)
    await expect(dialog).to_be_hidden()


async def test_without_scripts_nothing_is_shown_that_needs_them(browser: Browser, origin: str):
    page = await browser.new_page(base_url=origin, java_script_enabled=False)
    await page.goto("/")
    await expect(page.get_by_role("heading", name="In this library")).to_be_visible()
    scripted = page.locator(".needs-script")
    await expect(scripted).to_have_count(3)
    for part in await scripted.all():
        await expect(part).to_be_hidden()
    await page.close()
