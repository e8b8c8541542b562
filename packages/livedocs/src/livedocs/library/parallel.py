"""Parsing the pages of a documentation on every core."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import threading
import zlib
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from livedocs.errors import SourceError
from livedocs.library.assemble import words
from livedocs.parsing.page import parse_page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from livedocs.parsing.models import PageContext, ParsedPage

_PAGES_PER_TASK = 4
_COMPRESSION_LEVEL = 6


@dataclass(frozen=True, slots=True)
class PackedPage:
    """A parsed page, ready to be written.

    Attributes:
        page: without its HTML and that of its entries.
        html: the page's, zlib-compressed.
        entry_texts: each entry's text, zlib-compressed.
        entry_htmls: each entry's HTML, zlib-compressed.
        words: of its text, with how often they occur.
        digest: sha256 over everything that was parsed.
    """

    page: ParsedPage
    html: bytes
    entry_texts: tuple[bytes, ...]
    entry_htmls: tuple[bytes, ...]
    words: Counter[str]
    digest: bytes


def parse_pages(root: Path, contexts: Mapping[str, PageContext], *, workers: int | None = None) -> Iterator[PackedPage]:
    """Parse pages and yield them in the order of ``contexts``, each as soon as it and those before it are ready.

    Args:
        root: folder the paths are relative to.
        contexts: what is known about each page, by path.
        workers: processes; None: one a core, and none besides this one for a handful of pages.

    Raises:
        SourceError: a page cannot be read, or a process that parses was killed.
    """
    tasks = [(root / path, context) for path, context in contexts.items()]
    count = workers or os.cpu_count() or 1
    if count == 1 or len(tasks) <= _PAGES_PER_TASK:
        yield from map(_parse, tasks)
        return
    # Spawned, not forked: progress bars and servers run threads, and a fork would copy their locks as they stand.
    context = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(min(count, len(tasks)), context, initializer=_end_with_parent) as executor:
            yield from executor.map(_parse, tasks, chunksize=_PAGES_PER_TASK)
    except BrokenProcessPool as error:
        message = "A process that parses pages was killed, most often for want of memory. Free some and build again."
        raise SourceError(message) from error


def pack(page: ParsedPage) -> PackedPage:
    """Compress what is only read, count words and take the digest of a parsed page."""
    counted = Counter[str]()
    for entry in page.entries:
        counted.update(words(entry.text))
    texts = _distinct_texts(page)
    compressed = {text: _compress(text) for text in texts}
    return PackedPage(
        page=replace(page, html="", entries=tuple(replace(entry, html="") for entry in page.entries)),
        html=compressed[page.html],
        entry_texts=tuple(compressed[entry.text] for entry in page.entries),
        entry_htmls=tuple(compressed[entry.html] for entry in page.entries),
        words=counted,
        digest=_digest(page, texts),
    )


def _distinct_texts(page: ParsedPage) -> dict[str, str]:
    """The long texts of a page, each once however many entries share it, with a number that stands for it."""
    bodies = (body for entry in page.entries for body in (entry.text, entry.html))
    return {text: str(number) for number, text in enumerate(dict.fromkeys((page.html, *bodies)))}


def _digest(page: ParsedPage, texts: Mapping[str, str]) -> bytes:
    """Sha256 over a page: its shape with a number in place of each long text, and the texts in their order."""
    shape = replace(
        page,
        html=texts[page.html],
        entries=tuple(replace(entry, text=texts[entry.text], html=texts[entry.html]) for entry in page.entries),
    )
    digest = hashlib.sha256(repr(shape).encode("utf-8", "surrogatepass"))
    for text in texts:
        digest.update(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
    return digest.digest()


def _compress(text: str) -> bytes:
    return zlib.compress(text.encode("utf-8", "replace"), _COMPRESSION_LEVEL)


def _parse(task: tuple[Path, PageContext]) -> PackedPage:
    path, context = task
    try:
        html = path.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}. Make it readable, or leave it out.") from error
    return pack(parse_page(html, context))


def _end_with_parent() -> None:
    """Leave no worker behind when the building process is killed: its pipe would be waited on for ever."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True, name="end-with-parent").start()
