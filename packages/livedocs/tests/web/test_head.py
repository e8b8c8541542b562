"""Whatever can be fetched can be asked about."""

import pytest
from httpx2 import AsyncClient


@pytest.mark.parametrize("path", ["/", "/search?q=macro", "/api/v1/docsets", "/healthz", "/nowhere"])
async def test_head_answers_what_get_would_without_its_body(client: AsyncClient, path: str):
    whole, asked = await client.get(path), await client.head(path)
    assert asked.status_code == whole.status_code
    assert asked.content == b""
    assert asked.headers.get("content-length") == whole.headers.get("content-length")
    assert asked.headers["content-type"] == whole.headers["content-type"]
