"""The memory store stays within its bytes and lets go of what has expired."""

from __future__ import annotations

import tracemalloc

from hypothesis import given, settings
from hypothesis import strategies as st

from fastapi_data import MemoryStore
from fastapi_data.cache.memory_store import entry_bytes
from fastapi_data.cache.store import Representation, StoredResponse


def response(size: int, expires_at: float) -> StoredResponse:
    return StoredResponse((Representation("", (), b"x" * size, None),), stored_at=0, fresh_until=expires_at)


def key(number: int) -> tuple[str | bytes, ...]:
    return ("GET", "http", b"host", f"/{number:05}", b"")


ENTRY_BYTES = entry_bytes(key(0), response(1000, 0))


async def test_the_least_recently_used_answer_goes_first(clock):
    store = MemoryStore(max_bytes=3 * ENTRY_BYTES, clock=clock)
    for number in range(3):
        store.keep(key(number), response(1000, 2000))
    assert await store.get(key(0))
    store.keep(key(3), response(1000, 2000))
    assert [number for number in range(4) if await store.get(key(number))] == [0, 2, 3]


async def test_an_answer_larger_than_the_store_is_not_kept_and_costs_no_other(clock):
    store = MemoryStore(max_bytes=2 * ENTRY_BYTES, clock=clock)
    store.keep(key(0), response(1000, 2000))
    store.keep(key(1), response(5000, 2000))
    assert (len(store), store.size_bytes) == (1, ENTRY_BYTES)


async def test_answers_that_nobody_asks_for_again_are_reclaimed_when_they_expire(clock):
    store = MemoryStore(clock=clock)
    for number in range(100):
        store.keep(key(number), response(1000, clock.seconds + 10))
    clock.seconds += 10
    assert await store.get(key(0)) is None
    store.keep(key(100), response(1000, clock.seconds + 10))
    assert (len(store), store.size_bytes) == (1, ENTRY_BYTES)


async def test_an_answer_that_was_replaced_lives_as_long_as_the_newer_one(clock):
    store = MemoryStore(clock=clock)
    store.keep(key(0), response(1000, clock.seconds + 10))
    store.keep(key(0), response(1000, clock.seconds + 30))
    clock.seconds += 20
    store.keep(key(1), response(1000, clock.seconds + 10))
    assert await store.get(key(0))
    assert store.size_bytes == 2 * ENTRY_BYTES


async def test_what_is_remembered_of_dropped_answers_stays_small(clock):
    store = MemoryStore(max_bytes=5 * ENTRY_BYTES, clock=clock)
    for number in range(10_000):
        store.keep(key(number), response(1000, 1e9))
    assert len(store._expiries) < 200


async def test_clear_gives_all_bytes_back(clock):
    store = MemoryStore(clock=clock)
    store.keep(key(0), response(1000, 2000))
    await store.clear()
    assert (len(store), store.size_bytes, await store.get(key(0))) == (0, 0, None)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.integers(0, 9), st.integers(0, 4000), st.integers(1, 20)),
        st.tuples(st.just("wait"), st.integers(1, 15), st.just(0), st.just(0)),
        st.tuples(st.just("get"), st.integers(0, 9), st.just(0), st.just(0)),
    ),
    max_size=60,
)


@settings(deadline=None)
@given(STEPS)
async def test_it_never_exceeds_its_bytes_nor_answers_with_what_was_not_last_set(steps):
    now = [0.0]
    store = MemoryStore(max_bytes=10_000, clock=lambda: now[0])
    last: dict[int, StoredResponse] = {}
    for action, number, size, ttl in steps:
        if action == "wait":
            now[0] += number
        elif action == "set":
            last[number] = response(size, now[0] + ttl)
            store.keep(key(number), last[number])
        else:
            found = await store.get(key(number))
            assert found is None or (found is last[number] and found.expires_at > now[0])
        assert store.size_bytes <= 10_000
        assert store.size_bytes == sum(entry_bytes(*held) for held in store._responses.items())


async def test_nothing_is_remembered_of_the_tags_of_dropped_answers(clock):
    store = MemoryStore(clock=clock)
    tagged = StoredResponse((), stored_at=0, fresh_until=2000, tags=frozenset({"old"}))
    store.keep(key(0), tagged)
    store.keep(key(0), response(1000, 2000))
    await store.invalidate(["old"])
    assert await store.get(key(0))
    assert store._tagged == {}


async def test_keys_and_tags_count_whatever_clients_make_of_them(clock):
    store = MemoryStore(max_bytes=2**20, clock=clock)
    tags = frozenset({f"tag {number}" + "é" * 500 for number in range(5)})
    tracemalloc.start()
    for number in range(3000):
        tagged = StoredResponse((), stored_at=0, fresh_until=1e9, tags=frozenset(f"{tag}{number}" for tag in tags))
        store.keep((*key(number), b"%d" % number + b"x" * 2000, f"{number}" + "€" * 500), tagged)
    used_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used_bytes < 1.5 * 2**20
    assert store.evictions > 2000
