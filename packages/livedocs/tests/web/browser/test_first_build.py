"""A page that is open before there is a library: it shows real builds, one that is killed and one that succeeds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import anyio.to_thread
from playwright.async_api import Page, expect

from livedocs.library import progress
from livedocs.sources.documentation import Documentation

STARTED = 60_000
"""Milliseconds in which processes have surely started, on however busy a machine."""

# Builds, and waits in the middle of it for whoever kills it.
_BUILD = """
import sys
from pathlib import Path
from livedocs.library.build import build_docset
from livedocs.library.progress import recorded
from livedocs.sources.documentation import Documentation

def main():
    with recorded(Path(sys.argv[2])) as record:
        def report(step, done, total):
            record(step, done, total)
            if step == "Parsing pages" and done:
                sys.stdin.read()
        build_docset(Documentation(Path(sys.argv[1]), "a test"), Path(sys.argv[2]), report=report)

if __name__ == "__main__":
    main()
"""


def build(root: Path, library: Path) -> None:
    command = Path(sys.executable).parent / "livedocs"
    subprocess.run(
        [command, "build", root], env={"LIVEDOCS_LIBRARY_PATH": str(library)}, check=True, stdout=subprocess.DEVNULL
    )


async def test_the_page_shows_a_build_says_that_it_was_killed_and_turns_into_the_search_page_after_the_next(
    waiting: Page, coming_library: Path, jinja_documentation: Documentation, tmp_path: Path
):
    heading = waiting.locator("#app-build h1")
    await expect(heading).to_have_text("There is no library to search yet")
    script = tmp_path / "build.py"
    script.write_text(_BUILD)
    arguments = [sys.executable, script, jinja_documentation.root, coming_library]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE) as building:  # noqa: ASYNC220 - it is only started
        await expect(heading).to_have_text("The library is being built", timeout=STARTED)
        bar = waiting.get_by_role("progressbar", name="Parsing pages")
        await expect(bar).to_have_attribute("max", "14", timeout=STARTED)
        await expect(waiting.locator("#app-status")).to_have_text("The library is being built. Parsing pages")
        building.kill()
    await expect(heading).to_have_text("The library could not be built")
    await expect(waiting.locator(".failure")).to_contain_text("stopped or killed")
    await expect(waiting.locator("#app-status")).to_contain_text("could not be built")

    await anyio.to_thread.run_sync(build, jinja_documentation.root, coming_library)
    await expect(waiting.get_by_role("heading", name="In this library")).to_be_visible(timeout=STARTED)
    await expect(waiting.locator(".docsets")).to_contain_text("Jinja")
    await expect(waiting.locator("#app-query")).to_be_focused()
    await waiting.keyboard.type("jinja2.Environment")
    await expect(waiting.locator("#app-results a").first).to_contain_text("jinja2.Environment")


async def test_a_page_whose_server_is_gone_says_so_rather_than_how_far_the_build_was(
    waiting: Page, coming_library: Path
):
    with progress.recorded(coming_library):
        await expect(waiting.locator("#app-build h1")).to_have_text("The library is being built")
        await waiting.route("**/build", lambda route: route.fulfill(status=503))
        await waiting.reload()
        await expect(waiting.locator("#app-build .failure")).to_have_text(
            "The server does not answer. This page goes on when it does."
        )
        await expect(waiting.locator("#app-status")).to_contain_text("does not answer")
        await waiting.unroute("**/build")
        await expect(waiting.locator("#app-build .failure")).to_have_count(0, timeout=STARTED)


async def test_what_was_typed_meanwhile_is_searched_for_when_the_library_is_there(
    waiting: Page, coming_library: Path, jinja_documentation: Documentation
):
    await waiting.locator("#app-query").fill("Environment")
    await anyio.to_thread.run_sync(build, jinja_documentation.root, coming_library)
    await expect(waiting.locator("#app-results a").first).to_contain_text("Environment", timeout=STARTED)
    await expect(waiting.locator("#app-query")).to_have_value("Environment")
