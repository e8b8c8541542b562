"""Any cache may keep an answer, as long as it asks whether it still holds."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from httpx2 import AsyncClient

ADDRESSES = [
    "/",
    "/search?q=loader",
    "/docs/jinja/3.1.x/api.html",
    "/api/v1/search?q=loader",
    "/api/v1/docsets",
]


@pytest.mark.parametrize("address", ADDRESSES)
async def test_what_the_client_has_already_is_not_sent_again(client: AsyncClient, address: str):
    first = await client.get(address)
    assert first.headers["cache-control"] == "no-cache"
    again = await client.get(address, headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]


async def test_each_address_and_form_has_its_own_validator(client: AsyncClient):
    etags = {(await client.get(address)).headers["etag"] for address in ADDRESSES}
    etags.add((await client.get("/search?q=loader", headers={"HX-Request-Type": "partial"})).headers["etag"])
    assert len(etags) == len(ADDRESSES) + 1


@pytest.mark.parametrize("address", ["/nowhere", "/api/v1/entries/999999999", "/healthz", "/readyz"])
async def test_errors_and_health_have_no_validator(client: AsyncClient, address: str):
    assert "etag" not in (await client.get(address)).headers


async def test_a_library_with_other_content_changes_every_validator(
    client: AsyncClient, hostile_library: Path, serve: Callable[[Path], AbstractAsyncContextManager[AsyncClient]]
):
    async with serve(hostile_library) as other:
        for address in ("/", "/search?q=loader", "/api/v1/docsets"):
            mine = (await client.get(address)).headers["etag"]
            theirs = await other.get(address, headers={"If-None-Match": mine})
            assert theirs.status_code == 200
            assert theirs.headers["etag"] != mine


async def test_the_same_library_served_by_another_process_has_the_same_validators(
    client: AsyncClient,
    jinja_library: Path,
    tmp_path: Path,
    serve: Callable[[Path], AbstractAsyncContextManager[AsyncClient]],
):
    async with serve(shutil.copy(jinja_library, tmp_path / "library.sqlite")) as other:
        for address in ADDRESSES:
            assert (await other.get(address)).headers["etag"] == (await client.get(address)).headers["etag"]


async def test_built_files_may_be_kept_for_ever(client: AsyncClient):
    home = (await client.get("/")).text
    address = home.partition('rel="stylesheet" href="')[2].partition('"')[0]
    answer = await client.get(address)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("address", ["/", "/search?q=header", "/suggestions?q=header"])
async def test_a_replayed_answer_says_of_itself_what_the_rendered_one_said(client: AsyncClient, address: str):
    rendered, replayed = [await client.get(address, headers={"HX-Request-Type": "full"}) for _ in range(2)]
    assert "age" in replayed.headers
    of_each_request = {"age", "x-request-id"}
    said, said_again = (
        {name: value for name, value in answer.headers.multi_items() if name not in of_each_request}
        for answer in (rendered, replayed)
    )
    assert said_again == said
    assert len(replayed.headers.multi_items()) == len(said) + len(of_each_request)  # none of them twice
    assert replayed.headers["x-request-id"] != rendered.headers["x-request-id"]


async def test_what_is_not_modified_says_how_long_it_may_be_kept_and_what_it_depends_on(client: AsyncClient):
    for _ in range(2):  # rendered, then replayed
        etag = (await client.get("/search?q=filters")).headers["etag"]
        answer = await client.get("/search?q=filters", headers={"If-None-Match": etag})
        assert (answer.status_code, answer.headers["cache-control"]) == (304, "no-cache")
        assert answer.headers["vary"].lower() == "hx-request-type"
