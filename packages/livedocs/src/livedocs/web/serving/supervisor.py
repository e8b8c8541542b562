"""Several processes that answer: started from one that has imported everything, replaced when they die."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import socket
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Protocol, cast

from livedocs.web.serving.server import News

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import ForkProcess
    from types import FrameType

logger = logging.getLogger(__name__)

SIGNALS = (signal.SIGTERM, signal.SIGINT)
_FIRST_DELAY_SECONDS = 0.5
_LONGEST_DELAY_SECONDS = 30.0
_STABLE_SECONDS = 10.0
"""A worker that ran so long died for a reason of its own; one that did not will probably die again."""
_SECONDS_TO_EXIT = 5.0
"""What a worker may take to end beyond the time its requests have."""
_FORKING = multiprocessing.get_context("fork")


class Work(Protocol):
    """What each worker does until it is told to stop."""

    def __call__(self, number: int, tell: Callable[[News], None], lifeline: int, /) -> None:
        """Answer requests.

        Args:
            number: of the worker, from 1 on; one that replaces another has its number.
            tell: the supervisor how far it is.
            lifeline: a file descriptor that becomes readable when the supervisor is gone.
        """


@dataclass
class _Worker:
    """One slot for a process.

    Attributes:
        number: from 1 on.
        process: that runs, or ran last.
        news: says how far that is.
        has_answered: whether any process in this slot ever did.
        started_at: on the monotonic clock.
        early_deaths: how often in a row it died soon.
        due_at: when it is started again; None while it runs.
    """

    number: int
    process: ForkProcess | None = None
    news: Connection | None = None
    has_answered: bool = False
    started_at: float = 0.0
    early_deaths: int = 0
    due_at: float | None = 0.0


class Supervisor:
    """Keeps so many workers running until it is told to stop.

    Workers are forked from a process that has imported and made everything they share, so that its memory is theirs; it
    must have neither threads nor an event loop. Uvicorn's own supervisor starts each worker anew, which takes three
    times the memory.

    Args:
        work: what each worker does.
        listener: what all of them listen on; closed as soon as the supervisor is told to stop, or whoever connects
            then would wait in vain.
        count: how many.
        shutdown_timeout_seconds: what running requests have to end.
        announce: told, once, what all workers have told.

    Attributes:
        ended_by: the signal that told it to stop; None: none did.
    """

    def __init__(
        self,
        work: Work,
        listener: socket.socket,
        *,
        count: int,
        shutdown_timeout_seconds: float,
        announce: Callable[[News], None],
    ) -> None:
        self._work = work
        self._listener = listener
        self._workers = [_Worker(number) for number in range(1, count + 1)]
        self._timeout_seconds = shutdown_timeout_seconds + _SECONDS_TO_EXIT
        self._announce = announce
        self._not_told = {news: {worker.number for worker in self._workers} for news in News}
        self._signals: list[signal.Signals] = []
        self.ended_by: signal.Signals | None = None
        self._kill_at: float | None = None
        self._exit_code = 0

    def run(self) -> int:
        """Start the workers and look after them.

        Returns:
            0, or with what a worker ended that could not even start. All have ended.
        """
        woken, waker = socket.socketpair()
        self._lifeline, lifeline_end = os.pipe()
        with woken, waker:
            woken.setblocking(False)
            waker.setblocking(False)
            self._woken, self._ends = woken, (lifeline_end, waker.fileno())
            before = {number: signal.signal(number, self._note) for number in SIGNALS}
            signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
            gc.collect()
            gc.freeze()  # so that workers do not write to the memory they share when they look for garbage
            try:
                self._look_after()
            finally:
                signal.set_wakeup_fd(-1)
                for number, handler in before.items():
                    signal.signal(number, handler)
                os.close(self._lifeline)
                os.close(lifeline_end)
        return self._exit_code

    def _look_after(self) -> None:
        while True:
            self._start_due()
            running = [worker for worker in self._workers if worker.process is not None]
            if self._kill_at is not None and not running:
                return
            sentinels = {worker.process.sentinel: worker for worker in running if worker.process is not None}
            news = {worker.news: worker for worker in running if worker.news is not None}
            happened = wait([self._woken, *sentinels, *news], self._seconds_to_next())
            if self._woken in happened:
                self._woken.recv(4096)
            for source in happened:
                if isinstance(source, Connection):
                    self._hear(news[source])
            for source in happened:
                if isinstance(source, int):
                    self._bury(sentinels[source])
            if self._signals and self._kill_at is None:
                self.ended_by = self._signals[0]
                self._stop()
            if self._kill_at is not None and time.monotonic() >= self._kill_at:
                self._kill()

    def _start_due(self) -> None:
        now = time.monotonic()
        for worker in self._workers:
            if worker.due_at is not None and worker.due_at <= now and self._kill_at is None:
                self._start(worker)

    def _start(self, worker: _Worker) -> None:
        worker.news, tell = cast("tuple[Connection, Connection]", _FORKING.Pipe(duplex=False))
        worker.process = _FORKING.Process(
            target=self._be_worker, args=(worker.number, tell), name=f"livedocs-worker-{worker.number}"
        )
        # A worker that is told to stop before it listens for that must be told as soon as it does.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            worker.process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        tell.close()
        worker.started_at, worker.due_at = time.monotonic(), None

    def _be_worker(self, number: int, tell: Connection) -> None:
        signal.set_wakeup_fd(-1)
        for each in SIGNALS:
            signal.signal(each, signal.SIG_DFL if each is signal.SIGTERM else signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        for descriptor in self._ends:
            os.close(descriptor)

        self._work(number, lambda news: tell.send_bytes(news.value), self._lifeline)

    def _hear(self, worker: _Worker) -> None:
        assert worker.news is not None
        try:
            news = News(worker.news.recv_bytes())
        except EOFError:  # it ended
            worker.news.close()
            worker.news = None
            return
        worker.has_answered = True
        missing = self._not_told[news]
        if worker.number in missing:
            missing.remove(worker.number)
            if not missing:
                self._announce(news)

    def _bury(self, worker: _Worker) -> None:
        assert worker.process is not None
        worker.process.join()
        code, process_id = worker.process.exitcode or 0, worker.process.pid
        worker.process.close()
        worker.process = None
        if worker.news is not None:
            worker.news.close()
            worker.news = None
        if self._kill_at is not None:
            return
        if code > 0 and not worker.has_answered:
            # It ended by itself before it ever answered: the next would, too.
            self._exit_code = code
            self._stop()
            return
        lived_seconds = time.monotonic() - worker.started_at
        worker.early_deaths = 0 if lived_seconds >= _STABLE_SECONDS else worker.early_deaths + 1
        delay_seconds = delay_before_restart(worker.early_deaths)
        worker.due_at = time.monotonic() + delay_seconds
        logger.error(
            "Worker %d (process %d) ended with %d; it is replaced in %g s.",
            worker.number,
            process_id,
            code,
            delay_seconds,
        )

    def _stop(self) -> None:
        self._listener.close()
        self._kill_at = time.monotonic() + self._timeout_seconds
        for worker in self._workers:
            if worker.process is not None:
                worker.process.terminate()

    def _kill(self) -> None:
        for worker in self._workers:
            if worker.process is not None:
                logger.error("Worker %d did not end in time; it is killed.", worker.number)
                worker.process.kill()
        self._kill_at = float("inf")

    def _seconds_to_next(self) -> float | None:
        times = [worker.due_at for worker in self._workers if worker.due_at is not None and self._kill_at is None]
        if self._kill_at is not None and self._kill_at != float("inf"):
            times.append(self._kill_at)
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _note(self, number: int, frame: FrameType | None) -> None:
        del frame
        self._signals.append(signal.Signals(number))


def delay_before_restart(early_deaths: int) -> float:
    """Seconds to wait before a worker is replaced that died soon so often in a row: the first time none.

    >>> [delay_before_restart(deaths) for deaths in (0, 1, 2, 3, 4, 20)]
    [0.0, 0.0, 0.5, 1.0, 2.0, 30.0]
    """
    if early_deaths <= 1:
        return 0.0
    return min(_FIRST_DELAY_SECONDS * 2.0 ** (early_deaths - 2), _LONGEST_DELAY_SECONDS)
