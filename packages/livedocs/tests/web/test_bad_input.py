"""Whatever is asked, there is an answer or a clear refusal."""

from __future__ import annotations

from urllib.parse import quote, quote_from_bytes

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import Message

AWKWARD = [
    "",
    " \t\n ",
    "x" * 1_000,
    "a " * 5_000,
    "nul\x00inside",
    "\x00",
    "\U0001f40d\u200d\U0001f468",
    '"unbalanced',
    "'",
    '"""',
    "*",
    "open*",
    "a NEAR b",
    "NEAR(a b, 2)",
    "-open",
    "name:open",
    "a OR",
    "AND",
    "(((",
    "^open",
    "{name title}: open",
    "'; DROP TABLE entry; --",
    "%_%",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "\\",
    "kind:",
    "kind:nothing docset:@",
    "\u202e\ufeff\ufffe",
]
PATHS = ("/search", "/api/v1/search")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("query", AWKWARD, ids=ascii)
async def test_awkward_queries_are_answered_or_refused(client: AsyncClient, path: str, query: str):
    answer = await client.get(path, params={"q": query})
    assert answer.status_code == (422 if len(query) > 1_000 else 200)
    assert "<script>alert" not in answer.text or path.startswith("/api/")
    assert "onerror=alert(1)>" not in answer.text or path.startswith("/api/")


@pytest.mark.parametrize("path", PATHS)
@settings(max_examples=150, deadline=None)
@given(query=st.text(max_size=300), kind=st.text(max_size=20), docset=st.text(max_size=20))
async def test_any_text_is_answered(client: AsyncClient, path: str, query: str, kind: str, docset: str):
    def percent(text: str) -> str:
        return quote(text.encode("utf-8", "surrogatepass"), safe="")

    limits = f"kind={percent(kind)}&docset={percent(docset)}&selected={percent(kind)}"
    answer = await client.get(f"{path}?q={percent(query)}&{limits}")
    assert answer.status_code == 200


@pytest.mark.parametrize("path", PATHS)
@settings(max_examples=150, deadline=None)
@given(value=st.binary(max_size=200), limit=st.binary(max_size=5))
async def test_any_bytes_are_answered_or_refused(client: AsyncClient, path: str, value: bytes, limit: bytes):
    answer = await client.get(f"{path}?q={quote_from_bytes(value, safe='')}&limit={quote_from_bytes(limit, safe='')}")
    assert answer.status_code in {200, 422}


async def status_of(app: FastAPI, path: str, query_string: bytes) -> int:
    """Ask as a server would that passes on whatever bytes it reads; HTTP clients refuse to send most of them."""
    statuses: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query_string,
        "headers": [(b"host", b"livedocs")],
        "client": ("127.0.0.1", 1),
        "server": ("livedocs", 80),
    }
    await app(scope, receive, send)
    return statuses[0]


@pytest.mark.parametrize("path", PATHS)
@settings(max_examples=150, deadline=None)
@given(raw=st.binary(max_size=200))
async def test_any_raw_query_string_is_answered_or_refused(app: FastAPI, path: str, raw: bytes):
    assert await status_of(app, path, raw) in {200, 422}
    assert await status_of(app, path, b"q=" + raw) in {200, 422}


@settings(max_examples=150, deadline=None)
@given(path=st.binary(min_size=1, max_size=60))
async def test_any_path_below_a_docset_is_answered_or_not_found(client: AsyncClient, path: bytes):
    answer = await client.get(f"/docs/jinja/3.1.x/{quote_from_bytes(path)}")
    assert answer.status_code in {200, 307, 404}
