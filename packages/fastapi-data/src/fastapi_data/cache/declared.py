"""Which headers, cookies and query parameters a route and its dependencies declare, under the names FastAPI reads."""

from __future__ import annotations

from collections.abc import Iterator

import fastapi
from fastapi.dependencies.models import Dependant
from fastapi.security import APIKeyCookie, APIKeyHeader, APIKeyQuery
from pydantic import AliasChoices, AliasPath, BaseModel, RootModel

from fastapi_data.errors import CacheUsageError

TESTED_FASTAPI = "0.163"
"""With which FastAPI, by its first two numbers, the tests of what routes declare have passed."""

# FastAPI's own functions, though private: OpenAPI leaves out aliases and what is not shown, and a second opinion of
# what FastAPI reads would have one client's answer sent to another wherever the two differ.
try:
    from fastapi._compat import (
        ModelField,
        get_cached_model_fields,  # pyright: ignore[reportPrivateUsage]
    )
    from fastapi.dependencies.utils import (
        _get_param_aliases,  # pyright: ignore[reportPrivateUsage]
        _get_param_model,  # pyright: ignore[reportPrivateUsage]
    )
except ImportError as error:
    raise ImportError(
        f"The response cache cannot tell what routes read under FastAPI {fastapi.__version__} ({error}). It was tested "
        f"with {TESTED_FASTAPI}: install fastapi=={TESTED_FASTAPI}.*, or a newer fastapi-data."
    ) from error


def declared_headers(dependant: Dependant) -> set[str]:
    """Lower-case names of the headers that a route and its dependencies ask for.

    Raises:
        CacheUsageError: they may read headers that cannot be told beforehand.
    """
    fields = (field for each in _with_dependencies(dependant) for field in each.header_params)
    names = {name for field in fields for name in _names(field, is_header=True)}
    return {name.lower() for name in names | _api_keys(dependant, APIKeyHeader)}


def declared_cookies(dependant: Dependant) -> set[str]:
    """Names of the cookies that a route and its dependencies ask for.

    Raises:
        CacheUsageError: they may read cookies that cannot be told beforehand.
    """
    fields = (field for each in _with_dependencies(dependant) for field in each.cookie_params)
    return {name for field in fields for name in _names(field)} | _api_keys(dependant, APIKeyCookie)


def declared_query(dependant: Dependant) -> set[str]:
    """Names of the query parameters that a route and its dependencies ask for.

    Raises:
        CacheUsageError: they may read parameters that cannot be told beforehand.
    """
    fields = (field for each in _with_dependencies(dependant) for field in each.query_params)
    return {name for field in fields for name in _names(field)} | _api_keys(dependant, APIKeyQuery)


def _with_dependencies(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for dependency in dependant.dependencies:
        yield from _with_dependencies(dependency)


def _api_keys(dependant: Dependant, scheme: type[APIKeyHeader | APIKeyCookie | APIKeyQuery]) -> set[str]:
    calls = (each.call for each in _with_dependencies(dependant))
    return {call.model.name for call in calls if isinstance(call, scheme)}


def _names(parameter: ModelField, *, is_header: bool = False) -> Iterator[str]:
    model = _get_param_model(parameter)
    if model is None:
        yield from _names_of_one(parameter, convert_underscores=False)
        return
    if _sees_everything(model):
        raise CacheUsageError(
            f"{model.__qualname__} can read every header, cookie or parameter of a request, so that no key could tell "
            "its answers apart. Declare those that count as fields, without extra='allow', a root model or a validator "
            "that runs before the fields are read; or mark the route with never_cache."
        )
    # One parameter stands for several.
    by_default = getattr(parameter.field_info, "convert_underscores", True)
    for field in get_cached_model_fields(model):
        converts = is_header and getattr(field.field_info, "convert_underscores", by_default)
        yield from _names_of_one(field, convert_underscores=converts)


def _names_of_one(field: ModelField, *, convert_underscores: bool) -> Iterator[str]:
    alias = field.field_info.validation_alias
    choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
    if any(isinstance(choice, AliasPath) for choice in choices):
        raise CacheUsageError(
            f"{field.name} is read by an AliasPath, of which no name can be told that counts. Give it a "
            "plain alias, or mark the route with never_cache."
        )
    for _, name in _get_param_aliases(field, convert_underscores=convert_underscores):
        yield name


def _sees_everything(model: type[BaseModel]) -> bool:
    # FastAPI hands a model all that was sent, and leaves it to the model what it does with the rest.
    validators = model.__pydantic_decorators__.model_validators.values()
    return (
        issubclass(model, RootModel)
        or model.model_config.get("extra") == "allow"
        or any(validator.info.mode != "after" for validator in validators)
    )
