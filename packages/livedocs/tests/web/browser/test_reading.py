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


async def test_what_the_page_offers_is_about_the_section_in_view(page: Page, origin: str):
    await page.goto("/docs/python/3.11/library/asyncio-task.html#asyncio.gather")
    current = page.get_by_role("navigation", name="On this page").locator("[aria-current]")
    await expect(current).to_have_text("gather")
    await expect(page.locator("[id='asyncio.gather']")).to_be_in_viewport(ratio=1)
    await page.keyboard.press("]")
    await expect(current).to_have_text("Shielding From Cancellation")
    await expect(page).to_have_url(re.compile("#shielding-from-cancellation$"))
    await page.keyboard.press("[")
    await page.keyboard.press("[")
    await expect(current).to_have_text("Running Tasks Concurrently")
    await page.mouse.move(800, 400)
    await page.mouse.wheel(0, 100_000)
    await expect(current).to_have_text("Task")
    original = page.get_by_role("link", name="Original")
    await expect(original).to_have_attribute(
        "href", "https://docs.python.org/3.11/library/asyncio-task.html#asyncio.Task"
    )
    copy = page.get_by_role("button", name="Copy link")
    await expect(copy).to_have_attribute("data-copy-link", "/docs/python/3.11/library/asyncio-task.html#asyncio.Task")
    assert await page.evaluate("history.length") == 2  # stepping leaves no trail


async def test_another_version_is_opened_at_the_object_in_view(browser: Browser, versions_origin: str):
    page = await browser.new_page(base_url=versions_origin)
    await page.goto("/docs/trap/1.0/index.html#trap.spring")
    await page.get_by_text("1.0, choose another version").click()
    await page.get_by_role("link", name="Trap 2.0").click()
    await expect(page).to_have_url(f"{versions_origin}/docs/trap/2.0/spring.html#trap.spring")
    await page.close()


async def test_on_paper_stands_the_documentation_alone_dark_on_white_and_in_full(page: Page):
    await page.emulate_media(media="print", color_scheme="dark")
    await page.goto("/docs/python/3.11/library/json.html")
    for chrome in ("header", "#app-contents", ".reading-bar", ".reading-pages"):
        await expect(page.locator(chrome).first).to_be_hidden()
    await expect(page.locator("article.reading")).to_have_css("color", "rgb(0, 0, 0)")
    await expect(page.locator("article pre").first).to_have_css("white-space-collapse", "preserve")
    await expect(page.locator("article pre").first).to_have_css("text-wrap-mode", "wrap")
    await expect(page.get_by_text("https://docs.python.org/3.11/library/json.html", exact=True)).to_be_visible()
    await page.locator("article.reading").evaluate(
        "(article) => { article.innerHTML += '<details><summary>More</summary><p>Folded away</p></details>'; }"
    )
    await expect(page.get_by_text("Folded away")).to_be_visible()


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
    await page.set_viewport_size({"width": 320, "height": 800})
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
