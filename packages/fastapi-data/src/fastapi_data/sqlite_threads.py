"""Worker threads for SQLite: as few as keep up with the work."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar, cast

from anyio import CancelScope

from fastapi_data.sqlite_connection import SECONDS_BETWEEN_INTERRUPTS, Watch, watched

T = TypeVar("T")

SECONDS_BEFORE_ANOTHER_THREAD = 0.001
"""How long one job keeps others waiting before another thread helps.

Threads that run short statements take turns with Python's lock more than they work at the same time.
"""


class NeverBegunError(Exception):
    """A job found no free thread in time."""


class SQLiteThreads:
    """Runs jobs in worker threads.

    Args:
        count: how many run at the same time.
        statement_timeout_seconds: after which time a statement is interrupted; never if None.
    """

    def __init__(self, count: int, statement_timeout_seconds: float | None) -> None:
        self.statement_timeout_seconds = statement_timeout_seconds
        self._count = count
        self._jobs: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._begun = 0
        self._looks_on: asyncio.AbstractEventLoop | None = None

    async def call(self, act: Callable[[], T], *, begin_within_seconds: float | None = None) -> T:
        """Run a job.

        When the caller is cancelled, a job that has not begun never does. The statement of one that has begun is
        interrupted, and the job's end is waited for: nobody else gets a connection that is still at work.

        Args:
            act: what to do; the statements of its connections can be interrupted.
            begin_within_seconds: how long it may wait for a free thread; for ever if None.

        Raises:
            NeverBegunError: it waited for longer.
        """
        job = _Job(act)
        self._give(job.run)
        # A loop that was closed in between looks no more.
        if self._looks_on is not asyncio.get_running_loop():
            self._look_later()
        timers: list[_Repeating] = []
        if self.statement_timeout_seconds is not None:
            timers.append(_Repeating(job.watch.stop_if_late, self.statement_timeout_seconds))
        if begin_within_seconds is not None:
            timers.append(_Repeating(job.give_up, begin_within_seconds))
        try:
            return await job.result
        except asyncio.CancelledError:
            await job.end()
            raise
        finally:
            for timer in timers:
                timer.cancel()

    def call_later(self, act: Callable[[], object]) -> None:
        """Run a job that nobody waits for but ``shutdown``; nobody hears of it if it fails."""

        def run() -> None:
            # An error would end the thread.
            with suppress(Exception):
                act()

        self._give(run)

    def shutdown(self) -> None:
        """End the threads; waits for jobs that wait or run."""
        with self._lock:
            threads = list(self._threads)
        self._jobs.put(None)
        for thread in threads:
            thread.join()
        # What ended them would end the thread of whoever still comes, and leave the job undone.
        self._jobs = SimpleQueue()

    def _give(self, act: Callable[[], object]) -> None:
        self._jobs.put(act)
        if not self._threads:
            self._start(stays=True)

    def _start(self, *, stays: bool) -> None:
        # Not waited for at the end of a program that forgot to dispose of its database.
        thread = threading.Thread(target=self._work, args=(stays,), name="fastapi-data", daemon=True)
        with self._lock:
            thread.start()
            self._threads.add(thread)

    def _work(self, stays: bool) -> None:  # noqa: FBT001 - only a thread calls it
        """Do what is to be done; one thread stays for what comes, others end when nothing waits."""
        with suppress(Empty):
            while (act := self._jobs.get(block=stays)) is not None:
                self._begun += 1
                act()
                # Else what it returned would be kept until there is something else to do.
                del act
            self._jobs.put(None)  # for the next thread
        with self._lock:
            self._threads.discard(threading.current_thread())

    def _look_later(self) -> None:
        self._looks_on = asyncio.get_running_loop()
        self._looks_on.call_later(SECONDS_BEFORE_ANOTHER_THREAD, self._look, self._begun)

    def _look(self, begun: int) -> None:
        """Start another thread if jobs wait and none has begun since the last look."""
        self._looks_on = None
        if self._jobs.empty() or not self._threads:
            return
        if self._begun == begun and len(self._threads) < self._count:
            self._start(stays=False)
        self._look_later()


class _Job(Generic[T]):
    """What one caller waits for.

    Attributes:
        result: what the job returned or raised; belongs to the event loop.
        watch: how its statement is stopped.
    """

    def __init__(self, act: Callable[[], T]) -> None:
        self._act = act
        self._context = copy_context()
        self._loop = asyncio.get_running_loop()
        self._over = False
        self.result: asyncio.Future[T] = self._loop.create_future()
        self.watch = Watch()

    def run(self) -> None:
        """Do it, in a worker thread."""
        if not self.watch.begin():
            return
        try:
            with watched(self.watch):
                outcome = (self._context.run(self._act), None)
        except StopIteration as error:
            # No future takes one. Where coroutines raise it, it is a RuntimeError, too (PEP 479).
            stopped = RuntimeError("The job raised StopIteration.")
            stopped.__cause__ = error
            outcome = (None, stopped)
        except BaseException as error:  # noqa: BLE001 - raised where the job is waited for
            outcome = (None, error)
        # The loop is closed when whoever waited has gone with it.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._finish, *outcome)

    def give_up(self, _: float) -> None:
        """Let it never begin, if it has not begun yet."""
        if self.watch.cancel() and not self.result.done():
            self._over = True
            self.result.set_exception(NeverBegunError())

    async def end(self) -> None:
        """Have nothing of it run any more: never begin, or stop and wait for the end."""
        if self._over or self.watch.cancel():
            return
        # The first one is cancelled, and takes no result.
        self.result = self._loop.create_future()
        timer = _Repeating(self._interrupt, 0)
        try:
            while not self._over:
                # A task that is cancelled once more leaves no connection at work behind either.
                with CancelScope(shield=True), suppress(asyncio.CancelledError):
                    await asyncio.wait([self.result])
        finally:
            timer.cancel()

    def _interrupt(self, _: float) -> float:
        self.watch.abandon()
        return SECONDS_BETWEEN_INTERRUPTS

    def _finish(self, value: T | None, error: BaseException | None) -> None:
        self._over = True
        if self.result.cancelled():
            return
        if error is None:
            self.result.set_result(cast("T", value))
        else:
            self.result.set_exception(error)
            # Else asyncio would complain of errors that interest nobody: those of jobs whose caller is cancelled.
            self.result.exception()


class _Repeating:
    """Calls a function on the event loop after a time, and again after each time that it returns.

    Args:
        act: gets ``seconds``, returns after how many seconds to call it again; None for never.
        seconds: after which time to call it first.
    """

    def __init__(self, act: Callable[[float], float | None], seconds: float) -> None:
        self._act, self._seconds = act, seconds
        self._schedule(seconds)

    def cancel(self) -> None:
        """Call it no more."""
        self._handle.cancel()

    def _schedule(self, seconds: float) -> None:
        self._handle = asyncio.get_running_loop().call_later(seconds, self._fire)

    def _fire(self) -> None:
        seconds = self._act(self._seconds)
        if seconds is not None:
            self._schedule(seconds)
