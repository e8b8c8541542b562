"""compose.yaml: its services' commands, environments and health checks, run against servers of the test's own."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from own_servers import PostgresServer, RedisServer, free_port, new_postgres, postgres_program, redis_program

from livedocs.sources.documentation import Documentation

from .conftest import ROOT, environment_of, until_ready

SECRETS = {name: f"{name.lower().replace('_', '')}0a1b2c3d4e5f6a7b" for name in ("POSTGRES_PASSWORD", "REDIS_PASSWORD")}
SECRETS |= {"METRICS_TOKEN": "0a1b2c3d4e5f6a7b8c9d0e1f"}
REFERENCE = re.compile(r"\$\{([A-Z_]+):(?:\?|-([^}]*))[^}]*\}")


def interpolated(value: Any) -> Any:
    """What compose makes of a value: in place of references secrets, and what is said for when nothing is given."""
    if isinstance(value, str):
        return REFERENCE.sub(lambda found: found[2] or SECRETS[found[1]], value)
    if isinstance(value, dict):
        return {name: interpolated(each) for name, each in value.items()}
    return [interpolated(each) for each in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return interpolated(yaml.safe_load((ROOT / "compose.yaml").read_text()))["services"]


@pytest.fixture(scope="module")
def postgres(services: dict[str, Any]) -> Iterator[PostgresServer]:
    """A server as its service makes it: a user and a database, reached with the password."""
    given = services["postgres"]["environment"]
    with new_postgres() as server:
        server.initialise()
        server.start()
        user, database, password = (given[f"POSTGRES_{part}"] for part in ("USER", "DB", "PASSWORD"))
        for statement in (
            f"CREATE ROLE {user} LOGIN PASSWORD '{password}'",
            f"CREATE DATABASE {database} OWNER {user}",
        ):
            server.run(postgres_program("psql"), server.url, "--command", statement)
        yield server


@pytest.fixture(scope="module")
def redis(services: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    program, *options = services["redis"]["command"]
    assert program == "redis-server"
    server = RedisServer(tmp_path_factory.mktemp("redis"), *options)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def environment(
    postgres: PostgresServer, redis: RedisServer, tmp_path: Path
) -> Callable[[dict[str, Any]], dict[str, str]]:
    """Makes the environment of a service: what compose gives it, with the servers in the place where they are here."""

    def make(service: dict[str, Any]) -> dict[str, str]:
        places = {"@postgres:5432/": f"@127.0.0.1:{postgres.port}/", "@redis:6379/": f"@127.0.0.1:{redis.port}/"}
        variables = dict(service["environment"])
        for name, value in variables.items():
            for there, here in places.items():
                variables[name] = variables[name].replace(there, here)
            assert variables[name] != value or name not in {"LIVEDOCS_DATABASE_URL", "LIVEDOCS_REDIS_URL"}
        image = {
            "LIVEDOCS_LIBRARY_PATH": str(tmp_path / "library.sqlite"),
            "LIVEDOCS_CACHE_FOLDER": str(tmp_path / "cache"),
        }
        return environment_of(image | variables, tmp_path)

    return make


def run_check(service: dict[str, Any], program: str, environment: dict[str, str]) -> int:
    kind, _, *arguments = service["healthcheck"]["test"]
    assert kind == "CMD"
    return subprocess.run([program, *arguments], env=environment, check=False, capture_output=True).returncode


def test_each_service_starts_after_what_it_needs(services: dict[str, Any]):
    needs = {
        name: {other: needed["condition"] for other, needed in service.get("depends_on", {}).items()}
        for name, service in services.items()
    }
    assert needs == {
        "postgres": {},
        "redis": {},
        "migrate": {"postgres": "service_healthy"},
        "build": {"migrate": "service_completed_successfully"},
        "web": {"migrate": "service_completed_successfully", "redis": "service_healthy"},
    }
    for healthy in ("postgres", "redis", "web"):
        assert services[healthy]["healthcheck"]
    for ours in ("migrate", "build", "web"):
        assert services[ours]["read_only"]
        assert services[ours]["cap_drop"] == ["ALL"]


def test_servers_are_well_when_their_checks_say_so(
    services: dict[str, Any], postgres: PostgresServer, redis: RedisServer, tmp_path: Path
):
    program = services["postgres"]["healthcheck"]["test"][1]
    there = environment_of({"PGPORT": str(postgres.port)}, tmp_path)
    assert run_check(services["postgres"], postgres_program(program), there) == 0
    assert run_check(services["postgres"], postgres_program(program), there | {"PGPORT": str(free_port())}) != 0
    assert services["redis"]["healthcheck"]["test"][1] == "redis-cli"
    there = environment_of(services["redis"]["environment"], tmp_path)
    assert run_check(services["redis"], redis_program("redis-cli"), there | {"REDISCLI_PORT": str(redis.port)}) == 0


def test_the_library_is_migrated_built_and_served_by_several_processes(
    services: dict[str, Any],
    environment: Callable[[dict[str, Any]], dict[str, str]],
    small_documentation: Documentation,
    tmp_path: Path,
    start: Callable[..., subprocess.Popen[str]],
):
    livedocs = str(Path(sys.executable).with_name("livedocs"))
    migrate, build, web = (services[name] for name in ("migrate", "build", "web"))
    assert [each["command"][0] for each in (migrate, build, web)] == ["livedocs"] * 3
    subprocess.run([livedocs, *migrate["command"][1:]], env=environment(migrate), cwd=tmp_path, check=True)
    assert build["command"][1:] == ["build", "python"]
    command = [livedocs, "build", str(small_documentation.root)]
    subprocess.run(command, env=environment(build), cwd=tmp_path, check=True)
    port = free_port()
    there = environment(web) | {"LIVEDOCS_PORT": str(port)}
    process = start([livedocs, *web["command"][1:]], there, tmp_path)
    url = f"http://127.0.0.1:{port}"
    until_ready(process)
    assert httpx2.get(f"{url}/readyz").json()["status"] == "ready"
    assert "kettle.boil" in httpx2.get(f"{url}/search?q=boil").text
    check = [part.replace(":8000", f":{port}") for part in web["healthcheck"]["test"][2:]]
    assert subprocess.run([sys.executable, *check], env=there, check=False).returncode == 0
    assert not (tmp_path / "library.sqlite").exists()
    process.terminate()
    # Once it has ended what ran, it lets the signal have its way.
    assert process.wait() in {0, -signal.SIGTERM}


def test_production_is_refused_without_the_secrets(
    services: dict[str, Any], environment: Callable[[dict[str, Any]], dict[str, str]], tmp_path: Path
):
    there = environment(services["web"])
    there["LIVEDOCS_DATABASE_URL"] = re.sub(r":[^:@]+@", "@", there["LIVEDOCS_DATABASE_URL"])
    livedocs = str(Path(sys.executable).with_name("livedocs"))
    refused = subprocess.run([livedocs, "serve"], env=there, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert refused.returncode != 0
    assert "LIVEDOCS_DATABASE_URL" in refused.stderr
