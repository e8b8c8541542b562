"""Building: documentation in, a new snapshot in the place of the last one out."""

from __future__ import annotations

import hashlib
import mimetypes
import re
import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from livedocs.errors import (
    LibraryCorruptError,
    LibraryMissingError,
    LibraryVersionError,
    NotFoundError,
    SourceError,
)
from livedocs.library import snapshot
from livedocs.library.assemble import assemble, vocabulary
from livedocs.library.models import Asset, Docset
from livedocs.library.parallel import parse_pages
from livedocs.library.writer import DocsetContent, copy_docsets, new_snapshot, remove_docset, write_docset
from livedocs.parsing.contexts import contexts
from livedocs.parsing.coverage import CoverageReport, coverage
from livedocs.parsing.general_index import parse_general_index
from livedocs.parsing.generated import is_generated
from livedocs.sources.documentation import ignore_progress
from livedocs.sources.inventory import Inventory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from livedocs.library.parallel import PackedPage
    from livedocs.parsing.models import IndexTerm, ParsedPage
    from livedocs.sources.documentation import Documentation, ReportProgress

_MAX_ASSET_BYTES = 8 * 1024 * 1024
_UNSAFE_IN_NAME = re.compile(r"[^a-z0-9._+-]+")
_CONTENT_FORMAT = b"livedocs content 1"


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did.

    Attributes:
        docset: as it is now in the library.
        coverage: objects in the inventory, entries found, what is missing.
        seconds: from the unpacked folder to the new library.
        size_bytes: of the new library file.
        set_aside: where an unusable file went that stood in the library's place; None when there was none.
    """

    docset: Docset
    coverage: CoverageReport
    seconds: float
    size_bytes: int
    set_aside: Path | None = None


def build_docset(
    documentation: Documentation,
    library_path: Path,
    *,
    name: str | None = None,
    version: str | None = None,
    report: ReportProgress = ignore_progress,
) -> BuildReport:
    """Parse a documentation and put it into the library, in the place of the same docset if it was there.

    Args:
        documentation: the folder of pages and its inventory.
        library_path: the library; made when there is none, untouched until the new one is complete.
        name: of the docset; None: the project's name in lower case.
        version: of the docset; None: as the inventory says.
        report: told about pages parsed and rows written.

    Returns:
        What was done. A file in the library's place that is damaged or from another version is set aside, not lost.

    Raises:
        SourceError: the folder holds no documentation.
        LibraryError: the library is being built by another process, or its folder cannot be written to.
    """
    started = time.perf_counter()
    with snapshot.replacing(library_path) as new:
        last, unusable = _last(library_path)
        content, covered = read_documentation(documentation, name=name, version=version, report=report)
        report("Writing the library", 0, None)
        with new_snapshot(new) as connection:
            if last is not None:
                copy_docsets(connection, last)
                remove_docset(connection, content.docset.name, content.docset.version)
            write_docset(connection, content)
        set_aside = snapshot.set_aside(library_path) if unusable else None
    size_bytes = library_path.stat().st_size
    return BuildReport(content.docset, covered, time.perf_counter() - started, size_bytes, set_aside)


def remove(name: str, version: str, library_path: Path) -> None:
    """Take a docset out of the library.

    Raises:
        NotFoundError: it is not there; the library is untouched.
        LibraryError: the library is missing, cannot be read, or is being built.
    """
    snapshot.check(library_path)
    with snapshot.replacing(library_path) as new, new_snapshot(new) as connection:
        copy_docsets(connection, library_path)
        if not remove_docset(connection, name, version):
            raise NotFoundError(f"There is no docset {name} {version} in {library_path}. See 'livedocs docsets'.")


def read_documentation(
    documentation: Documentation, *, name: str | None, version: str | None, report: ReportProgress
) -> tuple[DocsetContent, CoverageReport]:
    """Parse a whole documentation into what is written to a library."""
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
    for page in parse_pages(root, known):
        packed.append(page)
        report("Parsing pages", len(packed), len(written))
    pages = [item.page for item in packed]
    index = tuple(_index_terms(root, paths))
    entries = assemble(pages, index)
    assets = tuple(_assets(root, pages))
    covered = coverage(inventory, pages)
    texts = Counter[str]()
    for item in packed:
        texts.update(item.words)
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
    return DocsetContent(docset, packed, entries, vocabulary(entries, texts), assets), covered


def docset_slug(text: str) -> str:
    """The form of a project's name or version that stands in addresses and filters.

    >>> docset_slug("Flask-SQLAlchemy 3.x"), docset_slug("Jinja2")
    ('flask-sqlalchemy-3.x', 'jinja2')
    """
    return _UNSAFE_IN_NAME.sub("-", text.lower()).strip("-.") or "docs"


def _last(library_path: Path) -> tuple[Path | None, bool]:
    """The library to take docsets over from, and whether something else stands in its place."""
    try:
        snapshot.check(library_path)
    except LibraryMissingError:
        return None, False
    except (LibraryCorruptError, LibraryVersionError):
        return None, True
    return library_path, False


def _html_files(root: Path) -> Iterator[Path]:
    """Pages below a folder; what only links to somewhere outside of it is none of the documentation's."""
    inside = root.resolve()
    for path in root.rglob("*.html"):
        folders = path.relative_to(root).parts[:-1]
        hidden = any(part.startswith(("_", ".")) for part in folders)
        if not hidden and path.is_file() and path.resolve().is_relative_to(inside):
            yield path


def _index_terms(root: Path, paths: Iterable[str]) -> Iterator[IndexTerm]:
    """Lines of the general index: from its complete page, or from the one-letter pages when there is no such page."""
    pages = [path for path in paths if is_generated(path) and path.startswith("genindex")]
    for path in ["genindex-all.html"] if "genindex-all.html" in pages else pages:
        yield from parse_general_index((root / path).read_text("utf-8", "replace"), path)


def _assets(root: Path, pages: Iterable[ParsedPage]) -> Iterator[Asset]:
    inside = root.resolve()
    for path in sorted({image for page in pages for image in page.images}):
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
        licence=documentation.licence or most_common(page.licence for page in pages),
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
