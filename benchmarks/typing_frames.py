"""What a key press costs in the browser: from the key to the frame that shows its answer, measured in the page.

``python -m benchmarks.typing_frames JUDGED.jsonl ... --library FILE --html FOLDER [--queries 50] [--trace FILE]``

Types judged queries key by key, at a human's pace, into headless Chromium: into the page of ``livedocs serve``; into a
page that holds every name of the library and filters them itself, as DevDocs and Zeal do; and, whole, followed by
Enter, into Sphinx's own search page of the HTML in FOLDER, which answers nothing before that. All take turns, so that
what else the machine does meets each of them. ``--trace`` keeps Chromium's own record of the run on livedocs' page,
for the browser's performance panel.

A press counts from its event's own time to the end of the frame in which its answer is painted; frames come 60 times a
second. Then some queries are typed faster than anybody can, so that answers overtake each other. Exits with 1 when a
figure misses its target.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import sys
from contextlib import ExitStack, closing
from dataclasses import astuple, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright
from scripts.chromium import launch

from benchmarks import http_load
from benchmarks.page_watch import IN_PAGE, WATCH, WATCH_SUBMIT, Recorded
from benchmarks.targets import print_machine, report
from benchmarks.typing_stream import Times, shuffled_queries
from livedocs.library import snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.async_api import Browser, Page

_FRAME_MILLISECONDS = 16.7
_PAUSES = (0.06, 0.1)
"""Seconds between two keys of somebody who types well."""
_REST_SECONDS = 0.3
"""After each query, which is then looked at."""
_IN_A_ROW = 5
"""Queries until another page has its turn."""
_IN_A_HURRY = 10
_SEED = 311
_VIEWPORT = {"width": 1280, "height": 800}


@dataclass
class Typist:
    """Types into the box of one page, and counts the requests that the page gave up.

    Attributes:
        page: it is open, and its box has the focus.
        dropped: requests that were ended before they were answered.
    """

    page: Page
    dropped: int = 0
    _pauses: random.Random = field(default_factory=lambda: random.Random(_SEED))  # noqa: S311 - repeatable on purpose

    @classmethod
    async def at(cls, browser: Browser, address: str, ready: str) -> Typist:
        """Open a page and wait until it takes keys.

        Args:
            browser: it opens it in a context of its own.
            address: of the page.
            ready: selector of what is there only then.
        """
        context = await browser.new_context(viewport=_VIEWPORT)  # pyright: ignore[reportArgumentType]
        await context.add_init_script(WATCH)
        page = await context.new_page()
        typist = cls(page)
        page.on("requestfailed", lambda _: setattr(typist, "dropped", typist.dropped + 1))
        await page.goto(address, wait_until="networkidle")
        await page.locator(ready).wait_for()
        return typist

    async def type(self, queries: Sequence[str], pauses: tuple[float, float] = _PAUSES) -> None:
        """Type each query over the last one."""
        await self.page.bring_to_front()
        for query in queries:
            await self.page.keyboard.press("Control+a")
            for letter in query:
                await self.page.keyboard.type(letter)
                await asyncio.sleep(self._pauses.uniform(*pauses))
            await asyncio.sleep(_REST_SECONDS)

    async def recorded(self) -> Recorded:
        """What the page saw so far."""
        return Recorded.of(await self.page.evaluate("window.typingFrames"))


async def _submit(page: Page, address: str, queries: Sequence[str]) -> list[float]:
    """Ask Sphinx's search page for each query.

    Returns:
        Milliseconds from Enter to its first result on the screen.
    """
    taken: list[float] = []
    await page.bring_to_front()
    for query in queries:
        await page.goto(address)
        box = page.locator("form input[type=text][name=q]").last
        await box.fill(query)
        await box.press("Enter")
        taken.append(await (await page.wait_for_function("window.firstResultAfter")).json_value())
    return taken


def _write_filter_page(library: Path, folder: Path) -> None:
    """Write the page that filters in the browser, with the names of all entries."""
    with closing(snapshot.connect(library)) as connection:
        names = connection.execute("SELECT name, kind FROM entry").fetchall()
    shutil.copy(IN_PAGE / "filter.html", folder / "index.html")
    shutil.copy(IN_PAGE / "filter.js", folder)
    (folder / "names.json").write_text(json.dumps(names), "utf-8")


@dataclass(frozen=True)
class Addresses:
    """Where the three pages are."""

    livedocs: str
    filtering: str
    sphinx: str


async def _run(addresses: Addresses, queries: Sequence[str], trace: Path | None) -> bool:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        ours = await Typist.at(browser, addresses.livedocs, "#app-query:focus")
        theirs = await Typist.at(browser, addresses.filtering, "[data-ready] input:focus")
        submitting = await (await browser.new_context()).new_page()
        await submitting.add_init_script(WATCH_SUBMIT)
        submitted: list[float] = []
        if trace:
            await browser.start_tracing(page=ours.page, path=trace)
        for start in range(0, len(queries), _IN_A_ROW):
            turn = queries[start : start + _IN_A_ROW]
            await ours.type(turn)
            await theirs.type(turn)
            submitted += await _submit(submitting, addresses.sphinx, turn)
        if trace:
            await browser.stop_tracing()
        calm, filtered = await ours.recorded(), await theirs.recorded()
        dropped = ours.dropped
        await ours.type(queries[:_IN_A_HURRY], pauses=(0, 0.004))
        hurried = await ours.recorded()
        await browser.close()
    _print_times({"livedocs": calm, "filtering in the page": filtered}, submitted)
    print(
        f"livedocs, {calm.presses} presses: {calm.overtaken} overtaken by the next, {dropped} requests dropped; "
        f"own events of keys slower than 16 ms (Event Timing): {len(calm.slow_keys)}, worst "
        f"{max(calm.slow_keys, default=0):.0f} ms; long frames: {len(calm.long_frames)}"
    )
    print(
        f"in a hurry, {hurried.presses - calm.presses} presses more: {hurried.overtaken - calm.overtaken} overtaken, "
        f"{ours.dropped - dropped} requests dropped"
    )
    return all(_judge(calm, hurried))


def _print_times(typed: dict[str, Recorded], submitted: Sequence[float]) -> None:
    print("milliseconds from the key:")
    print(f"  {'':52}{'p50':>9}{'p95':>9}{'p99':>9}{'worst':>9}")
    rows = [(f"{name}, answer in the document", each.swapped) for name, each in typed.items()]
    rows += [(f"{name}, painted", each.painted) for name, each in typed.items()]
    rows.append(("Sphinx's search page, from Enter, first result painted", list(submitted)))
    for name, milliseconds in rows:
        print(f"  {name:52}" + "".join(f"{value:9.1f}" for value in astuple(Times.of(milliseconds))))


def _judge(calm: Recorded, hurried: Recorded) -> list[bool]:
    return [
        report("ms from the key to the painted answer, p95", Times.of(calm.painted).p95, at_most=_FRAME_MILLISECONDS),
        report("long tasks", len(calm.long_tasks), at_most=0),
        report("layout shift, added up", sum(calm.shifts), at_most=0),
        report("older answers over newer ones, in a hurry, too", hurried.older_over_newer, at_most=0),
    ]


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("judged", type=Path, nargs="+", help="files of judged queries")
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--html", type=Path, required=True, help="what Sphinx built of the same documentation")
    parser.add_argument("--queries", type=int, default=50, help="so many are typed")
    parser.add_argument("--trace", type=Path, help="where Chromium's record of the run is written")
    arguments = parser.parse_args()
    queries = shuffled_queries(arguments.judged, arguments.queries)
    print_machine()
    print(f"{len(queries)} queries, {sum(map(len, queries))} key presses")
    with ExitStack() as started:
        folder = Path(started.enter_context(TemporaryDirectory()))
        _write_filter_page(arguments.library, folder)
        ours = started.enter_context(http_load.livedocs(arguments.library))
        filtering = started.enter_context(http_load.files(folder))
        sphinx = started.enter_context(http_load.files(arguments.html))
        ports = (f"http://127.0.0.1:{server.port}/" for server in (ours, filtering, sphinx))
        livedocs_address, filtering_address, sphinx_address = ports
        addresses = Addresses(livedocs_address, filtering_address, f"{sphinx_address}search.html")
        reached = asyncio.run(_run(addresses, queries, arguments.trace))
    print_machine()
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
