"""The JSON API, its errors and its description."""

from __future__ import annotations

import json
from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from livedocs.web.api.models import HitBody


def problem(answer: Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    details: dict[str, Any] = answer.json()
    assert details["status"] == status
    assert details["type"] == "about:blank"
    assert details["title"]
    assert details["detail"]
    return details


async def test_a_search_answers_query_correction_and_hits(client: AsyncClient):
    answer = (await client.get("/api/v1/search", params={"q": "get_template", "limit": 3})).json()
    assert answer["query"] == "get_template"
    assert answer["corrected"] is None
    assert len(answer["hits"]) == 3
    first = answer["hits"][0]
    assert set(first) == set(HitBody.model_fields)
    assert first["name"] == "jinja2.Environment.get_template"
    assert first["target"] == "api.html#jinja2.Environment.get_template"
    assert first["url"] == "/docs/jinja/3.1.x/api.html#jinja2.Environment.get_template"


async def test_a_correction_is_told(client: AsyncClient):
    answer = (await client.get("/api/v1/search", params={"q": "get_tmeplate"})).json()
    assert (answer["query"], answer["corrected"]) == ("get_tmeplate", "get_template")


async def test_a_correction_is_switched_off_by_quotes(client: AsyncClient):
    answer = (await client.get("/api/v1/search", params={"q": '"get_tmeplate"'})).json()
    assert (answer["corrected"], answer["hits"]) == (None, [])


async def test_why_is_said_of_each_hit_when_asked_and_of_none_otherwise(client: AsyncClient):
    asked = {"q": "template loader", "limit": 5}
    plain = (await client.get("/api/v1/search", params=asked)).json()["hits"]
    explained = (await client.get("/api/v1/search", params=asked | {"explain": "1"})).json()["hits"]
    assert all(hit["why"][0].startswith("found by ") for hit in explained)
    assert [hit | {"why": []} for hit in explained] == plain


@pytest.mark.parametrize("explain", ["maybe", ""])
async def test_an_explanation_that_is_neither_wanted_nor_not_is_refused_by_name(client: AsyncClient, explain: str):
    details = problem(await client.get("/api/v1/search", params={"q": "x", "explain": explain}), 422)
    assert details["errors"][0]["parameter"] == "explain"


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"docset": "jinja"}, True),
        ({"docset": "jinja@3.1.x"}, True),
        ({"docset": "jinja", "version": "3.1.x", "kind": "method"}, True),
        ({"docset": "jinja", "version": "2"}, False),
        ({"kind": "module"}, False),
    ],
)
async def test_filters_limit_a_search(client: AsyncClient, filters: dict[str, str], found: bool):  # noqa: FBT001
    answer = (await client.get("/api/v1/search", params={"q": "get_template", **filters})).json()
    assert any(hit["name"] == "jinja2.Environment.get_template" for hit in answer["hits"]) is found


async def test_an_entry_is_given_with_all_its_text(client: AsyncClient):
    hit = (await client.get("/api/v1/search", params={"q": "Environment.get_template"})).json()["hits"][0]
    entry = (await client.get(f"/api/v1/entries/{hit['id']}")).json()
    assert (entry["name"], entry["target"], entry["docset"]) == (hit["name"], hit["target"], "jinja")
    assert entry["signatures"] == [hit["signature"]]
    assert "Load a template by name" in entry["text"]
    assert "<p>" in entry["html"]
    assert {note["change"] for note in entry["notes"]} == {"changed"}


async def test_the_docsets_are_listed(client: AsyncClient):
    [docset] = (await client.get("/api/v1/docsets")).json()["docsets"]
    assert (docset["name"], docset["version"], docset["title"]) == ("jinja", "3.1.x", "Jinja")
    assert docset["url"] == "/docs/jinja/3.1.x/index.html"
    assert docset["entry_count"] > 400


@pytest.mark.parametrize("limit", ["0", "101", "-1", "ten", ""])
async def test_a_limit_that_makes_no_sense_is_refused_by_name(client: AsyncClient, limit: str):
    details = problem(await client.get("/api/v1/search", params={"q": "open", "limit": limit}), 422)
    assert details["errors"][0]["parameter"] == "limit"
    assert details["instance"] == "/api/v1/search"


async def test_a_query_that_is_too_long_is_a_problem(client: AsyncClient):
    details = problem(await client.get("/api/v1/search", params={"q": "x" * 10_000}), 422)
    assert "at most 1000 can be answered" in details["detail"]


@pytest.mark.parametrize("entry", ["999999999", "9223372036854775807"])
async def test_an_unknown_entry_is_a_problem(client: AsyncClient, entry: str):
    assert "search again" in problem(await client.get(f"/api/v1/entries/{entry}"), 404)["detail"]


@pytest.mark.parametrize("entry", ["0", "-1", "one", "9223372036854775808", "9" * 400])
async def test_an_id_no_entry_can_have_is_refused(client: AsyncClient, entry: str):
    problem(await client.get(f"/api/v1/entries/{entry}"), 422)


async def test_an_unknown_address_of_the_api_is_a_problem(client: AsyncClient):
    assert problem(await client.get("/api/v1/nowhere"), 404)["instance"] == "/api/v1/nowhere"


async def test_a_wrong_method_is_a_problem_that_says_which_are_allowed(client: AsyncClient):
    answer = await client.post("/api/v1/search")
    problem(answer, 405)
    assert answer.headers["allow"] == "GET"


async def test_every_error_of_the_api_is_described_as_a_problem(client: AsyncClient):
    description = (await client.get("/api/v1/openapi.json")).json()
    operations = [path["get"] for address, path in description["paths"].items() if address.startswith("/api/")]
    assert len(operations) == 3
    for operation in operations:
        errors = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        assert errors
        for error in errors.values():
            assert list(error["content"]) == ["application/problem+json"]


async def test_every_field_of_a_hit_is_described_with_an_example(client: AsyncClient):
    description = (await client.get("/api/v1/openapi.json")).json()
    fields = description["components"]["schemas"]["HitBody"]["properties"]
    assert set(fields) == set(HitBody.model_fields)
    assert all(field["examples"] for field in fields.values())


async def test_the_query_language_is_described(client: AsyncClient):
    description = (await client.get("/api/v1/openapi.json")).json()
    (query,) = [item for item in description["paths"]["/api/v1/search"]["get"]["parameters"] if item["name"] == "q"]
    for part in ("kind:", "in:", "docset:", "new:", "deprecated:", "-words", "phrases"):
        assert part in query["description"]


async def test_the_description_names_no_page_for_people_and_no_other_server(client: AsyncClient):
    description = (await client.get("/api/v1/openapi.json")).json()
    assert set(description["paths"]) == {
        "/api/v1/search",
        "/api/v1/entries/{entry_id}",
        "/api/v1/docsets",
        "/healthz",
        "/readyz",
    }
    assert "cdn" not in json.dumps(description).lower()
