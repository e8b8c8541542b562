"""Each coding of an answer is made once, and each client gets the best that it takes."""

from __future__ import annotations

import gzip
import random
import sys
import threading

import brotli
import pytest
from fastapi import FastAPI, Response
from fastapi.responses import PlainTextResponse
from hypothesis import given
from hypothesis import strategies as st
from starlette.middleware.gzip import GZipMiddleware

from fastapi_data import MemoryStore, ResponseCache, cache_response
from fastapi_data.cache import compression
from fastapi_data.cache.compression import accepted_codings

TEXT = "All work and no play makes a cache a dull cache.\n" * 100


@pytest.fixture
def page(app):
    @app.get("/")
    @cache_response
    async def page() -> Response:
        return PlainTextResponse(TEXT)


def coding_of(answer) -> str:
    return answer.headers.get("content-encoding", "identity")


async def test_every_client_gets_the_best_coding_it_takes_from_one_execution(client, store, page):
    for accepted, expected in [
        ("identity", "identity"),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0, gzip;q=0", "identity"),
        ("*", "br"),
        ("", "identity"),
        ("gzip;q=bad", "identity"),
        ("gzip;level=9", "gzip"),
    ]:
        answer = await client.get("/", headers={"Accept-Encoding": accepted})
        assert (accepted, coding_of(answer)) == (accepted, expected)
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.text == TEXT
    assert len(store) == 1


@pytest.mark.parametrize("accepted", ["gzip", "br"])
async def test_the_first_answer_is_compressed_too_and_its_length_right(client, page, accepted):
    async with client.stream("GET", "/", headers={"Accept-Encoding": accepted}) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers["content-length"] == str(len(raw))
    assert {"gzip": gzip.decompress, "br": brotli.decompress}[accepted](raw).decode() == TEXT


async def test_each_coding_has_a_strong_validator_of_its_own(client, page):
    etags = {}
    for accepted in ("identity", "gzip", "br"):
        etags[accepted] = (await client.get("/", headers={"Accept-Encoding": accepted})).headers["etag"]
    assert len(set(etags.values())) == 3
    for accepted, etag in etags.items():
        headers = {"Accept-Encoding": accepted, "If-None-Match": etag}
        assert (await client.get("/", headers=headers)).status_code == 304
    crossed = {"Accept-Encoding": "gzip", "If-None-Match": etags["br"]}
    assert (await client.get("/", headers=crossed)).status_code == 200


async def test_a_weak_validator_holds_for_every_coding(app, client):
    @app.get("/")
    @cache_response
    async def page() -> Response:
        return PlainTextResponse(TEXT, headers={"ETag": 'W/"mine"', "Vary": "Accept-Encoding"})

    for accepted in ("identity", "gzip"):
        answer = await client.get("/", headers={"Accept-Encoding": accepted})
        assert (answer.headers["etag"], answer.headers["vary"]) == ('W/"mine"', "Accept-Encoding")


UNCOMPRESSED = {
    "small": PlainTextResponse("x" * 1023),
    "an image": Response(b"x" * 5000, media_type="image/png"),
    "no-transform": PlainTextResponse(TEXT, headers={"Cache-Control": "no-transform"}),
    "encoded by the route": PlainTextResponse(gzip.compress(TEXT.encode()), headers={"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("made", UNCOMPRESSED.values(), ids=UNCOMPRESSED.keys())
async def test_what_gains_nothing_or_must_not_be_changed_stays_as_it_is(app, client, store, made):
    @app.get("/")
    @cache_response
    async def page() -> Response:
        return made

    for _ in range(2):
        answer = await client.get("/", headers={"Accept-Encoding": "gzip"})
        assert answer.headers["content-length"] == str(len(made.body))
    assert [len(stored.representations) for stored in store._responses.values()] == [1]


async def test_a_coding_that_makes_it_no_smaller_is_not_kept(app, client, store):
    noise = random.Random(1).randbytes(2000)

    @app.get("/")
    @cache_response
    async def page() -> Response:
        return Response(noise, media_type="text/plain")

    await client.get("/", headers={"Accept-Encoding": "gzip"})
    (stored,) = store._responses.values()
    assert [form.encoding for form in stored.representations] == [""]


async def test_a_small_body_is_compressed_at_once(app, client, monkeypatch):
    threads: list[threading.Thread] = []
    compress = compression._gzip

    def note_thread(body: bytes) -> bytes:
        threads.append(threading.current_thread())
        return compress(body)

    monkeypatch.setitem(compression._compressors(), "gzip", note_thread)

    @app.get("/{size}")
    @cache_response
    async def page(size: int) -> Response:
        return PlainTextResponse("x" * size)

    await client.get("/5000")
    assert threads == [threading.current_thread()]


async def test_a_body_of_megabytes_is_compressed_in_a_worker_thread(client_of, monkeypatch):
    threads: list[threading.Thread] = []

    def note_thread(body: bytes) -> bytes:
        threads.append(threading.current_thread())
        return b"compressed"

    monkeypatch.setitem(compression._compressors(), "gzip", note_thread)
    app = FastAPI()
    ResponseCache().install(app)

    @app.get("/")
    @cache_response
    async def page() -> Response:
        return PlainTextResponse("x" * 2**20)

    async with client_of(app) as client:
        await client.get("/", headers={"Accept-Encoding": "identity"})
    assert len(threads) == 1
    assert threads[0] is not threading.current_thread()


async def test_compression_can_be_left_to_others(client_of):
    app = FastAPI()
    store = MemoryStore()
    ResponseCache(store, compress=False).install(app)

    @app.get("/")
    @cache_response
    async def page() -> Response:
        return PlainTextResponse(TEXT)

    async with client_of(app) as client:
        assert coding_of(await client.get("/", headers={"Accept-Encoding": "gzip"})) == "identity"
        assert "vary" not in (await client.get("/")).headers


@pytest.mark.parametrize("stands", ["inside", "outside"])
async def test_gzip_middleware_may_stand_on_either_side(client_of, stands):
    app = FastAPI()
    store = MemoryStore()
    cache = ResponseCache(store)
    if stands == "inside":
        app.add_middleware(GZipMiddleware)
        cache.install(app)
    else:
        cache.install(app)
        app.add_middleware(GZipMiddleware)

    @app.get("/")
    @cache_response
    async def page() -> Response:
        return PlainTextResponse(TEXT)

    async with client_of(app) as client:
        for accepted in ("gzip", "identity", "gzip"):
            answer = await client.get("/", headers={"Accept-Encoding": accepted})
            assert (coding_of(answer), answer.text) == (accepted, TEXT)
            assert set(answer.headers["vary"].split(", ")) == {"Accept-Encoding"}
    assert len(store) == 1


async def test_a_route_that_names_accept_encoding_chooses_for_itself(app, client):
    @app.get("/")
    @cache_response(vary=["Accept-Encoding"])
    async def page(response: Response) -> Response:
        return PlainTextResponse("as asked", headers={"Vary": "Accept-Encoding"})

    for accepted in ("gzip", "identity", "gzip"):
        assert (await client.get("/", headers={"Accept-Encoding": accepted})).text == "as asked"


async def test_head_and_get_of_one_address_are_apart(app, client):
    @app.api_route("/", methods=["GET", "HEAD"])
    @cache_response
    async def page() -> Response:
        return PlainTextResponse(TEXT)

    for _ in range(2):
        head = await client.head("/", headers={"Accept-Encoding": "gzip"})
        assert (head.content, coding_of(head)) == (b"", "identity")


def test_without_brotli_there_is_gzip(monkeypatch):
    monkeypatch.setitem(sys.modules, "brotli", None)
    compression._compressors.cache_clear()
    try:
        assert list(compression._compressors()) == ["gzip"]
    finally:
        compression._compressors.cache_clear()


@given(st.binary())
def test_no_accept_encoding_is_too_odd_to_read(value):
    assert set(accepted_codings(value)) <= {"gzip", "br"}
