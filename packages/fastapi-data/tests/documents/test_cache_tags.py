"""What the page about tags says of the order of things, which its own example would survive the other way round."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

PAGE = Path(__file__).parents[2] / "docs/how-to/cache-tags.md"


@pytest.fixture
def page(run_page) -> ModuleType:
    return run_page(PAGE)


@pytest.fixture
def happened(page, monkeypatch) -> list[str]:
    """What the application forgets and sends, in order."""
    events: list[str] = []
    store, app = page.cache._core.store, page.app
    invalidate = store.invalidate

    async def remember(tags: set[str]) -> None:
        events.append(f"forgot {' and '.join(sorted(tags))}")
        await invalidate(tags)

    async def send_and_remember(scope, receive, send) -> None:
        async def remember_answer(message) -> None:
            if message["type"] == "http.response.start":
                events.append(f"answered {message['status']}")
            await send(message)

        await app(scope, receive, remember_answer)

    monkeypatch.setattr(store, "invalidate", remember)
    monkeypatch.setattr(page, "app", send_and_remember)
    return events


def rename_a_product(page, when_committing) -> None:
    with TestClient(page.app, raise_server_exceptions=False) as client:
        for engine in page.db.sync_engines():
            event.listen(engine, "commit", when_committing)
        client.put("/products/1?name=Lamp")


def test_answers_are_forgotten_after_the_commit_and_before_the_answer(page, happened):
    rename_a_product(page, lambda connection: happened.append("committed"))
    assert happened == ["committed", "forgot product:1 and products", "answered 200"]


def test_a_commit_that_fails_forgets_nothing(page, happened):
    def fail(connection) -> None:
        raise OSError("The disk is full.")

    rename_a_product(page, fail)
    assert happened == ["answered 500"]
