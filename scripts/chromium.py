"""The browser of tests and screenshots."""

import shutil

from playwright.async_api import Browser, Playwright

_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


async def launch(playwright: Playwright) -> Browser:
    """Start the machine's own Chromium without a window; it asks nobody but the pages it is sent to."""
    return await playwright.chromium.launch(
        executable_path=shutil.which("chromium"), args=_ARGUMENTS, chromium_sandbox=False
    )
