"""A shared HTTP cache in front of the app (RFC 9111) never passes on what does not hold."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from asgi_lifespan import LifespanManager
from httpx2 import ASGITransport, AsyncClient, Response

from livedocs.library import snapshot
from livedocs.settings import Settings
from livedocs.web.app import create_app

PARTIAL = {"hx-request-type": "partial"}
FORMS = [
    ("/", {}),
    ("/search?q=loader", {}),
    ("/search?q=loader", PARTIAL),
    ("/entry/jinja/3.1.x/api.html?anchor=jinja2.Environment", PARTIAL),
    ("/docs/jinja/3.1.x/api.html", {}),
    ("/opensearch.xml", {}),
    ("/suggestions?q=loader", {}),
    ("/manifest.webmanifest", {}),
]


@dataclass
class SharedCache:
    """As much of a shared cache as matters here: it keeps each form of an address and asks whether it still holds.

    Attributes:
        client: asks the server.
        transferred: how often a body came from the server.
    """

    client: AsyncClient
    transferred: int = 0
    _kept: dict[str, list[tuple[dict[str, str], Response]]] = field(default_factory=dict)

    async def get(self, address: str, headers: dict[str, str]) -> Response:
        """Answer from what is kept, once the server said that it holds, or else from the server."""
        forms = self._kept.setdefault(address, [])
        # A cache may name every form it keeps (RFC 9111, section 4.3.1); the server picks.
        known = ", ".join(response.headers["etag"] for _, response in forms)
        answer = await self.client.get(address, headers=headers | ({"If-None-Match": known} if known else {}))
        if answer.status_code == 304:
            return next(kept for _, kept in forms if kept.headers["etag"] == answer.headers["etag"])
        self.transferred += 1
        assert answer.status_code == 200, address
        assert answer.headers["cache-control"] == "no-cache"
        assert "hx-request-type" in answer.headers["vary"].lower()
        selecting = {name.strip().lower() for name in answer.headers["vary"].split(",")}
        assert "*" not in selecting
        chosen_by = {name: headers.get(name, "") for name in selecting}
        self._kept[address] = [(other, kept) for other, kept in forms if other != chosen_by] + [(chosen_by, answer)]
        return answer


async def _ask(cache: SharedCache) -> list[bytes]:
    return [(await cache.get(address, headers)).content for address, headers in FORMS]


async def test_a_cache_in_front_transfers_each_form_once_and_everything_anew_after_a_rebuild(
    jinja_library: Path, hostile_library: Path, tmp_path: Path
):
    served = shutil.copy(jinja_library, tmp_path / "library.sqlite")
    app = create_app(Settings(library_path=served))
    async with LifespanManager(app), AsyncClient(transport=ASGITransport(app), base_url="http://livedocs") as client:
        cache = SharedCache(client)
        first = await _ask(cache)
        assert len(set(first)) == len(FORMS)
        assert await _ask(cache) == first
        assert cache.transferred == len(FORMS)

        with snapshot.replacing(served) as aside:
            shutil.copy(hostile_library, aside)
        assert await app.state.library.refresh()
        renewed = await cache.get("/", {})
        assert renewed.content != first[0]
        assert b"Trap" in renewed.content
