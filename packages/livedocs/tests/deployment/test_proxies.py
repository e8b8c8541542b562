"""Real nginx and Caddy with the files of deploy/, in front of a real livedocs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from own_servers import free_port
from proxies import proxy

from .conftest import ROOT, environment_of, until_answered

LIVEDOCS = str(Path(sys.executable).with_name("livedocs"))


@contextmanager
def running(command: list[str], folder: Path, url: str, **variables: str) -> Iterator[None]:
    process = subprocess.Popen(command, env=environment_of(variables, folder), cwd=folder, stderr=subprocess.DEVNULL)
    with process:
        until_answered(process, url)
        yield
        process.terminate()


@pytest.fixture(scope="module")
def livedocs(small_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server that any proxy may stand in front of."""
    port = free_port()
    variables = {"LIVEDOCS_LIBRARY_PATH": str(small_library), "LIVEDOCS_PORT": str(port)}
    folder = tmp_path_factory.mktemp("livedocs")
    with running([LIVEDOCS, "serve"], folder, f"http://127.0.0.1:{port}/readyz", **variables):
        yield port


@pytest.fixture(scope="module")
def nginx(livedocs: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    shipped = (ROOT / "deploy" / "nginx.conf").read_text()
    site = (
        shipped.replace("server 127.0.0.1:8000;", f"server 127.0.0.1:{livedocs};")
        .replace("listen 80;", f"listen 127.0.0.1:{port};")
        .replace("    listen [::]:80;\n", "")
        .replace("/var/cache/nginx/livedocs", str(folder / "cache"))
    )
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "site.conf").write_text(site)
    # Its workers must be able to write where only who runs the tests may.
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}pid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}include {folder}/site.conf;\n}}\n"
    )
    command = [str(proxy("nginx")), "-p", str(folder), "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    with (
        running([*command, "-g", "daemon off;"], folder, f"http://127.0.0.1:{port}/"),
        httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        yield client


@pytest.fixture(scope="module")
def caddy(livedocs: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    folder, port = tmp_path_factory.mktemp("caddy"), free_port()
    shipped = (ROOT / "deploy" / "Caddyfile").read_text()
    site = shipped.replace(":80 {", f"http://127.0.0.1:{port} {{").replace(":8000", f":{livedocs}")
    (folder / "Caddyfile").write_text(f"{{\n\tadmin off\n\tauto_https off\n}}\n{site}")
    options = ["--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    command = str(proxy("caddy"))
    environment = environment_of({}, folder)
    subprocess.run([command, "validate", *options], check=True, capture_output=True, env=environment)
    with (
        running([command, "run", *options], folder, f"http://127.0.0.1:{port}/"),
        httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        yield client


@pytest.fixture(params=["nginx", "caddy"])
def client(request: pytest.FixtureRequest) -> httpx2.Client:
    return request.getfixturevalue(request.param)


def test_pages_are_compressed_and_not_sent_to_who_has_them(client: httpx2.Client):
    page = client.get("/search?q=kettle", headers={"Accept-Encoding": "gzip"})
    assert page.headers["content-encoding"] == "gzip"
    assert "kettle" in page.text
    again = client.get("/search?q=kettle", headers={"Accept-Encoding": "gzip", "If-None-Match": page.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_a_fragment_and_a_whole_page_are_kept_apart(client: httpx2.Client):
    for _ in range(2):
        whole = client.get("/search?q=tea")
        part = client.get("/search?q=tea", headers={"HX-Request-Type": "partial"})
        assert "<html" in whole.text
        assert "<html" not in part.text


def test_what_never_changes_is_kept_for_a_year(client: httpx2.Client):
    page = client.get("/").text
    style = page[page.index("/static/") :].partition('"')[0]
    assert "immutable" in client.get(style).headers["cache-control"]


def test_what_a_build_tells_is_neither_compressed_nor_kept(client: httpx2.Client):
    for _ in range(2):
        with client.stream("GET", "/build", headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert "content-encoding" not in answer.headers
            assert "x-cache-status" not in answer.headers
            assert any(line == "event: ready" for line in answer.iter_lines())


def test_health_is_shown_to_who_asks_from_this_machine(client: httpx2.Client):
    assert client.get("/readyz").status_code == 200


def test_nginx_answers_at_once_with_what_it_has_and_asks_for_it_anew_beside_that(nginx: httpx2.Client):
    path = "/search?q=water"
    assert nginx.get(path).headers["x-cache-status"] == "MISS"
    seen: set[str] = set()
    # What is a second old is sent once more while it is asked for anew, and then it is fresh again.
    while not {"HIT", "STALE"} <= seen:
        answer = nginx.get(path)
        assert answer.status_code == 200
        seen.add(answer.headers["x-cache-status"])
    assert seen <= {"HIT", "STALE", "UPDATING", "REVALIDATED"}
    assert "x-cache-status" not in nginx.get("/readyz").headers
