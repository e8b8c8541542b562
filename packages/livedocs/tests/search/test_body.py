"""What a result says to programs."""

import json

from livedocs.search.body import body
from livedocs.search.engine import Engine
from livedocs.search.models import Filters, Hit

HIT = Hit(
    7, "python", "3.11", "function", "open", "open(file)", "Open it.", "library/functions.html", "open", "A\nB", None
)


def test_a_hit_knows_where_it_is() -> None:
    assert HIT.target == "library/functions.html#open"
    assert HIT.url == "/docs/python/3.11/library/functions.html#open"
    assert HIT.breadcrumb == ("A", "B")
    assert HIT.original_url is None
    on_the_web = HIT._replace(docset_url="https://docs.example/", anchor="", places="")
    assert on_the_web.original_url == "https://docs.example/library/functions.html"
    assert on_the_web.breadcrumb == ()


def test_no_filter_is_no_limit_and_any_is_one() -> None:
    assert not Filters()
    assert Filters(kind="class")
    assert Filters(deprecated=False)


def test_a_result_is_json_with_addresses_and_reasons(engine: Engine) -> None:
    said = json.loads(json.dumps(body(engine.search("asynico.gather", limit=1, explain=True))))
    (hit,) = said.pop("hits")
    assert said == {"query": "asynico.gather", "corrected": "asyncio.gather"}
    assert hit["target"] == "library/asyncio-task.html#asyncio.gather"
    assert hit["url"] == f"/docs/python/3.11/{hit['target']}"
    assert hit["original_url"] == f"https://docs.python.org/3.11/{hit['target']}"
    assert hit["deprecated"] is False
    assert hit["breadcrumb"][0] == "Coroutines and Tasks"
    assert hit["why"][0].startswith("found by its name")


def test_what_is_deprecated_says_so_and_reasons_are_there_only_when_they_were_asked_for(engine: Engine) -> None:
    hit = body(engine.search("deprecated:yes asyncore", limit=1))["hits"][0]
    assert (hit["name"], hit["deprecated"], hit["why"]) == ("asyncore", True, [])
