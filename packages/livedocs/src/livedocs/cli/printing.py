"""What the commands print: for people on a terminal, plain lines in a pipe, JSON for programs."""

from __future__ import annotations

import json
import shlex
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from livedocs.command import as_called, command
from livedocs.search.advice import as_typed
from livedocs.search.body import body

if TYPE_CHECKING:
    from livedocs.library.models import Docset, StoredEntry
    from livedocs.search.models import Hit, SearchResult

_PIPE_WIDTH = 240
_SUMMARY_LINES = 2


def search_json(result: SearchResult) -> None:
    """Print the body that ``GET /api/v1/search`` answers, byte for byte."""
    sys.stdout.write(json.dumps(body(result), ensure_ascii=False, separators=(",", ":")) + "\n")


def search_result(result: SearchResult) -> None:
    """Print hits, best first."""
    console = _console()
    if result.corrected is not None:
        literal = f"{command()} search {shlex.quote(as_typed(result.query))}"
        console.print(
            Text.assemble("Showing results for ", (result.corrected, "bold"), f". As typed: {literal}"), soft_wrap=True
        )
    if not result.hits:
        console.print(Text(f"Nothing found for {result.query!r}."))
    for hit in result.hits:
        _print_hit(console, hit, result.terms)


def advice(lines: list[str]) -> None:
    """Print what to do about a search that found nothing."""
    for line in lines:
        _console().print(Text(line), soft_wrap=True)


def entry_json(found: StoredEntry) -> None:
    """Print the body that ``GET /api/v1/entries/{id}`` answers."""
    from livedocs.web.api.models import EntryBody

    sys.stdout.write(EntryBody.of(found).model_dump_json() + "\n")


def entry(found: StoredEntry) -> None:
    """Print an entry with all its text."""
    console = _console()
    docset = found.docset
    console.print(_headline(found.name, found.kind, f"{docset.name} {docset.version}"))
    if found.breadcrumb:
        console.print(Text(" > ".join(found.breadcrumb), "dim"), soft_wrap=True)
    for signature in found.signatures:
        console.print(Text(signature, "cyan"), soft_wrap=True)
    console.print()
    console.print(Text(found.text.strip()), soft_wrap=not console.is_terminal)
    console.print()
    console.print(Text(found.original_url or f"{docset.name} {docset.version}: {found.target}", "blue"), soft_wrap=True)
    rights = " · ".join(part for part in (docset.title, docset.copyright, docset.licence) if part)
    console.print(Text(rights, "dim"), soft_wrap=True)


def docsets_json(held: list[Docset]) -> None:
    """Print the body that ``GET /api/v1/docsets`` answers."""
    from livedocs.web.api.models import DocsetBody, DocsetsAnswer

    answer = DocsetsAnswer(docsets=[DocsetBody.model_validate(docset) for docset in held])
    sys.stdout.write(answer.model_dump_json() + "\n")


def docsets(held: list[Docset]) -> None:
    """Print a table of docsets."""
    table = Table("docset", "title", "pages", "entries", "objects found", "from", box=None, header_style="bold")
    for column in table.columns[2:5]:
        column.justify = "right"
    for docset in held:
        found = docset.object_count - docset.missing_count
        share = f"{found / docset.object_count:.2%}" if docset.object_count else "-"
        cells = f"{docset.name}@{docset.version}", docset.title, f"{docset.page_count:,}", f"{docset.entry_count:,}"
        table.add_row(*(Text(cell) for cell in (*cells, share, docset.origin)))
    empty = as_called("The library is empty. Build something with 'livedocs build python'.")
    _console().print(table if held else Text(empty))


def _print_hit(console: Console, hit: Hit, terms: tuple[str, ...]) -> None:
    headline = _headline(hit.name, hit.kind, f"{hit.docset} {hit.version}")
    if hit.deprecated:
        headline.append(" deprecated", "yellow")
    headline.highlight_words(terms, "bold underline", case_sensitive=False)
    console.print(headline, soft_wrap=True)
    if hit.signature:
        _print_indented(console, Text(hit.signature, "cyan"))
    if hit.summary:
        _print_indented(console, Text(_shortened(hit.summary, console)))
    if hit.why:
        _print_indented(console, Text("; ".join(hit.why), "dim"))
    console.print(Text(f"  {hit.original_url or f'{hit.docset} {hit.version}: {hit.target}'}", "blue"), soft_wrap=True)


def _print_indented(console: Console, text: Text) -> None:
    if console.is_terminal:
        console.print(Padding(text, (0, 0, 0, 2)))
    else:
        console.print(Text("  ").append(text), soft_wrap=True)


def _headline(name: str, kind: str, docset: str) -> Text:
    return Text.assemble((name, "bold"), "  ", (kind, "green"), "  ", (docset, "dim"))


def _shortened(text: str, console: Console) -> str:
    chars = (console.width - 2) * _SUMMARY_LINES
    return f"{text[: chars - 1].rstrip()}…" if console.is_terminal and len(text) > chars else text


def _console() -> Console:
    # Lines that go into a pipe are for other programs: no terminal's width limits them.
    return Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=_PIPE_WIDTH)
