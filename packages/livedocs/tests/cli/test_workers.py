"""``livedocs serve --workers 2`` under load: what the workers share, and what they follow together."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Semaphore

import httpx2
from prometheus_client.parser import text_string_to_metric_families

WORKERS = ("1", "2")
MAX_OWN_BYTES = 40 * 2**20


def hashes(url: str) -> dict[str, str]:
    """Which library each worker serves."""
    text = httpx2.get(f"{url}/metrics").text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    return {sample.labels["worker"]: sample.labels["hash"] for sample in families["livedocs_library_info"].samples}


def own_bytes(process_id: int) -> int:
    """Memory of a process that no other shares."""
    rollup = Path(f"/proc/{process_id}/smaps_rollup").read_text()
    return sum(int(kilobytes) * 1024 for kilobytes in re.findall(r"^Private_\w+:\s+(\d+) kB", rollup, re.MULTILINE))


def children(process_id: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()]


class Load:
    """Clients that ask for hits and the docset they are from, each time over another connection."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._answered = Semaphore(0)
        self._stopped = Event()

    def ask_on(self) -> set[tuple[str, ...]]:
        seen: set[tuple[str, ...]] = set()
        while not self._stopped.is_set():
            with httpx2.Client(base_url=self.url) as client:
                body = client.get("/api/v1/search", params={"q": "kind:section", "limit": 50}).raise_for_status().json()
                page = client.get("/search", params={"q": "kind:section"}).raise_for_status().text
            seen.add(tuple(sorted({hit["docset"] for hit in body["hits"]})))
            seen.add(tuple(sorted(set(re.findall(r'href="/docs/([^/"]+)/', page)))))
            self._answered.release()
        return seen

    def wait_for(self, answers: int) -> None:
        for _ in range(answers):
            self._answered.acquire()

    @contextmanager
    def running(self) -> Iterator[list[Future[set[tuple[str, ...]]]]]:
        with ThreadPoolExecutor(3) as threads:
            asking = [threads.submit(self.ask_on) for _ in range(3)]
            try:
                yield asking
            finally:
                self._stopped.set()


def test_every_worker_takes_up_a_new_library_and_no_answer_fails_or_mixes_two(own_jinja, flask_documentation):
    new = own_jinja.library.with_name("new.sqlite")
    built = own_jinja("build", str(flask_documentation.root), LIVEDOCS_LIBRARY_PATH=str(new))
    assert built.returncode == 0
    with own_jinja.serving("serve", "--port", "0", "--workers", "2") as (process, url):
        before = hashes(url)
        assert tuple(before) == WORKERS
        load = Load(url)
        with load.running() as asking:
            load.wait_for(20)
            new.replace(own_jinja.library)
            while set(hashes(url).values()) & set(before.values()):
                pass
            load.wait_for(20)
        docsets = {docset for future in asking for docset in future.result()}
        assert docsets == {("jinja",), ("flask",)}
        assert len(set(hashes(url).values())) == 1
        assert len(children(process.pid)) == 2


def test_a_worker_has_little_memory_of_its_own(jinja):
    with jinja.serving("serve", "--port", "0", "--workers", "2") as (process, url):
        workers = children(process.pid)
        while {*hashes(url)} != {*WORKERS}:
            pass
        for number in range(100):
            assert httpx2.get(f"{url}/search", params={"q": f"template {number}"}).status_code == 200
        assert [own_bytes(worker) // 2**20 for worker in workers if own_bytes(worker) > MAX_OWN_BYTES] == []


def test_a_terminal_that_goes_away_ends_the_server_in_order(jinja):
    with jinja.serving("serve", "--port", "0", "--workers", "2") as (process, _):
        process.send_signal(signal.SIGHUP)
        assert process.wait() == -signal.SIGTERM  # what it does when it is told to stop
