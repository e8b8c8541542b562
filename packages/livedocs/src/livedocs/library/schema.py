"""The one place that says what a library looks like in a database.

Ordinary tables are described once with SQLAlchemy, so that every database livedocs supports creates them from the same
words. The full-text index is SQLite's own (FTS5) and is created beside them.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA_VERSION = 1
"""Raised by every change that an older livedocs could not read; written to SQLite's ``user_version``."""

APPLICATION_ID = 0x4C444F43
"""``LDOC``, written to SQLite's ``application_id`` so that a library is told from any other SQLite file."""

metadata = MetaData()

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
    UniqueConstraint("name", "version"),
)

page = Table(
    "page",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("docset_id", ForeignKey("docset.id"), nullable=False),
    Column("path", String, nullable=False),
    Column("title", String, nullable=False),
    Column("breadcrumb", JSON, nullable=False, comment="[[title, path], ...], outermost first"),
    Column("previous", String, nullable=False),
    Column("next", String, nullable=False),
    Column("html", LargeBinary, nullable=False, comment="sanitised body, zlib"),
    UniqueConstraint("docset_id", "path"),
)

entry = Table(
    "entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("docset_id", ForeignKey("docset.id"), nullable=False),
    Column("page_id", ForeignKey("page.id"), nullable=False),
    Column("anchor", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("role", String, nullable=False),
    Column("name", String, nullable=False),
    Column("title", String, nullable=False),
    Column("module", String, nullable=False),
    Column("signature", String, nullable=False, comment="the first one"),
    Column("summary", Text, nullable=False),
    Column("breadcrumb", JSON, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("deprecated", Boolean, nullable=False),
    Column("link_count", Integer, nullable=False, comment="links to it from other places of its documentation"),
    UniqueConstraint("page_id", "anchor"),
)

entry_body = Table(
    "entry_body",
    metadata,
    Column("entry_id", ForeignKey("entry.id"), primary_key=True),
    Column("signatures", JSON, nullable=False),
    Column("notes", JSON, nullable=False, comment="[[change, version, text], ...]"),
    Column("text", LargeBinary, nullable=False, comment="plain text, zlib"),
    Column("html", LargeBinary, nullable=False, comment="sanitised, zlib"),
)

asset = Table(
    "asset",
    metadata,
    Column("docset_id", ForeignKey("docset.id"), primary_key=True),
    Column("path", String, primary_key=True),
    Column("media_type", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

name_key = Table(
    "name_key",
    metadata,
    Column("key", String, primary_key=True, comment="folded full name, dotted suffix or title"),
    Column("entry_id", ForeignKey("entry.id"), primary_key=True),
    Column("form", SmallInteger, nullable=False, comment="livedocs.library.keys.Form"),
    sqlite_with_rowid=False,
)

term = Table(
    "term",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("entry_id", ForeignKey("entry.id"), nullable=False),
    Column("text", String, nullable=False),
    Column("origin", SmallInteger, nullable=False, comment="livedocs.library.keys.TermOrigin"),
    Column("weight", Integer, nullable=False, comment="how often the documentation says so"),
    Index("term_by_entry", "entry_id"),
)

word = Table(
    "word",
    metadata,
    Column("text", String, primary_key=True, comment="folded"),
    Column("frequency", Integer, nullable=False, comment="entries it occurs in; names weigh more"),
    sqlite_with_rowid=False,
)

FULL_TEXT_COLUMNS = ("name", "title", "terms", "place", "text")
"""Columns of ``entry_text``, in the order bm25 weights are given."""

FULL_TEXT_DDL = f"""
CREATE VIRTUAL TABLE entry_text USING fts5(
    {", ".join(FULL_TEXT_COLUMNS)},
    content='', columnsize=1, tokenize="porter unicode61 remove_diacritics 2 tokenchars '_'"
)
"""
