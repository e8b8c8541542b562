"""How many home pages a second one worker sends from its cache, beside an application that only sends the same bytes.

``python -m benchmarks.home_page --library FILE [--redis URL] [--rounds N]``

Both are served by uvicorn, and asked in turns over connections that stay open.
What is compared is what each request costs its server's processor, so that what else the machine does changes little.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import uvicorn

from benchmarks.crowd_server import command_server, serving
from benchmarks.http_load import ask, body_of
from benchmarks.targets import print_machine, report
from livedocs.cli.serving import listen

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from benchmarks.crowd_server import Server

_REQUESTS = 4000
_SHARE = 0.8


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path)
    parser.add_argument("--redis", default="", help="LIVEDOCS_REDIS_URL of the server")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--bare", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.bare:
        serve_bare(arguments.bare.read_bytes())
        return 0
    print_machine()
    with ExitStack() as stack:
        settings = {
            "LIVEDOCS_LIBRARY_PATH": str(arguments.library),
            "LIVEDOCS_REDIS_URL": arguments.redis,
            "LIVEDOCS_LOG_REQUESTS": "false",
        }
        ours = stack.enter_context(serving(settings, 1))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "home").write_bytes(body_of(ours.port, "/"))
        command = [sys.executable, "-m", "benchmarks.home_page", "--bare", str(folder / "home")]
        bare = stack.enter_context(command_server(command, {}))
        costs = [(cost(ours), cost(bare)) for _ in range(arguments.rounds)]
    kept = costs[1:]  # the first round warms up
    for name, each in (("livedocs", [ours for ours, _ in kept]), ("bare", [bare for _, bare in kept])):
        print(f"  {name:9} {median(each) * 1e6:6.1f} microseconds of the processor for each request")
    share = median(bare / ours for ours, bare in kept)
    reached = report("of the bare application's requests for the same processor time", share, at_least=_SHARE)
    print_machine()
    return 0 if reached else 1


def cost(server: Server) -> float:
    """Processor seconds of one request."""
    before = server.processor_seconds()
    ask(server.port, ["/"] * _REQUESTS)
    return (server.processor_seconds() - before) / _REQUESTS


def serve_bare(body: bytes) -> None:
    """Serve the same bytes, whatever is asked for."""
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"%d" % len(body))]

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
