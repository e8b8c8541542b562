"""The one place that says what a library looks like in a database.

Tables are described once with SQLAlchemy, so that every database livedocs supports creates them from the same words.
What search reads of many entries at once stands in blobs, whose formats are in `livedocs.library.postings`. Ids of
docsets, pages and entries count from 1 without a gap, and those of one docset stand together.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy import String as AnyString

metadata = MetaData()

String = AnyString().with_variant(AnyString(collation="C"), "postgresql")
"""Text that is compared byte by byte, everywhere: what one database finds between two keys, the others find as well."""

docset = Table(
    "docset",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, comment="lower-case name in addresses and filters: python"),
    Column("version", String, nullable=False, comment="as the documentation states it: 3.11"),
    Column("title", String, nullable=False, comment="the project's own spelling: Python"),
    Column("language", String, nullable=False),
    Column("origin", String, nullable=False, comment="the source it was built from, in words"),
    Column("original_url", String, comment="where the same pages are on the web, ending in a slash"),
    Column("licence", String, nullable=False),
    Column("copyright", String, nullable=False),
    Column("home_page", String, nullable=False, comment="path of the page to start reading at"),
    Column("content_hash", String, nullable=False, comment="sha256 over everything that was parsed"),
    Column("page_count", Integer, nullable=False),
    Column("entry_count", Integer, nullable=False),
    Column("object_count", Integer, nullable=False, comment="objects of the inventory that ought to be found"),
    Column("missing_count", Integer, nullable=False, comment="those of them that were not found"),
    Column("dictionary", LargeBinary, nullable=False, comment="livedocs.library.compression.make_dictionary"),
    UniqueConstraint("name", "version"),
)

page = Table(
    "page",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("docset_id", Integer, ForeignKey("docset.id"), nullable=False),
    Column("path", String, nullable=False),
    Column("title", String, nullable=False),
    Column("breadcrumb", JSON, nullable=False, comment="[[title, path], ...], outermost first"),
    Column("previous", String, nullable=False),
    Column("next", String, nullable=False),
    Column("html", LargeBinary, nullable=False, comment="sanitised body, livedocs.library.compression"),
    UniqueConstraint("docset_id", "path"),
)

entry = Table(
    "entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("docset_id", Integer, ForeignKey("docset.id"), nullable=False),
    Column("page_id", Integer, ForeignKey("page.id"), nullable=False),
    Column("anchor", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("role", String, nullable=False),
    Column("name", String, nullable=False),
    Column("title", String, nullable=False),
    Column("module", String, nullable=False),
    Column("signature", String, nullable=False, comment="the first one"),
    Column("summary", Text, nullable=False),
    Column("breadcrumb", Text, nullable=False, comment="a place a line, outermost first"),
    Column("level", SmallInteger, nullable=False),
    Column("deprecated", Boolean, nullable=False),
    Column("area", SmallInteger, nullable=False, comment="livedocs.library.areas.Area"),
    Column("link_count", Integer, nullable=False, comment="links to it from other places of its documentation"),
    Column("added", String, nullable=False, comment="version in which it came; empty when not stated"),
    UniqueConstraint("page_id", "anchor"),
)

entry_body = Table(
    "entry_body",
    metadata,
    Column("entry_id", Integer, ForeignKey("entry.id"), primary_key=True),
    Column("signatures", JSON, nullable=False),
    Column("notes", JSON, nullable=False, comment="[[change, version, text], ...]"),
    Column("text", LargeBinary, nullable=False, comment="plain text, livedocs.library.compression"),
    Column("spans", JSON, nullable=False, comment="where its HTML is in the page's: [start, end, start, end, ...]"),
)

asset = Table(
    "asset",
    metadata,
    Column("docset_id", Integer, ForeignKey("docset.id"), primary_key=True),
    Column("path", String, primary_key=True),
    Column("media_type", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

docset_vectors = Table(
    "docset_vectors",
    metadata,
    Column("docset_id", Integer, ForeignKey("docset.id"), primary_key=True),
    Column("model", String, nullable=False, comment="livedocs.semantic.prepared_model.MODEL_ID"),
    Column("data", LargeBinary, nullable=False, comment="livedocs.semantic.entry_vectors, by entry; only if embedded"),
)

name_key = Table(
    "name_key",
    metadata,
    Column("key", String, primary_key=True, comment="folded name, title or wording"),
    Column("entry_id", Integer, ForeignKey("entry.id"), primary_key=True),
    Column("form", SmallInteger, primary_key=True, comment="livedocs.library.keys.Form"),
    Column("weight", Integer, nullable=False, comment="links to the entry; for Form.LINK the links in these words"),
    sqlite_with_rowid=False,
)

word = Table(
    "word",
    metadata,
    Column("docset_id", Integer, ForeignKey("docset.id"), primary_key=True),
    Column("text", String, primary_key=True, comment="folded"),
    Column("frequency", Integer, nullable=False, comment="how often it occurs; in names it counts more"),
    sqlite_with_rowid=False,
)

label = Table(
    "label",
    metadata,
    Column("id", Integer, primary_key=True, comment="from 1; 0 stands for none"),
    Column("text", String, nullable=False, unique=True, comment="what columns refer to: a kind, a module, a version"),
)

entry_column = Table(
    "entry_column",
    metadata,
    Column("name", String, primary_key=True, comment="livedocs.library.postings.COLUMNS"),
    Column("data", LargeBinary, nullable=False, comment="one number an entry, that of entry 1 first"),
)

vocabulary = Table(
    "vocabulary",
    metadata,
    Column("term", String, primary_key=True, comment="livedocs.library.analysis.stem"),
    Column("entry_count", Integer, nullable=False, comment="entries of the library that hold it"),
    sqlite_with_rowid=False,
)

posting = Table(
    "posting",
    metadata,
    Column("term", String, primary_key=True, comment="as in vocabulary"),
    Column("block", Integer, primary_key=True, comment="from 0, the entries most worth showing first"),
    Column("entry_count", Integer, nullable=False, comment="entries of the library that hold the term"),
    # With row ids: blobs this long would spill over from the pages of an index.
    Column("data", LargeBinary, nullable=False, comment="livedocs.library.postings.Postings"),
)

name_beginning = Table(
    "name_beginning",
    metadata,
    Column("prefix", String, primary_key=True, comment="one that many keys begin with"),
    Column("data", LargeBinary, nullable=False, comment="livedocs.library.postings.Matches"),
    sqlite_with_rowid=False,
)
