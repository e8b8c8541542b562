"""Reading in the browser, and without scripts."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncGenerator

import pytest
from playwright.async_api import Browser, Page, expect


@pytest.fixture
async def plain_page(browser: Browser, origin: str) -> AsyncGenerator[Page]:
    """A browser that runs no scripts."""
    context = await browser.new_context(base_url=origin, java_script_enabled=False)
    yield await context.new_page()
    await context.close()


async def test_without_scripts_one_can_search_and_read(plain_page: Page):
    await plain_page.goto("/")
    await plain_page.locator("#app-query").fill("json.dumps")
    await plain_page.get_by_role("button", name="Search").click()
    await expect(plain_page).to_have_url(re.compile(r"/search\?q=json\.dumps"))
    await plain_page.locator("#app-results a").first.click()
    await expect(plain_page).to_have_url(re.compile(r"/library/json\.html#json\.dumps$"))
    await expect(plain_page.locator("[id='json.dumps']")).to_be_in_viewport()


async def test_links_lead_from_page_to_page_inside_the_app(page: Page):
    await page.goto("/docs/python/3.11/library/json.html")
    await page.get_by_role("link", name="Next page").click()
    await expect(page).to_have_url(re.compile(r"/docs/python/3\.11/library/mailbox\.html$"))
    await page.get_by_role("navigation", name="Breadcrumb").get_by_role("link").last.click()
    await expect(page).to_have_url(re.compile(r"/docs/python/3\.11/library/netdata\.html$"))


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_code_is_highlighted_in_both_themes(page: Page, theme: str):
    await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    await page.goto("/docs/python/3.11/library/json.html")
    keyword, plain, background = await page.evaluate(
        """() => [document.querySelector(".highlight .kn"), document.querySelector(".highlight pre"), document.body]
            .map((element, at) => getComputedStyle(at < 2 ? element : document.documentElement)
                [at < 2 ? "color" : "backgroundColor"])"""
    )
    assert keyword != plain
    is_dark = sum(int(part) for part in re.findall(r"\d+", background)[:3]) < 380
    assert is_dark is (theme == "dark")


async def test_on_a_phone_the_box_stays_in_reach_and_covers_nothing_that_was_opened(page: Page):
    await page.set_viewport_size({"width": 390, "height": 800})
    await page.goto("/docs/python/3.11/library/json.html#json.loads")
    opened = page.locator("[id='json.loads']")
    await expect(opened).to_be_in_viewport(ratio=1)
    await expect(page.locator("#app-query")).to_be_in_viewport(ratio=1)
    header = await page.locator("header").first.bounding_box()
    place = await opened.bounding_box()
    assert header["height"] < 70
    assert place["y"] >= header["height"]


async def test_on_a_phone_the_box_stays_in_reach_of_the_results(page: Page):
    await page.set_viewport_size({"width": 390, "height": 800})
    await page.goto("/search?q=open")
    await page.locator("#app-results a").last.scroll_into_view_if_needed()
    await expect(page.locator("#app-query")).to_be_in_viewport(ratio=1)


async def test_on_a_phone_a_name_that_is_too_long_for_a_line_goes_on_after_a_dot(page: Page):
    await page.set_viewport_size({"width": 390, "height": 800})
    await page.goto("/search?q=subprocess.TimeoutExpired.timeout")
    tops = await page.locator(".hit-heading b").first.evaluate(
        """(name) => {
            const text = document.createTreeWalker(name, NodeFilter.SHOW_TEXT);
            const tops = [];
            for (let node = text.nextNode(); node; node = text.nextNode())
                for (let at = 0; at < node.data.length; at++) {
                    const letter = document.createRange();
                    letter.setStart(node, at);
                    letter.setEnd(node, at + 1);
                    tops.push([node.data[at], Math.round(letter.getBoundingClientRect().top / 8)]);
                }
            return tops;
        }"""
    )
    line_ends = [letter for (letter, top), (_, next_top) in itertools.pairwise(tops) if next_top > top]
    assert line_ends
    assert set(line_ends) == {"."}


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    "address",
    ["/", "/search?q=open", "/docs/python/3.11/library/functions.html", "/docs/python/3.11/library/stdtypes.html"],
)
async def test_no_view_is_wider_than_the_window(page: Page, address: str, width: int):
    await page.set_viewport_size({"width": width, "height": 800})
    await page.goto(address)
    assert await page.evaluate("document.documentElement.scrollWidth") == width
