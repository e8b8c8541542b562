"""``python -m fastapi_data.migrations``: Alembic's commands on the database of the environment."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from fastapi_data.errors import FastAPIDataError
from fastapi_data.migrations.commands import check, create_folder, current, downgrade, revision, upgrade
from fastapi_data.postgres_options import parse_url
from fastapi_data.settings import DatabaseSettings


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: of the command line; the process's own unless given.

    Returns:
        The exit code: 0, or 1 if the command was refused.
    """
    # What the migrations import is the application in the current folder.
    sys.path.insert(0, str(Path.cwd()))
    options = _parser().parse_args(arguments)
    try:
        print(asyncio.run(_run(options)))  # noqa: T201 - a command line prints
    except FastAPIDataError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command line prints
        return 1
    return 0


async def _run(options: argparse.Namespace) -> str:
    if options.command == "init":
        create_folder(options.folder, options.base)
        return f"Next: python -m fastapi_data.migrations --folder {options.folder} revision 'First tables'"
    target = _database(options.url), options.folder
    match options.command:
        case "upgrade":
            await upgrade(*target, options.to)
        case "downgrade":
            await downgrade(*target, options.to)
        case "revision":
            path = await revision(*target, options.message, autogenerate=not options.empty)
            return f"Wrote {path}. Read it before you use it."
        case "check":
            await check(*target)
            return "The database is as the models say."
        case _:
            pass
    return f"The database is at {', '.join(await current(*target)) or 'base'}."


def _database(url: str | None) -> DatabaseSettings | str:
    if url is None:
        return DatabaseSettings()
    if parse_url(url).get_backend_name() == "sqlite":
        return url
    # How to reach a server is said by other variables, with TLS for example; where it is, by the address alone.
    elsewhere = dict.fromkeys(("host", "port", "user", "password", "name", "replicas"))
    return DatabaseSettings(url=url, **elsewhere)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fastapi_data.migrations", description="Migrate a database.")
    parser.add_argument("--url", help="of the database, instead of DATABASE_URL or its parts")
    parser.add_argument("--folder", type=Path, default=Path("migrations"), help="of the migrations (%(default)s)")
    commands = parser.add_subparsers(dest="command", required=True)
    init = commands.add_parser("init", help="begin a folder of migrations")
    init.add_argument("base", help="the declarative base, e.g. application.models:Base")
    to = commands.add_parser("upgrade", help="bring the database to a newer revision")
    to.add_argument("to", nargs="?", default="head", help="revision, +1 or head (%(default)s)")
    back = commands.add_parser("downgrade", help="take the database back to an older revision")
    back.add_argument("to", help="revision, -1 or base")
    new = commands.add_parser("revision", help="write a migration from what the models have and the database has not")
    new.add_argument("message", help="what it does, in a few words")
    new.add_argument("--empty", action="store_true", help="write an empty one, to fill by hand")
    commands.add_parser("check", help="compare the database with the migrations and the models")
    commands.add_parser("current", help="show the revision the database has")
    return parser


if __name__ == "__main__":
    sys.exit(main())
