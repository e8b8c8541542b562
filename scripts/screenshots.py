"""Take the README's screenshots: home, search and reading view, wide and on a phone, light and dark.

python scripts/screenshots.py LIBRARY FOLDER [--query subprocess.Popen] [--page /docs/python/3.11/library/json.html]
"""

from __future__ import annotations

import argparse
import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from chromium import launch
from playwright.async_api import Browser, async_playwright

from livedocs.settings import Settings
from livedocs.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

SIZES = {"wide": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
THEMES = ("light", "dark")


@asynccontextmanager
async def serving(library: Path) -> AsyncGenerator[str]:
    """Serve the library on a free port; yields the address."""
    app = create_app(Settings(library_path=library))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
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


async def photograph(browser: Browser, views: dict[str, str], folder: Path) -> None:
    """Open each view in each size and theme and write ``FOLDER/VIEW-SIZE-THEME.png``."""
    for size, viewport in SIZES.items():
        for theme in THEMES:
            context = await browser.new_context(
                viewport={"width": viewport["width"], "height": viewport["height"]},
                color_scheme="dark" if theme == "dark" else "light",
                device_scale_factor=2 if size == "phone" else 1,
                reduced_motion="reduce",
            )
            page = await context.new_page()
            for view, address in views.items():
                await page.goto(address, wait_until="networkidle")
                path = folder / f"{view}-{size}-{theme}.png"
                await page.screenshot(path=path)
                print(path)
            await context.close()


async def take(library: Path, folder: Path, query: str, page: str) -> None:
    """Start the app and a browser, and photograph every view."""
    async with serving(library) as origin, async_playwright() as playwright:
        browser = await launch(playwright)
        views = {
            "home": f"{origin}/",
            "search": f"{origin}/search?q={query}",
            "corrected": f"{origin}/search?q=asyncio.gahter",
            "explained": f"{origin}/search?q={query}&explain=1",
            "nothing": f"{origin}/search?q=qqqzzzxxx%20kind:class",
            "reading": origin + page,
            "missing": f"{origin}/docs/no/where.html",
        }
        await photograph(browser, views, folder)
        await browser.close()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Take screenshots of every view of a library.")
    parser.add_argument("library", type=Path, help="the library file")
    parser.add_argument("folder", type=Path, help="where the images are written")
    parser.add_argument("--query", default="subprocess.Popen", help="what is searched for")
    parser.add_argument("--page", default="/docs/python/3.11/library/json.html#json.dump", help="the page that is read")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(arguments.library, arguments.folder, arguments.query, arguments.page))


if __name__ == "__main__":
    main()
