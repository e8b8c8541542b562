"""How long each part of a search takes."""

from __future__ import annotations

from time import perf_counter


class Laps:
    """A stopwatch that is read between one part and the next.

    Attributes:
        seconds: by the name of the part, in the order of the parts.

    >>> laps = Laps()
    >>> laps.end("names")
    >>> list(laps.seconds)
    ['names']
    """

    __slots__ = ("_since", "seconds")

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = perf_counter()

    def end(self, part: str) -> None:
        """Say that what has happened since the last part was this one."""
        now = perf_counter()
        self.seconds[part] = self.seconds.get(part, 0.0) + now - self._since
        self._since = now
