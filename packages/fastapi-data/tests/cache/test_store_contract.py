"""What every store promises."""

from __future__ import annotations

import anyio
import pytest

from fastapi_data.cache.store import Representation, StoredResponse

KEY = ("GET", "http", b"host", "/", b"")
OTHER_KEY = ("GET", "http", b"hos", "t/", b"")


def response(stored_at: float, *, tags=(), fresh_seconds=10.0, **times) -> StoredResponse:
    forms = (
        Representation("", ((b"x-name", b"\xe9"), (b"etag", b'"1"')), b"body", b'"1"'),
        Representation("gzip", ((b"x-name", b"\xe9"),), b"\x00\xff", None),
    )
    return StoredResponse(forms, stored_at, stored_at + fresh_seconds, tags=frozenset(tags), **times)


async def keep(store, key=KEY, **options) -> StoredResponse:
    lease = await store.acquire(key, newer_than=float("-inf"))
    kept = response(store.clock(), **options)
    assert await lease.store(kept)
    return kept


async def test_what_was_stored_is_read_back_whole(any_store):
    kept = await keep(any_store, tags=["a", "b b"], revalidate_until=1050.0, error_until=1060.0)
    assert await any_store.get(KEY) == kept


async def test_what_is_at_hand_is_what_was_stored_or_nothing(any_store):
    kept = await keep(any_store)
    assert any_store.at_hand(OTHER_KEY) is None
    assert any_store.at_hand(KEY) in {kept, None}
    await any_store.clear()
    assert any_store.at_hand(KEY) is None


async def test_a_client_gets_the_first_form_it_takes_or_else_the_plain_one(any_store):
    await keep(any_store)
    kept = await any_store.get(KEY)
    accepted = [("br", "gzip"), ("gzip",), ("br",), ()]
    assert [kept.representation(codings).encoding for codings in accepted] == ["gzip", "gzip", "", ""]


async def test_keys_and_tags_may_be_any_text(any_store):
    key = ("GET", "http", b"\xff", "/\ud800 \udcff", b"")
    await keep(any_store, key, tags=["\ud800", "a b\n"])
    assert await any_store.get(key)
    await any_store.invalidate(["\ud800"])
    assert await any_store.get(key) is None


async def test_keys_that_differ_only_in_where_their_parts_end_are_apart(any_store):
    await keep(any_store)
    assert await any_store.get(OTHER_KEY) is None


async def test_a_stale_answer_is_there_until_nobody_may_have_it(any_store, clock):
    await keep(any_store, revalidate_until=1020.0, error_until=1030.0)
    clock.seconds = 1029.9
    assert await any_store.get(KEY)
    clock.seconds = 1030
    assert await any_store.get(KEY) is None


async def test_a_newer_answer_takes_the_place_of_an_older_one(any_store, clock):
    await keep(any_store)
    clock.seconds += 5
    newer = await keep_newer(any_store)
    assert await any_store.get(KEY) == newer


async def keep_newer(store) -> StoredResponse:
    lease = await store.acquire(KEY, newer_than=store.clock())
    newer = response(store.clock())
    assert await lease.store(newer)
    return newer


async def test_one_tag_is_enough_to_be_dropped(any_store):
    await keep(any_store, tags=["articles", "article:1"])
    await keep(any_store, OTHER_KEY, tags=["articles"])
    await any_store.invalidate(["article:1", "article:2"])
    assert await any_store.get(KEY) is None
    assert await any_store.get(OTHER_KEY)


async def test_an_answer_computed_after_an_invalidation_is_kept(any_store):
    await any_store.invalidate(["articles"])
    await any_store.clear()
    kept = await keep(any_store, tags=["articles"])
    assert await any_store.get(KEY) == kept


async def test_clear_drops_everything(any_store):
    await keep(any_store, tags=["articles"])
    await keep(any_store, OTHER_KEY)
    await any_store.clear()
    assert [await any_store.get(key) for key in (KEY, OTHER_KEY)] == [None, None]


@pytest.mark.parametrize("what", ["tag", "all"])
async def test_an_answer_that_was_invalidated_while_it_was_computed_is_not_kept(any_store, what):
    lease = await any_store.acquire(KEY, newer_than=float("-inf"))
    await (any_store.invalidate(["articles"]) if what == "tag" else any_store.clear())
    assert not await lease.store(response(any_store.clock(), tags=["articles"]))
    assert await any_store.get(KEY) is None


async def test_an_invalidation_of_something_else_disturbs_no_computing(any_store):
    lease = await any_store.acquire(KEY, newer_than=float("-inf"))
    await any_store.invalidate(["other"])
    assert await lease.store(response(any_store.clock(), tags=["articles"]))
    assert await any_store.get(KEY)


async def test_a_lease_that_ended_gives_way_to_the_next(any_store):
    for _ in range(2):
        with anyio.fail_after(20):
            lease = await any_store.acquire(KEY, newer_than=float("-inf"))
        await lease.release(storable=True)
        await lease.release(storable=True)
    assert await any_store.try_acquire(KEY)


async def test_a_store_can_be_used_after_it_was_closed(any_store):
    await keep(any_store)
    await any_store.close()
    assert await any_store.get(KEY)
