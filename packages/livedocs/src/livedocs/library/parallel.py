"""Parsing the pages of a documentation on every core."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from livedocs.errors import SourceError
from livedocs.library.assemble import LinkCounts, count_links
from livedocs.library.compression import SAMPLE_PAGES, Compressor, make_dictionary
from livedocs.library.page_words import PageWords, count_page
from livedocs.parsing.page import parse_page

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from pathlib import Path

    from livedocs.parsing.models import PageContext, ParsedPage

_FEW_PAGES = 4


@dataclass(frozen=True, slots=True)
class PackedPage:
    """A parsed page, ready to be written.

    Attributes:
        page: without its HTML and links, and without the text and HTML of its entries.
        html: the page's, compressed.
        entry_texts: each entry's text, compressed.
        words: of its entries.
        links: to other places.
        digest: sha256 over everything that was parsed.
    """

    page: ParsedPage
    html: bytes
    entry_texts: tuple[bytes, ...]
    words: PageWords
    links: LinkCounts
    digest: bytes


@contextmanager
def parsing(
    root: Path, contexts: Mapping[str, PageContext], *, workers: int | None = None
) -> Generator[tuple[bytes, Iterator[PackedPage]], None, None]:
    """Parse pages on every core.

    Args:
        root: folder the paths are relative to.
        contexts: what is known about each page, by path.
        workers: processes; None: one a core, and none besides this one for a handful of pages.

    Yields:
        The dictionary that texts are compressed with, see `livedocs.library.compression`; and the pages, each as soon
        as it is ready, so in no order.

    Raises:
        SourceError: a page cannot be read, or a process that parses was killed.
    """
    count = min(workers or os.cpu_count() or 1, len(contexts))
    if count == 1 or len(contexts) <= _FEW_PAGES:
        dictionary = _sample_dictionary(root, contexts)
        yield dictionary, (_parse(root / path, context, dictionary) for path, context in contexts.items())
        return
    # Spawned, not forked: progress bars and servers run threads, and a fork would copy their locks as they stand.
    executor = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), initializer=_end_with_parent)
    try:
        for _ in range(count):
            executor.submit(_compressor, b"")  # they start while this process parses the first pages
        dictionary = _sample_dictionary(root, contexts)
        yield dictionary, _parsed(executor, root, contexts, dictionary)
    except BrokenProcessPool as error:
        message = "A process that parses pages was killed, most often for want of memory. Free some and build again."
        raise SourceError(message) from error
    finally:
        executor.shutdown(cancel_futures=True)  # who stops here does not wait for the pages that are left


def _parsed(
    executor: ProcessPoolExecutor, root: Path, contexts: Mapping[str, PageContext], dictionary: bytes
) -> Iterator[PackedPage]:
    # The longest first: were one of them the last, the other processes would have nothing to do meanwhile.
    longest_first = sorted(contexts, key=lambda path: _size_bytes(root / path), reverse=True)
    tasks = [executor.submit(_parse, root / path, contexts[path], dictionary) for path in longest_first]
    for task in as_completed(tasks):
        yield task.result()


def _sample_dictionary(root: Path, contexts: Mapping[str, PageContext]) -> bytes:
    paths = list(contexts)
    step = max(1, len(paths) // SAMPLE_PAGES)
    chosen = paths[step // 2 :: step][:SAMPLE_PAGES]
    return make_dictionary(parse_page(_read(root / path), contexts[path]) for path in chosen)


def _parse(path: Path, context: PageContext, dictionary: bytes) -> PackedPage:
    return pack(parse_page(_read(path), context), dictionary)


def _size_bytes(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}. Make it readable, or leave it out.") from error


def pack(page: ParsedPage, dictionary: bytes) -> PackedPage:
    """Compress what is only read, count words and take the digest of a parsed page."""
    compressor = _compressor(dictionary)
    texts = {text: number for number, text in enumerate(dict.fromkeys(entry.text for entry in page.entries))}
    compressed = [compressor.compress(text) for text in texts]
    which = [texts[entry.text] for entry in page.entries]
    entries = tuple(replace(entry, html="", text="") for entry in page.entries)
    shape = replace(page, html="", entries=entries)
    return PackedPage(
        page=replace(shape, links=()),
        html=compressor.compress(page.html),
        entry_texts=tuple(compressed[number] for number in which),
        words=count_page(page.entries),
        links=count_links(page),
        digest=_digest(repr((shape, which)), page.html, *texts),
    )


_compressor = lru_cache(1)(Compressor)


def _digest(*texts: str) -> bytes:
    """Sha256 over texts that stay apart."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
    return digest.digest()


def _end_with_parent() -> None:
    """Leave no worker behind when the building process is killed: its pipe would be waited on for ever."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True, name="end-with-parent").start()
