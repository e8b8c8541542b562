"""Reading a whole documentation: every page parsed, brought together, ready to be written."""

from __future__ import annotations

import hashlib
import mimetypes
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from livedocs.errors import SourceError
from livedocs.library.assemble import AssembledEntry, assemble, vocabulary
from livedocs.library.index.fields import DocsetFields
from livedocs.library.index.impacts import DocsetPostings, weigh
from livedocs.library.keys import docset_slug
from livedocs.library.models import Asset, Docset
from livedocs.library.parallel import PackedPage, parsing
from livedocs.parsing.contexts import contexts
from livedocs.parsing.coverage import CoverageReport, coverage
from livedocs.parsing.general_index import parse_general_index
from livedocs.parsing.generated import is_generated
from livedocs.sources.inventory import Inventory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from livedocs.parsing.models import IndexTerm, ParsedPage
    from livedocs.sources.documentation import Documentation, ReportProgress

_MAX_ASSET_BYTES = 8 * 1024 * 1024
_UNSTATED = "not stated by the documentation"
_CONTENT_FORMAT = b"livedocs content 2"


@dataclass(frozen=True, slots=True)
class DocsetContent:
    """Everything a docset is made of.

    Attributes:
        docset: its row.
        pages: in the order of their paths.
        entries: in the order of pages and text, see `livedocs.library.assemble`.
        dictionary: what the texts of its pages are compressed with.
        vocabulary: words that spelling is corrected to.
        postings: its part of the index.
        assets: files its pages show.
        coverage: objects in the inventory, entries found, what is missing.
    """

    docset: Docset
    pages: Sequence[PackedPage]
    entries: Sequence[AssembledEntry]
    dictionary: bytes
    vocabulary: Counter[str]
    postings: DocsetPostings
    assets: Sequence[Asset]
    coverage: CoverageReport


def read_documentation(
    documentation: Documentation, *, name: str | None, version: str | None, report: ReportProgress
) -> DocsetContent:
    """Parse a whole documentation into what is written to a library.

    Raises:
        SourceError: the folder holds no documentation, or a page cannot be read.
    """
    inventory = Inventory.load(documentation.inventory_path)
    root = documentation.root
    paths = sorted(path.relative_to(root).as_posix() for path in _html_files(root))
    written = [path for path in paths if not is_generated(path)]
    if not written:
        raise SourceError(f"{root} holds no HTML pages. Build the documentation with Sphinx's html builder first.")
    title = documentation.project or inventory.project
    docset_name = docset_slug(name or title)
    docset_version = docset_slug(version or documentation.version or inventory.version or "latest")
    known = contexts(inventory, f"/docs/{docset_name}/{docset_version}/", written)
    packed: list[PackedPage] = []
    with parsing(root, known) as (dictionary, parsed):
        for page in parsed:
            packed.append(page)
            report("Parsing pages", len(packed), len(written))
    packed.sort(key=lambda item: item.page.path)
    pages = [item.page for item in packed]
    index = tuple(_index_terms(root, paths))
    entries = assemble(pages, (item.links for item in packed), index)
    assets = tuple(_assets(root, pages))
    covered = coverage(inventory, pages)
    fields = DocsetFields(title, entries, (item.words for item in packed))
    docset = replace(
        _describe(documentation, pages),
        name=docset_name,
        version=docset_version,
        title=title,
        content_hash=_content_hash(documentation, packed, index, assets),
        entry_count=len(entries),
        object_count=covered.wanted,
        missing_count=len(covered.missing),
    )
    return DocsetContent(
        docset=docset,
        pages=packed,
        entries=entries,
        dictionary=dictionary,
        vocabulary=vocabulary(entries, fields.word_counts()),
        postings=weigh(fields, len(entries)),
        assets=assets,
        coverage=covered,
    )


def _html_files(root: Path) -> Iterator[Path]:
    """Pages below a folder; what only links to somewhere outside of it is none of the documentation's."""
    inside = root.resolve()
    for path in root.rglob("*.html"):
        if _is_text(str(path.relative_to(root))) and path.is_file() and path.resolve().is_relative_to(inside):
            yield path


def _is_text(path: str) -> bool:
    """Whether a path can stand in an address: names that are no UTF-8 reach Python as lone surrogates."""
    return not any("\ud800" <= character <= "\udfff" for character in path)


def _index_terms(root: Path, paths: Iterable[str]) -> Iterator[IndexTerm]:
    """Lines of the general index: from its complete page, or from the one-letter pages when there is no such page."""
    pages = [path for path in paths if is_generated(path) and path.startswith("genindex")]
    for path in ["genindex-all.html"] if "genindex-all.html" in pages else pages:
        yield from parse_general_index((root / path).read_text("utf-8", "replace"), path)


def _assets(root: Path, pages: Iterable[ParsedPage]) -> Iterator[Asset]:
    inside = root.resolve()
    for path in sorted({image for page in pages for image in page.images if _is_text(image)}):
        file = (root / path).resolve()
        media_type = mimetypes.guess_type(path)[0] or ""
        if not (file.is_relative_to(inside) and file.is_file() and media_type.startswith("image/")):
            continue
        if file.stat().st_size <= _MAX_ASSET_BYTES:
            yield Asset(path, media_type, file.read_bytes())


def _describe(documentation: Documentation, pages: list[ParsedPage]) -> Docset:
    def most_common(values: Iterable[str]) -> str:
        counted = Counter(value for value in values if value)
        return counted.most_common(1)[0][0] if counted else ""

    paths = {page.path for page in pages}
    canonical = most_common(
        page.canonical_url.removesuffix(page.path) for page in pages if page.canonical_url.endswith("/" + page.path)
    )
    return Docset(
        name="",
        version="",
        title="",
        language=most_common(page.language for page in pages),
        origin=documentation.origin,
        original_url=documentation.original_url or canonical or None,
        licence=documentation.licence or most_common(page.licence for page in pages) or _UNSTATED,
        copyright=most_common(page.copyright for page in pages),
        home_page="index.html" if "index.html" in paths else min(paths),
        content_hash="",
        page_count=len(pages),
        entry_count=0,
        object_count=0,
        missing_count=0,
    )


def _content_hash(
    documentation: Documentation, packed: list[PackedPage], index: tuple[IndexTerm, ...], assets: tuple[Asset, ...]
) -> str:
    digest = hashlib.sha256(_CONTENT_FORMAT)
    digest.update(repr((documentation.original_url, documentation.licence, index)).encode())
    for page in packed:
        digest.update(page.digest)
    for asset in assets:
        digest.update(hashlib.sha256(asset.body).digest())
    return digest.hexdigest()
