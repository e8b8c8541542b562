"""What it takes to get to an answer: livedocs' page beside Sphinx's own search of the same documentation.

``python -m benchmarks.side_by_side --library FILE --html FOLDER``

For each task somebody types until the entry that answers it is the selected one and its text stands beside the results,
or, on Sphinx's page, types the same words to the end, presses Enter and clicks the first result that leads there.
Prints keys and clicks, requests, and kilobytes that came over the wire, from when the first page has been loaded.
Python 3.11's documentation is asked.
"""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright
from scripts.chromium import launch

from benchmarks import http_load

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, Response

_FIRST_RESULTS = 20
_REST_MILLISECONDS = 400

_TASKS = {
    "json.dumps": "library/json.html#json.dumps",
    "run a command and capture its output": "library/subprocess.html#subprocess.run",
    "TypeError: unhashable type: 'list'": "glossary.html#term-hashable",
    ":=": "reference/expressions.html#assignment-expressions",
    "os.path.jion": "library/os.path.html#os.path.join",
    "asyncio timeout": "library/asyncio-task.html#asyncio.timeout",
}
"""What is wanted, in the words of somebody who wants it, and where the answer stands."""


@dataclass
class Cost:
    """What a task took.

    Attributes:
        keys: pressed.
        clicks: made.
        requests: that were answered.
        transferred_bytes: of their bodies.
        is_found: whether the answer was reached.
    """

    keys: int = 0
    clicks: int = 0
    requests: int = 0
    transferred_bytes: int = 0
    is_found: bool = False
    _sizes: list[asyncio.Task[None]] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Count what the page asks for."""
        page.on("response", lambda response: self._sizes.append(asyncio.create_task(self._count(response))))

    async def _count(self, response: Response) -> None:
        if response.request.is_navigation_request() or response.ok:
            self.requests += 1
            self.transferred_bytes += (await response.request.sizes())["responseBodySize"]

    async def counted(self) -> Cost:
        """Wait until all is counted."""
        await asyncio.gather(*self._sizes, return_exceptions=True)
        return self


async def _in_livedocs(browser: Browser, origin: str, words: str, target: str) -> Cost:
    page = await (await browser.new_context(viewport={"width": 1280, "height": 800})).new_page()
    await page.goto(origin, wait_until="networkidle")
    cost = Cost()
    cost.watch(page)
    for typed in range(1, len(words) + 1):
        await page.keyboard.type(words[typed - 1])
        cost.keys += 1
        await page.wait_for_timeout(_REST_MILLISECONDS)
        shown = (
            await page.locator("#app-pane article").first.get_attribute("data-entry") if await _has_pane(page) else ""
        )
        if (shown or "").endswith(target):
            cost.is_found = True
            break
    await page.context.close()
    return await cost.counted()


async def _has_pane(page: Page) -> bool:
    return await page.locator("#app-pane article").count() > 0


async def _in_sphinx(browser: Browser, origin: str, words: str, target: str) -> Cost:
    page = await (await browser.new_context(viewport={"width": 1280, "height": 800})).new_page()
    await page.goto(f"{origin}search.html", wait_until="networkidle")
    cost = Cost(keys=len(words) + 1)
    cost.watch(page)
    box = page.locator("form input[type=text][name=q]").last
    await box.fill(words)
    await box.press("Enter")
    await page.wait_for_load_state("networkidle")
    links = page.locator("#search-results li a")
    addresses = [(await link.get_attribute("href")) or "" for link in (await links.all())[:_FIRST_RESULTS]]
    places = [place for place, address in enumerate(addresses) if _leads_to(address, target)]
    if places:
        await links.nth(places[0]).click()
        await page.wait_for_load_state("networkidle")
        cost.clicks, cost.is_found = 1, True
    await page.context.close()
    return await cost.counted()


def _leads_to(address: str, target: str) -> bool:
    """Sphinx's results are objects or whole pages: either will do."""
    page, _, anchor = target.partition("#")
    document = address.partition("#")[0].partition("?")[0].removeprefix("./")
    return document == page and address.endswith((anchor, page))


async def _compare(livedocs: str, sphinx: str) -> None:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        print(f"{'typed':40}{'':11}{'keys':>6}{'clicks':>8}{'requests':>10}{'kB':>8}")
        for words, target in _TASKS.items():
            costs = {
                "livedocs": await _in_livedocs(browser, livedocs, words, target),
                "Sphinx": await _in_sphinx(browser, sphinx, words, target),
            }
            for name, cost in costs.items():
                end = "" if cost.is_found else f"  not among the first {_FIRST_RESULTS}"
                figures = f"{cost.keys:6}{cost.clicks:8}{cost.requests:10}{cost.transferred_bytes / 1000:8.0f}"
                print(f"{words:40}{name:11}{figures}{end}", flush=True)
        await browser.close()


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--html", type=Path, required=True, help="what Sphinx built of the same documentation")
    arguments = parser.parse_args()
    with http_load.livedocs(arguments.library) as ours, http_load.files(arguments.html) as sphinx:
        asyncio.run(_compare(f"http://127.0.0.1:{ours.port}/", f"http://127.0.0.1:{sphinx.port}/"))


if __name__ == "__main__":
    main()
