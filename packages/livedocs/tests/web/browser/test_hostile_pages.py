"""Documentation that means harm, built as any other and read in the browser: it does none, and the app still works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

HOSTILE = Path(__file__).parents[1] / "hostile"
WRITTEN = sorted(path.stem for path in HOSTILE.glob("*.html") if path.stem != "index")
GENERATED = ["large", "table", "deep"]
# Of the others the pane shows but the beginning: they are too large, or end their one section in the middle.
WHOLE_IN_PANE = [name for name in WRITTEN if name != "malformed"]

# A busy machine takes its time to lay out ten thousand rows.
PATIENCE_MILLISECONDS = 30_000

# Whether what stands at a place of the header belongs to the app, and what the page around documentation is like.
# Only what has a class or a style can be told to leave its place.
OWN_PLACES = """() => {
    const box = document.querySelector("#app-query").getBoundingClientRect();
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    const isOut = (element) => ["fixed", "sticky"].includes(getComputedStyle(element).position);
    const pane = getComputedStyle(document.querySelector("#app-pane:not(.reading *)")).display;
    return {
        boxIsOnTop: top?.id === "app-query" && !top.closest(".reading"),
        width: document.documentElement.scrollWidth,
        panes: location.pathname === "/search" || pane === "none" ? 1 : 2,
        escaped: [...document.querySelectorAll(".reading :is([class], [style])")].filter(isOut).length,
        isWhole: document.querySelector(".reading").textContent.includes("The page ends here."),
        acting: document.querySelectorAll(
            ".reading :is(script, style, iframe, form, input, svg, object, embed, template, base, meta, link)").length,
    };
}"""
IN_PLACE = {"boxIsOnTop": True, "width": 1280, "panes": 1, "escaped": 0, "isWhole": True, "acting": 0}

# Not by locators: they compute the role of everything there is, a hundred thousand elements in one of these pages.
CLICK_EVERYTHING = """() => {
    for (const element of [...document.querySelectorAll(".reading :is(p, a:not([href]), summary, div)")].slice(0, 100))
        element.click();
}"""

# The classes that only the app's own styles name, each on a paragraph of documentation: those that change its look.
DRESSED_LIKE_THE_APP = r"""() => {
    const named = new Set();
    const ofDocumentation = new Set();
    const namesIn = (text) => [...text.matchAll(/\.([a-z][\w-]*)/g)].map(([, name]) => name);
    const collect = (rules) => {
        for (const rule of rules) {
            const selector = rule.selectorText ?? "";
            if (/\.reading(?![\w-])|\.highlight/.test(selector)) {
                for (const name of namesIn(rule.cssText)) ofDocumentation.add(name);
                continue;
            }
            for (const name of namesIn(selector)) named.add(name);
            collect(rule.cssRules ?? []);
        }
    };
    for (const sheet of document.styleSheets) collect(sheet.cssRules);
    const looks = (name) => {
        const paragraph = document.createElement("p");
        paragraph.className = name;
        document.querySelector(".reading > section").append(paragraph);
        const style = getComputedStyle(paragraph);
        const look = [...style].map((property) => style.getPropertyValue(property)).join();
        paragraph.remove();
        return look;
    };
    const plain = looks("none-of-the-app");
    const ownOnly = [...named.difference(ofDocumentation)];
    return { named: ownOnly.length, dressed: ownOnly.filter((name) => looks(name) !== plain) };
}"""


async def use_the_search_box(page: Page) -> None:
    await page.keyboard.press("/")
    await expect(page.locator("header #app-query")).to_be_focused()
    await page.keyboard.type("spring")
    await expect(page.locator("#app-results a").first).to_contain_text("trap.spring", timeout=PATIENCE_MILLISECONDS)


@pytest.mark.parametrize("name", [*WRITTEN, *GENERATED])
async def test_a_page_does_nothing_and_is_shown_to_its_end_inside_its_box(trapped, hostile_origin: str, name: str):
    page, watched = trapped
    await page.goto(f"/docs/trap/1.0/{name}.html")
    await page.evaluate(CLICK_EVERYTHING)
    assert await page.evaluate(OWN_PLACES) == IN_PLACE
    await use_the_search_box(page)
    assert await page.evaluate("window.taken ?? null") is None
    if name in WHOLE_IN_PANE:
        await page.goto(f"/search?q={name}&selected=trap/1.0/{name}.html%23{name}")
        await page.evaluate(CLICK_EVERYTHING)
        assert await page.evaluate(OWN_PLACES) == IN_PLACE
        await page.locator("header #app-query").fill("spring")
        await expect(page.locator("#app-results a").first).to_contain_text("trap.spring", timeout=PATIENCE_MILLISECONDS)
        assert await page.evaluate("window.taken ?? null") is None
    assert [address for address in watched.asked if not address.startswith(f"{hostile_origin}/")] == []
    assert not [address for address in watched.asked if address.endswith("/nowhere")]
    assert not [complaint for complaint in watched.complaints if "Failed to load resource" not in complaint]


async def test_classes_of_the_app_mean_nothing_in_documentation(trapped):
    page, _ = trapped
    await page.goto("/docs/trap/1.0/dressed.html")
    found = await page.evaluate(DRESSED_LIKE_THE_APP)
    assert found["named"] > 50
    assert found["dressed"] == []


async def test_a_page_with_ids_of_the_app_and_of_the_language_is_read_from_section_to_section(trapped):
    page, _ = trapped
    await page.goto("/docs/trap/1.0/clashing.html")
    contents = page.get_by_role("navigation", name="On this page")
    for title in ("__proto__", "body", "Quoted", "Percent", "Größe", "Escaped"):
        await contents.get_by_role("link", name=title, exact=True).click()
        heading = page.get_by_role("heading", name=title, exact=True)
        await expect(heading).to_be_in_viewport(ratio=1)
        flash = await heading.evaluate("(element) => getComputedStyle(element).backgroundColor")
        assert flash != "rgba(0, 0, 0, 0)", title
        await expect(contents.locator("[aria-current]")).to_have_text(title)
    await page.get_by_role("link", name="to size").click()
    await expect(page.get_by_role("heading", name="Größe")).to_be_in_viewport(ratio=1)


async def test_a_hostile_page_is_found_by_what_it_documents(trapped, hostile_origin: str):
    page, watched = trapped
    await page.goto("/docs/trap/1.0/index.html")
    assert await page.evaluate(OWN_PLACES) == IN_PLACE
    await use_the_search_box(page)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"#trap\.spring$"))
    await page.goto("/docs/trap/1.0/_images/drawing.svg")
    assert await page.evaluate("window.taken ?? null") is None
    assert [address for address in watched.asked if not address.startswith(f"{hostile_origin}/")] == []


async def test_a_page_from_right_to_left_is_read_from_right_to_left(trapped):
    page, _ = trapped
    await page.goto("/docs/trap/1.0/right-to-left.html")
    article = page.locator("article.reading")
    heading = await article.get_by_role("heading").first.evaluate(
        "(element) => { const text = document.createRange(); text.selectNodeContents(element);"
        " const [words, box] = [text.getBoundingClientRect(), element.getBoundingClientRect()];"
        " return { toTheRight: box.right - words.right < 1, toTheLeft: words.left - box.left < 1 }; }"
    )
    assert heading == {"toTheRight": True, "toTheLeft": False}
