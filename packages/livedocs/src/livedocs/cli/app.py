"""The commands. Each imports what it needs when it runs, so that a search does not wait for a web framework."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from livedocs.cli.exit_codes import MEANINGS, ExitCode
from livedocs.cli.query_command import QueryCommand

if TYPE_CHECKING:
    from livedocs.cli.first_build import FirstBuild
    from livedocs.settings import Settings

_EXIT_CODES = "Exit codes: " + "; ".join(f"{code.value} {meaning}" for code, meaning in MEANINGS.items()) + "."
_PLACES = (
    "The library is one file in your data folder; LIVEDOCS_LIBRARY_PATH names another. Settings are read from the "
    "environment and a file named .env; 'livedocs config' lists them."
)

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=f"{_PLACES}\n\n{_EXIT_CODES}",
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, as the API answers it.")]
Host = Annotated[str | None, typer.Option(help="Address to listen on.  [default: 127.0.0.1]", show_default=False)]
Port = Annotated[
    int | None,
    typer.Option(min=0, max=65535, help="TCP port; 0 takes any free one.  [default: 8000]", show_default=False),
]
Workers = Annotated[
    int | None, typer.Option(min=1, max=256, help="Processes that answer.  [default: 1]", show_default=False)
]


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - Typer calls it
    if wanted:
        from livedocs import __version__

        typer.echo(f"livedocs {__version__}")
        raise typer.Exit


@app.callback()
def livedocs(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Live search for documentation: offline, in the browser, in the terminal and over an API."""


@app.command()
def build(
    specs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SPEC]...",
            help="What to build: python, python@3.13, debian:PACKAGE, a folder of built HTML, or an archive of one.",
            show_default="python",
        ),
    ] = None,
    *,
    name: Annotated[str | None, typer.Option(help="Name of the docset instead of the project's own.")] = None,
    version: Annotated[str | None, typer.Option(help="Version of the docset instead of the stated one.")] = None,
    embed: Annotated[
        bool, typer.Option("--embed", help="Embed the entries as well: then questions are answered by meaning, too.")
    ] = False,
) -> None:
    """Build documentation into the library, in the place of the same docset if it is there.

    The library is replaced when the new one is complete, and not before. A running server takes it up by itself.
    """
    from livedocs.cli.building import build_all, embed_all, load_embedder

    wanted = specs or ["python"]
    if len(wanted) > 1 and (name is not None or version is not None):
        raise typer.BadParameter("--name and --version belong to one SPEC; build the others on their own.")
    settings = _settings()
    embedder = load_embedder(settings) if embed else None  # whatever is missing for it is said before the build
    build_all(wanted, settings, name=name, version=version)
    if embedder is not None:
        embed_all(settings, embedder)


@app.command("embed")
def embed_library() -> None:
    """Embed what the library holds, so that questions are answered by meaning, too. It takes minutes, once.

    Needs 'livedocs[semantic]' and the model; what is missing is said. What was done is kept, so an interrupted run goes
    on where it was.
    """
    from livedocs.cli.building import embed_all, load_embedder

    settings = _settings()
    embed_all(settings, load_embedder(settings))


@app.command()
def serve(host: Host = None, port: Port = None, workers: Workers = None) -> None:
    """Serve the library to browsers and programs until Ctrl-C; before there is one, show how far its build is."""
    _serve(_settings(host=host, port=port, workers=workers))


@app.command()
def up(host: Host = None, port: Port = None, workers: Workers = None) -> None:
    """Serve the library; if there is none that this version can read, build Python's documentation meanwhile.

    The server answers at once and shows how far the build is. If that fails, it goes on, so that another build can
    succeed, and ends with the exit code of the build.
    """
    from livedocs.cli.first_build import FirstBuild

    settings = _settings(host=host, port=port, workers=workers)
    first_build = FirstBuild(settings)
    _prepare(settings)
    try:
        _serve(settings, first_build)
    except KeyboardInterrupt:
        if first_build.exit_code:
            raise typer.Exit(first_build.exit_code) from None
        raise


@app.command(cls=QueryCommand)
def search(
    words: Annotated[
        list[str],
        typer.Argument(metavar="QUERY...", help="What is looked for: a name, an operator, an error, words of prose."),
    ],
    *,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=100, help="Hits wanted at most.")] = 20,
    docset: Annotated[str, typer.Option(metavar="NAME[@VERSION]", help="Only this docset.")] = "",
    kind: Annotated[str, typer.Option(help="Only this kind of entry: function, class, section, ...")] = "",
    explain: Annotated[bool, typer.Option("--explain", help="Say of each hit why it stands where it does.")] = False,
    as_json: Json = False,
) -> None:
    """Search the library.

    The query may hold filters (kind:class, in:asyncio, docset:python@3.11, new:3.11, deprecated:yes), "exact phrases"
    and -words that must not be there.
    """
    from livedocs.cli import answers, printing
    from livedocs.cli.reading import library_of
    from livedocs.library.keys import split_docset
    from livedocs.search.models import Filters

    settings, query = _settings(), " ".join(words)
    library = library_of(settings)
    name, version = split_docset(docset)
    filters = Filters(docset=name, version=version, kind=kind)
    result = answers.search(
        library,
        query,
        limit=limit,
        filters=filters,
        explain=explain,
        models_folder=settings.models_folder,
    )
    printing.search_json(result) if as_json else printing.search_result(result)
    if not result.hits:
        if not as_json:
            printing.advice(answers.limits(library, query, filters=filters))
        raise typer.Exit(ExitCode.NOTHING_FOUND)


@app.command(cls=QueryCommand)
def show(
    entry: Annotated[str, typer.Argument(metavar="NAME|ID", help="Name of an entry, or its id in a search's JSON.")],
    *,
    as_json: Json = False,
) -> None:
    """Show one entry with all its text."""
    from livedocs.cli import answers, printing
    from livedocs.cli.reading import library_of

    found = answers.show(library_of(_settings()), entry)
    printing.entry_json(found) if as_json else printing.entry(found)


@app.command()
def docsets(*, as_json: Json = False) -> None:
    """List what the library holds."""
    from livedocs.cli import answers, printing
    from livedocs.cli.reading import library_of

    held = answers.docsets(library_of(_settings()))
    printing.docsets_json(held) if as_json else printing.docsets(held)


@app.command()
def remove(
    docset: Annotated[str, typer.Argument(metavar="NAME@VERSION", help="As 'livedocs docsets' names it.")],
) -> None:
    """Take a docset out of the library."""
    from livedocs.cli.building import remove as remove_docset
    from livedocs.library.keys import split_docset

    name, version = split_docset(docset)
    if not (name and version):
        raise typer.BadParameter(f"{docset!r} does not say which version: write NAME@VERSION, as python@3.11.")
    remove_docset(name, version, _settings())
    typer.echo(f"{name} {version} is no longer in the library.")


@app.command()
def migrate() -> None:
    """Prepare the database of LIVEDOCS_DATABASE_URL for libraries, or bring it up to date.

    Does nothing where that was done. However many processes start it at once, one does it and the others wait.
    """
    from livedocs.cli.publishing import migrate_catalogue

    typer.echo(migrate_catalogue(_settings()))


@app.command()
def publish(
    library: Annotated[
        Path | None,
        typer.Argument(metavar="[SNAPSHOT]", help="A library's file.", show_default="the one of LIVEDOCS_LIBRARY_PATH"),
    ] = None,
    *,
    wait: Annotated[bool, typer.Option(help="Wait while another process publishes, or end with code 3.")] = True,
) -> None:
    """Put a library's file into the database in the place of what is published there; LIVEDOCS_DATABASE_URL names it.

    Readers see the last library until all of the new one is there. Running servers take it up by themselves.
    """
    from livedocs.cli.publishing import publish_file

    settings = _settings()
    publish_file(settings, library or settings.library_path, wait=wait)


@app.command()
def config(*, as_json: Json = False) -> None:
    """List the settings in effect, without secrets, and where each came from."""
    from livedocs.cli import configuration

    configuration.print_json(_settings()) if as_json else configuration.print_settings(_settings())


def _prepare(settings: Settings) -> None:
    """Make sure that a first build could put a library where settings say: else there is no reason to start."""
    if settings.database_url is not None:
        from livedocs.cli.publishing import migrate_catalogue

        if not settings.database_pgbouncer:  # through it nobody can migrate
            migrate_catalogue(settings)
        return
    from livedocs.errors import LibraryMissingError, LibraryVersionError
    from livedocs.library import snapshot

    try:
        snapshot.check(settings.library_path)
    except (LibraryMissingError, LibraryVersionError):
        snapshot.prepare(settings.library_path.resolve())


def _serve(settings: Settings, first_build: FirstBuild | None = None) -> None:
    # What is imported stays for good; looking through it for garbage again and again is a tenth of the start.
    gc.disable()
    from livedocs.cli.serving import serve as serve_library

    if code := serve_library(settings, first_build):
        raise typer.Exit(code)


def _settings(**given: str | int | None) -> Settings:
    from pydantic import ValidationError

    from livedocs.errors import SettingsError
    from livedocs.settings import Settings

    options: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(**options)
    except ValidationError as error:
        wrong = [_wrong_setting(item["loc"], item["msg"]) for item in error.errors(include_input=False)]
        # Without a cause: whatever was not valid may hold a password.
        raise SettingsError(f"A setting cannot be used. {'; '.join(wrong).removesuffix('.')}.") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"The file .env in this folder is not UTF-8 ({error}). Save it as UTF-8.") from error


def _wrong_setting(location: tuple[int | str, ...], message: str) -> str:
    said = message.removeprefix("Value error, ")
    if not location:
        return said  # about several settings, which it names
    name = str(location[0])
    return f"{name if name == 'ENV' else f'LIVEDOCS_{name.upper()}'}: {said}"
