"""Take pictures of every view: wide, wider and on a phone, light and dark.

python scripts/screenshots.py LIBRARY FOLDER [--only PART_OF_A_NAME] [--size wide]

LIBRARY holds Python's documentation; views of other documentations are taken when it holds those, too. Each picture is
FOLDER/VIEW-SIZE-THEME.png; the README's is ``search-wide-light.png``.
"""

from __future__ import annotations

import argparse
import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import uvicorn
from chromium import launch
from playwright.async_api import Browser, async_playwright

from livedocs.library import progress
from livedocs.settings import Settings
from livedocs.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from playwright.async_api import Page

SIZES = {
    "wide": {"width": 1280, "height": 800},
    "wider": {"width": 1680, "height": 1000},
    "phone": {"width": 390, "height": 844},
}
THEMES = ("light", "dark")


async def _nothing(_: Page) -> None: ...


@dataclass(frozen=True)
class View:
    """Something to be looked at.

    Attributes:
        address: path and query on the server.
        act: what is done to the page before the picture is taken.
        docset: the documentation it shows; the view is left out of libraries without it.
        on_paper: whether it is shown as it is printed, whole.
    """

    address: str
    act: Callable[[Page], Awaitable[None]] = _nothing
    docset: str = "python"
    on_paper: bool = False


async def _press_down_twice(page: Page) -> None:
    await page.locator("#app-query").focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.wait_for_load_state("networkidle")


async def _ask_for_help(page: Page) -> None:
    await page.locator("#app-query").blur()
    await page.keyboard.press("?")


async def _type(page: Page) -> None:
    await page.locator("#app-query").focus()
    await page.keyboard.type("asyncio.ga", delay=40)
    await page.wait_for_load_state("networkidle")


async def _scroll_down(page: Page) -> None:
    await page.mouse.move(600, 500)
    await page.mouse.wheel(0, 1500)
    await page.wait_for_timeout(300)


VIEWS = {
    "home": View("/"),
    "help": View("/", _ask_for_help),
    "typed": View("/", _type),
    "search": View("/search?q=asyncio.ga"),
    "signature": View("/search?q=subprocess.Popen"),
    "search-words": View("/search?q=run a command and capture its output"),
    "selected": View("/search?q=json", _press_down_twice),
    "filtered": View("/search?q=kind:class path"),
    "corrected": View("/search?q=asyncio.gahter"),
    "explained": View("/search?q=asyncio.gather&explain=1"),
    "nothing": View("/search?q=qqqzzzxxx kind:class"),
    "long-names": View("/search?q=http.cookiejar.DefaultCookiePolicy"),
    "long-titles": View("/search?q=why does python use methods for some functionality"),
    "signature-long": View("/search?q=sqlalchemy.orm.relationship", docset="sqlalchemy"),
    "signature-long-read": View(
        "/docs/sqlalchemy/1.4/orm/relationship_api.html#sqlalchemy.orm.relationship", docset="sqlalchemy"
    ),
    "reading": View("/docs/python/3.11/library/json.html#json.dump"),
    "reading-scrolled": View("/docs/python/3.11/library/subprocess.html", _scroll_down),
    "tables": View("/docs/python/3.11/library/stdtypes.html#text-sequence-type-str", _scroll_down),
    "table-wide": View("/docs/python/3.11/library/codecs.html#standard-encodings"),
    "image": View("/docs/python/3.11/howto/logging.html#logging-flow"),
    "glossary": View("/docs/python/3.11/glossary.html#term-coroutine"),
    "release-notes": View("/docs/python/3.11/whatsnew/3.11.html"),
    "other-theme": View("/docs/flask/2.2.x/quickstart.html", docset="flask"),
    "printed": View("/docs/python/3.11/library/heapq.html", on_paper=True),
    "missing": View("/docs/python/3.11/no/where.html"),
}
WITHOUT_LIBRARY = {"unbuilt": View("/")}
BUILDING = {"building": View("/")}


@asynccontextmanager
async def serving(library: Path) -> AsyncGenerator[str]:
    """Serve the library on a free port; yields the address."""
    app = create_app(Settings(library_path=library))
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", timeout_graceful_shutdown=1)
    )
    running = asyncio.create_task(server.serve())
    while not server.started:
        if running.done():
            await running
            raise SystemExit("The application did not start.")
        await asyncio.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await running


@dataclass(frozen=True)
class Photographer:
    """Takes pictures.

    Attributes:
        browser: it opens the pages.
        folder: where the pictures are written.
        only: part of the names of the views that are taken.
        sizes: names of the sizes that are taken.
    """

    browser: Browser
    folder: Path
    only: str
    sizes: tuple[str, ...]

    async def take(self, origin: str, views: dict[str, View]) -> None:
        """Open each view in each size and theme and write its picture."""
        wanted = {name: view for name, view in views.items() if self.only in name}
        for size in self.sizes:
            for theme in THEMES:
                await self._take_as(origin, wanted, size, theme)

    async def _take_as(self, origin: str, views: dict[str, View], size: str, theme: str) -> None:
        context = await self.browser.new_context(
            viewport={"width": SIZES[size]["width"], "height": SIZES[size]["height"]},
            color_scheme="dark" if theme == "dark" else "light",
            device_scale_factor=2 if size == "phone" else 1,
            reduced_motion="reduce",
        )
        for name, view in views.items():
            page = await context.new_page()
            await page.emulate_media(media="print" if view.on_paper else "screen")
            await page.goto(origin + view.address, wait_until="load")
            await page.locator("main :is(h1, h2, li)").first.wait_for(state="attached")
            await view.act(page)
            path = self.folder / f"{name}-{size}-{theme}.png"
            await page.screenshot(path=path, full_page=view.on_paper)
            print(path)
            await page.close()
        await context.close()


async def take(library: Path, folder: Path, only: str, sizes: tuple[str, ...]) -> None:
    """Start the app and a browser, and photograph every view."""
    async with AsyncExitStack() as started:
        playwright = await started.enter_async_context(async_playwright())
        browser = await launch(playwright)
        started.push_async_callback(browser.close)
        photographer = Photographer(browser, folder, only, sizes)
        async with serving(library) as origin:
            answer = await (await browser.new_page()).goto(f"{origin}/api/v1/docsets")
            assert answer is not None
            held = {docset["name"] for docset in (await answer.json())["docsets"]}
            await photographer.take(origin, {name: view for name, view in VIEWS.items() if view.docset in held})
        missing = Path(started.enter_context(TemporaryDirectory())) / "library.sqlite"
        async with serving(missing) as origin:
            await photographer.take(origin, WITHOUT_LIBRARY)
            with progress.recorded(missing) as report:
                report("Parsing pages", 317, 497)
                await photographer.take(origin, BUILDING)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Take pictures of every view of a library.")
    parser.add_argument("library", type=Path, help="the library file")
    parser.add_argument("folder", type=Path, help="where the images are written")
    parser.add_argument("--only", default="", help="part of the names of the views that are taken")
    parser.add_argument("--size", choices=SIZES, help="the only size that is taken")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    sizes = (arguments.size,) if arguments.size else tuple(SIZES)
    asyncio.run(take(arguments.library, arguments.folder, arguments.only, sizes))


if __name__ == "__main__":
    main()
