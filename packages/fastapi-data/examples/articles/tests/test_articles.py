"""What the API promises."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest
from httpx2 import AsyncClient

from articles.models import Article
from fastapi_data import Database, Repository
from fastapi_data.migrations import check
from fastapi_data.testing import assert_max_queries

URL = "/api/v1/articles"


def article(slug: str, **values: str) -> dict[str, str]:
    return {"title": slug.title(), "slug": slug, "text": "Once upon a time", **values}


async def test_an_article_is_created_and_read(client: AsyncClient) -> None:
    created = await client.post(URL, json=article("a-tale"))
    assert created.status_code == 201
    assert created.json()["created_at"].endswith("Z")
    found = await client.get(f"{URL}/{created.json()['id']}")
    assert found.json() == created.json()


async def test_a_slug_is_taken_once(client: AsyncClient) -> None:
    await client.post(URL, json=article("a-tale"))
    conflict = await client.post(URL, json=article("a-tale", title="Another"))
    assert conflict.status_code == 409
    assert conflict.json()["detail"].startswith("Article: another one has the same values")
    answers = await asyncio.gather(*(client.post(URL, json=article("same")) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_an_article_is_changed_in_part(client: AsyncClient) -> None:
    created = (await client.post(URL, json=article("a-tale"))).json()
    changed = await client.patch(f"{URL}/{created['id']}", json={"title": "New"})
    assert changed.json() == {**created, "title": "New"}
    await client.post(URL, json=article("taken"))
    assert (await client.patch(f"{URL}/{created['id']}", json={"slug": "taken"})).status_code == 409
    assert (await client.patch(f"{URL}/{created['id']}", json={"title": None})).status_code == 422
    assert (await client.get(f"{URL}/{created['id']}")).json() == changed.json()


async def test_an_article_is_deleted(client: AsyncClient) -> None:
    created = (await client.post(URL, json=article("a-tale"))).json()
    assert (await client.delete(f"{URL}/{created['id']}")).status_code == 204
    assert (await client.get(f"{URL}/{created['id']}")).status_code == 404


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
async def test_what_is_not_there_is_a_404(client: AsyncClient, method: str) -> None:
    key = uuid4()
    answer = await client.request(method, f"{URL}/{key}", **({"json": {}} if method == "patch" else {}))
    assert answer.status_code == 404
    assert answer.json() == {"detail": f"There is no Article with the key {key}."}


async def test_pages_are_stable_while_articles_are_written(client: AsyncClient) -> None:
    for number in range(5):
        await client.post(URL, json=article(f"tale-{number}"))
    first = (await client.get(URL, params={"limit": 2})).json()
    await client.post(URL, json=article("newer"))
    second = (await client.get(URL, params={"limit": 2, "after": first["next_cursor"]})).json()
    third = (await client.get(URL, params={"limit": 2, "after": second["next_cursor"]})).json()
    slugs = [item["slug"] for page in (first, second, third) for item in page["items"]]
    assert slugs == ["tale-4", "tale-3", "tale-2", "tale-1", "tale-0"]
    assert third["next_cursor"] is None


@pytest.mark.parametrize("parameters", [{"limit": 0}, {"limit": 101}, {"after": "nonsense"}])
async def test_a_page_that_cannot_be_is_refused(client: AsyncClient, parameters: dict[str, str]) -> None:
    answer = await client.get(URL, params=parameters)
    assert answer.status_code == (400 if "after" in parameters else 422)


@pytest.mark.parametrize("wrong", [{"slug": "Not A Slug"}, {"title": "  "}, {"title": "x" * 201}])
async def test_an_article_that_cannot_be_is_refused(client: AsyncClient, wrong: dict[str, str]) -> None:
    assert (await client.post(URL, json={**article("a-tale"), **wrong})).status_code == 422


async def test_a_list_takes_one_query_however_long_it_is(client: AsyncClient, database: Database) -> None:
    async with database.begin() as session:
        await Repository(session, Article).create_many(article(f"tale-{number}") for number in range(50))
    with assert_max_queries(database, 1):
        assert len((await client.get(URL, params={"limit": 50})).json()["items"]) == 50


async def test_the_service_is_ready(client: AsyncClient) -> None:
    assert (await client.get("/readyz")).json() == {"ready": True, "databases": {"database": "ok"}}


async def test_the_migrations_make_what_the_models_say(migrated_url: str, migrations: Path) -> None:
    await check(migrated_url, migrations)
