"""Metrics of all workers, whichever of them is asked: each answers the others through a socket in a shared folder."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING

from anyio import TASK_STATUS_IGNORED
from prometheus_client import generate_latest
from prometheus_client.metrics_core import Metric

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from anyio.abc import TaskStatus
    from prometheus_client import CollectorRegistry
    from prometheus_client.samples import Sample

_SECONDS_TO_ANSWER = 1.0

Families = list[tuple[str, str, str, list[tuple[str, dict[str, str], float]]]]
"""Of each metric its name, documentation, type and samples: name, labels, value."""


class WorkerMetrics:
    """The metrics of this process and of its siblings, each with the label ``worker``.

    Counters begin anew in a worker that replaces another; Prometheus allows for that. Sums over workers are its, too.

    Args:
        registry: this process's metrics.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._folder: Path | None = None
        self._number = 1

    def share(self, folder: Path, number: int) -> None:
        """Be one of several workers.

        Args:
            folder: where each has a socket that only this user can open.
            number: of this worker.
        """
        self._folder, self._number = folder, number

    async def answer_siblings(self, *, task_status: TaskStatus[None] = TASK_STATUS_IGNORED) -> None:
        """Answer whoever asks through this worker's socket, for ever; alone, there is nobody.

        Args:
            task_status: is told when it can be asked.
        """
        if self._folder is None:
            task_status.started()
            return
        path = self._socket(self._number)
        path.unlink(missing_ok=True)  # of the worker that this one replaces
        async with await asyncio.start_unix_server(self._answer, path) as server:
            task_status.started()
            await server.serve_forever()

    async def exposition(self) -> bytes:
        """All metrics in Prometheus's text format; a worker that does not answer is left out."""
        own = [(self._number, _families(self._registry))]
        if self._folder is not None:
            paths = [path for path in self._folder.glob("*.sock") if path != self._socket(self._number)]
            answers = await asyncio.gather(*map(_ask, paths))
            own += [(int(path.stem), found) for path, found in zip(paths, answers, strict=True) if found]
        return generate_latest(_Merged(sorted(own, key=lambda pair: pair[0])))  # pyright: ignore[reportArgumentType] - it collects

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del reader
        with suppress(ConnectionError):
            writer.write(json.dumps(_families(self._registry)).encode())
            await writer.drain()
            writer.close()
            await writer.wait_closed()

    def _socket(self, number: int) -> Path:
        assert self._folder is not None
        return self._folder / f"{number}.sock"


async def _ask(path: Path) -> Families:
    try:
        async with asyncio.timeout(_SECONDS_TO_ANSWER):
            reader, writer = await asyncio.open_unix_connection(path)
            try:
                return json.loads(await reader.read())
            finally:
                writer.close()
    except (OSError, TimeoutError, ValueError):
        return []  # it was killed, or hangs


def _families(registry: CollectorRegistry) -> Families:
    return [
        (each.name, each.documentation, each.type, [_sample(sample) for sample in each.samples if _is_told(sample)])
        for each in registry.collect()
    ]


def _sample(sample: Sample) -> tuple[str, dict[str, str], float]:
    return sample.name, sample.labels, float(sample.value)


def _is_told(sample: Sample) -> bool:
    return not sample.name.endswith("_created")  # a series more for each, of which nobody asks anything


class _Merged:
    """Something to collect from: the families of all workers, those of one name together."""

    def __init__(self, workers: Iterable[tuple[int, Families]]) -> None:
        self._workers = list(workers)

    def collect(self) -> Iterable[Metric]:
        """Each family once."""
        merged: dict[str, Metric] = {}
        for number, families in self._workers:
            for name, documentation, kind, samples in families:
                if name not in merged:
                    merged[name] = Metric(name, documentation, kind)
                for sample, labels, value in samples:
                    merged[name].add_sample(sample, {**labels, "worker": str(number)}, value)
        return merged.values()
