"""How many home pages a second one worker sends from its cache, beside an application that only sends the same bytes.

``python -m benchmarks.home_page --library FILE [--redis URL] [--rounds N]``

All are served by uvicorn, each in one process, and asked in turns over connections that stay open: livedocs, the bare
application, and the same application with the headers of livedocs, for uvicorn checks and writes each of them.
Compared is what each request costs its server's processor, so that what else the machine does changes little. Told is
also how many requests a second each answers when ``wrk`` (a package of Debian) keeps it busy, or without that a
generator in this process, which is slower than the servers.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import uvicorn

from benchmarks.crowd_server import command_server, serving
from benchmarks.http_load import CONNECTIONS, ask
from benchmarks.targets import print_machine, report
from livedocs.cli.serving import listen

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from benchmarks.crowd_server import Server

_REQUESTS = 4000
_SHARE = 0.8
_SECONDS = 2
_OF_THE_SERVER = ("date", "content-length", "content-type")


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path)
    parser.add_argument("--redis", default="", help="LIVEDOCS_REDIS_URL of the server")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--bare", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--headers", default="[]", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.bare:
        serve_bare(arguments.bare.read_bytes(), json.loads(arguments.headers))
        return 0
    print_machine()
    with ExitStack() as stack:
        settings = {
            "LIVEDOCS_LIBRARY_PATH": str(arguments.library),
            "LIVEDOCS_REDIS_URL": arguments.redis,
            "LIVEDOCS_LOG_REQUESTS": "false",
        }
        ours = stack.enter_context(serving(settings, 1))
        body, headers = home_of(ours)
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()), "home")
        home.write_bytes(body)
        command = [sys.executable, "-m", "benchmarks.home_page", "--bare", str(home)]
        bare = stack.enter_context(command_server(command, {}))
        dressed = stack.enter_context(command_server([*command, "--headers", json.dumps(headers)], {}))
        servers = {"livedocs": ours, "bare": bare, "bare, same headers": dressed}
        rounds = [
            {name: (cost(server), rate(server)) for name, server in servers.items()} for _ in range(arguments.rounds)
        ][1:]  # the first round warms up
    for name in servers:
        microseconds = median(each[name][0] for each in rounds) * 1e6
        requests = median(each[name][1] for each in rounds)
        print(f"  {name:18} {microseconds:6.1f} microseconds of the processor, {requests:7.0f} requests a second")
    for name in ("bare", "bare, same headers"):
        by_rate = median(each["livedocs"][1] / each[name][1] for each in rounds)
        by_cost = median(each[name][0] / each["livedocs"][0] for each in rounds)
        print(f"  of {name}: {by_rate:.2f} by requests a second, {by_cost:.2f} by processor time")
    share = median(each["bare"][0] / each["livedocs"][0] for each in rounds)
    reached = report("of the bare application's requests for the same processor time", share, at_least=_SHARE)
    print_machine()
    return 0 if reached else 1


def cost(server: Server) -> float:
    """Processor seconds of one request."""
    before = server.processor_seconds()
    ask(server.port, ["/"] * _REQUESTS)
    return (server.processor_seconds() - before) / _REQUESTS


def rate(server: Server) -> float:
    """Requests a second of a server that is kept busy."""
    wrk = shutil.which("wrk")
    if wrk is None:
        return ask(server.port, ["/"] * _REQUESTS).rate
    command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{_SECONDS}s", f"http://127.0.0.1:{server.port}/"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    if found is None or "Non-2xx" in told:
        raise SystemExit(f"wrk measured no answers:\n{told}")
    return float(found[1])


def home_of(server: Server) -> tuple[bytes, list[tuple[str, str]]]:
    """The home page as the cache sends it, and what its headers say besides what the bare application says."""
    connection = HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", "/")
    connection.getresponse().read()  # from now on it comes from the cache
    connection.request("GET", "/")
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return body, [(name, value) for name, value in answer.getheaders() if name.lower() not in _OF_THE_SERVER]


def serve_bare(body: bytes, more_headers: list[tuple[str, str]]) -> None:
    """Serve the same bytes, whatever is asked for."""
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    headers += [(name.encode("ascii"), value.encode("ascii")) for name, value in more_headers]

    async def bare(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    with listen("127.0.0.1", 0) as listener:
        print(f"the bare application is ready at http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        config = uvicorn.Config(bare, lifespan="off", log_level="warning", access_log=False, server_header=False)
        uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    raise SystemExit(main())
