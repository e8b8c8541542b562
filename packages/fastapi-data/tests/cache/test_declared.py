"""What FastAPI reads of a request is what the key holds, in whatever form it is declared."""

from __future__ import annotations

import runpy
from typing import Annotated, Any

import fastapi
import pytest
from fastapi import Cookie, Depends, FastAPI, Header, Query
from fastapi.security import APIKeyCookie, APIKeyHeader, APIKeyQuery
from pydantic import AliasChoices, AliasPath, BaseModel, ConfigDict, Field, RootModel, model_validator
from starlette.testclient import TestClient

from fastapi_data import CacheUsageError, ResponseCache, cache_response
from fastapi_data.cache import declared
from fastapi_data.cache.declared import TESTED_FASTAPI, declared_cookies, declared_headers, declared_query

DECLARED = {"header": declared_headers, "cookie": declared_cookies, "query": declared_query}
NAMES = ["x-user", "x_user", "X-Account", "account", "value"]


class Plain(BaseModel):
    x_user: str | None = None


class Aliased(BaseModel):
    value: str | None = Field(None, alias="x-user")


class ValidationAliased(BaseModel):
    value: str | None = Field(None, validation_alias="x-user")


class Chosen(BaseModel):
    value: str | None = Field(None, validation_alias=AliasChoices("x_user", "X-Account"))


class ByName(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    x_user: str | None = Field(None, alias="account")


class OnlyByName(BaseModel):
    model_config = ConfigDict(validate_by_alias=False, validate_by_name=True)
    x_user: str | None = Field(None, alias="account")


class Generated(BaseModel):
    model_config = ConfigDict(alias_generator=lambda name: name.replace("_", "-").title())
    x_account: str | None = None


class FieldDecides(BaseModel):
    x_user: Annotated[str | None, Header(convert_underscores=False)] = None


MODELS = [Plain, Aliased, ValidationAliased, Chosen, ByName, OnlyByName, Generated, FieldDecides]
FORMS = {
    **{
        f"{model.__name__} {kind.__name__}": Annotated[model, kind()]
        for model in MODELS
        for kind in (Header, Cookie, Query)
    },
    **{f"{model.__name__} or None": Annotated[model | None, Header()] for model in MODELS},
    **{f"{model.__name__} unconverted": Annotated[model, Header(convert_underscores=False)] for model in MODELS},
    **{
        f"{kind.__name__} {names}": Annotated[str | None, kind(**names)]
        for kind in (Header, Cookie, Query)
        for names in (
            {},
            {"alias": "X-Account"},
            {"validation_alias": "x-user"},
            {"alias": "account", "validation_alias": "x_user"},
            {"validation_alias": AliasChoices("x-user", "X-Account")},
        )
    },
    "unconverted": Annotated[str | None, Header(convert_underscores=False)],
    "several": Annotated[list[str] | None, Header(alias="x-user")],
    "either model": Annotated[Plain | Aliased | None, Header(alias="x-user")],
}


def application(form: Any) -> FastAPI:
    app = FastAPI()
    ResponseCache(cookies=[], query=[]).install(app)

    async def route(x_user=None) -> str:
        return repr(x_user)

    # Written out, they would be looked up by name in this module.
    route.__annotations__ = {"x_user": form, "return": str}
    app.get("/uncached")(route)
    app.get("/cached")(cache_response(route))
    return app


def answers(client: TestClient, path: str, place: str, name: str) -> list[str]:
    def sent(value: str) -> dict[str, dict[str, str]]:
        if place == "query":
            return {"params": {name: value, "utm_source": value}}
        return {"headers": {"Cookie": f"{name}={value}"} if place == "cookie" else {name: value}}

    return [client.get(path, **sent(value)).text for value in ("alice", "bob", "alice")]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_key_holds_what_fastapi_reads_and_nothing_else(form):
    app = application(form)
    place = form.__metadata__[0].in_.value
    with TestClient(app) as client:
        read = set()
        for name in NAMES:
            uncached = answers(client, "/uncached", place, name)
            assert answers(client, "/cached", place, name) == uncached
            if len(set(uncached)) > 1:
                read.add(name.lower() if place == "header" else name)
    dependant = next(route for route in app.routes if getattr(route, "path", None) == "/cached").dependant
    assert DECLARED[place](dependant) == read != set()


def test_what_a_dependency_and_an_api_key_read_is_held_too():
    def user(x_user: Annotated[str | None, Header(validation_alias="X-Account")] = None) -> None: ...

    app = FastAPI()
    keys = [APIKeyHeader(name="X-Key"), APIKeyCookie(name="key"), APIKeyQuery(name="api_key")]
    app.get("/", dependencies=[Depends(user), *map(Depends, keys)])(lambda: 1)
    dependant = app.routes[-1].dependant
    assert declared_headers(dependant) == {"x-account", "x-key"}
    assert (declared_cookies(dependant), declared_query(dependant)) == ({"key"}, {"api_key"})


def test_a_fastapi_that_reads_otherwise_is_named_beside_the_one_that_was_tested(monkeypatch):
    assert fastapi.__version__.startswith(f"{TESTED_FASTAPI}.")
    monkeypatch.delattr(fastapi.dependencies.utils, "_get_param_model")
    with pytest.raises(ImportError, match=rf"{fastapi.__version__} .*_get_param_model.* fastapi=={TESTED_FASTAPI}\.\*"):
        runpy.run_path(declared.__file__)


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")


class Rooted(RootModel[dict[str, str]]): ...


class Validated(BaseModel):
    @model_validator(mode="before")
    @classmethod
    def look(cls, sent: Any) -> Any:
        return sent


class CheckedAfter(BaseModel):
    x_user: str = "nobody"

    @model_validator(mode="after")
    def check(self) -> CheckedAfter:
        return self


class Pathed(BaseModel):
    value: str | None = Field(None, validation_alias=AliasPath("x-user", 0))


@pytest.mark.parametrize("form", [Open, Open | None, Rooted, Validated, Pathed])
@pytest.mark.parametrize("kind", [Header, Cookie, Query])
def test_what_could_read_anything_stops_the_start(form, kind):
    app = application(Annotated[form, kind()])
    with pytest.raises(CacheUsageError, match="never_cache"), TestClient(app):
        pass


def test_a_choice_that_is_a_path_stops_the_start():
    choices = AliasChoices("x-user", AliasPath("account", 0))
    with (
        pytest.raises(CacheUsageError, match="AliasPath"),
        TestClient(application(Annotated[str | None, Header(validation_alias=choices)])),
    ):
        pass


def test_a_validator_that_runs_after_the_fields_are_read_sees_only_them():
    with TestClient(application(Annotated[CheckedAfter, Header()])) as client:
        assert answers(client, "/cached", "header", "x-user") == answers(client, "/uncached", "header", "x-user")
