"""Giving memory back to the operating system when a library was let go."""

from __future__ import annotations

import ctypes

import anyio.to_thread


async def give_memory_back() -> None:
    """Return what the C library keeps of memory that was freed; does nothing where it has no such function.

    Two libraries are in memory while one takes the other's place. What glibc keeps of that would stay for good: half as
    much again as a library takes.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        await anyio.to_thread.run_sync(trim, 0)  # other threads run meanwhile
