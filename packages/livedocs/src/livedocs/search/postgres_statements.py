"""The statements by which a library in PostgreSQL is searched.

Each names the schema it reads, so that no setting of a connection can make it read another library, and is written for
an index: values come as arrays and parameters, never as text of the statement.
"""

# Put together from the constants of this module and the schema's name; whatever a user typed is bound.
# ruff: noqa: S608

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from livedocs.library.keys import Form

NAME, STORED_BEGINNING, BEGINNING, POSTINGS = range(4)
"""What a row of ``Statements.look_up`` is."""

# Matches of a beginning are packed, fixed width and big-endian: thousands of them are one value to server and driver.
# A beginning that many keys have is stored, and then the keys themselves are not looked at.
_LOOK_UP = """
SELECT {name}, wanted.key, named.name, found.entry_id, found.form, found.weight, NULL::bytea
FROM unnest($1::text[]) AS wanted (key)
CROSS JOIN LATERAL (
    SELECT entry_id, form, weight FROM {schema}.name_key WHERE name_key.key = wanted.key
    ORDER BY form, weight DESC, entry_id LIMIT $2::int
) AS found
JOIN {schema}.entry AS named ON named.id = found.entry_id
UNION ALL
SELECT {stored_beginning}, prefix, NULL, 0, 0, 0, data
FROM {schema}.name_beginning WHERE $7::bool AND prefix = $3::text
UNION ALL
SELECT {beginning}, $3::text, NULL, 0, 0, 0, string_agg(packed, ''::bytea)
FROM (
    SELECT int4send(entry_id) || int2send(form) || int4send(length(key)) || int4send(weight) AS packed
    FROM {schema}.name_key
    WHERE key > $3::text AND key < $4::text AND form < {initials}
      AND entry_id >= $5::bigint AND entry_id < $6::bigint
      AND NOT ($7::bool AND EXISTS (SELECT FROM {schema}.name_beginning WHERE prefix = $3::text))
    ORDER BY key, entry_id, form
) AS longer HAVING count(*) > 0
UNION ALL
SELECT {postings}, term, NULL, entry_count, block, 0, data
FROM {schema}.posting WHERE term = ANY($8::text[]) AND (block = 0 OR $9::bool)
"""

_HITS = """
SELECT docset_id, id, kind, name, signature, summary,
       (SELECT path FROM {schema}.page WHERE page.id = entry.page_id), anchor, breadcrumb, deprecated
FROM {schema}.entry WHERE id = ANY($1::int[])
"""

_TEXTS = """
SELECT entry.id, docset_id, name, signature, entry_body.text
FROM {schema}.entry JOIN {schema}.entry_body ON entry_body.entry_id = entry.id
WHERE entry.id = ANY($1::int[])
"""

_COUNTED = "SELECT string_agg(text, chr(10) ORDER BY place), string_agg(number::text, chr(10) ORDER BY place) FROM "


@dataclass(frozen=True, slots=True)
class Statements:
    """What is asked of the library in one schema.

    Attributes:
        look_up: names, a beginning and postings at once: what a key press asks before anything is ranked.
        hits: what is shown of entries.
        texts: the words of entries.
        dictionary: what texts of a docset are decompressed with.
        columns: all columns.
        labels: all labels.
        docsets: all docsets.
        vectors: of one model.
        vocabulary: all terms, in one row; so are the next two.
        words: all words.
        names: all names.
    """

    HOT: ClassVar[tuple[str, ...]] = ("look_up", "hits", "texts")
    """Those that a key press may wait for; the others are asked once, when a process takes up the library."""

    look_up: str
    hits: str
    texts: str
    dictionary: str
    columns: str
    labels: str
    docsets: str
    vectors: str
    vocabulary: str
    words: str
    names: str

    @classmethod
    def of(cls, schema: str) -> Statements:
        """Those of the library in ``schema``, a name that needs no quotes.

        Raises:
            ValueError: it needs quotes.
        """
        if not (schema.isascii() and schema.isidentifier()):
            raise ValueError(f"{schema!r} is no plain name of a schema")
        return cls(
            look_up=_LOOK_UP.format(
                schema=schema,
                name=NAME,
                stored_beginning=STORED_BEGINNING,
                beginning=BEGINNING,
                postings=POSTINGS,
                initials=int(Form.INITIALS),
            ),
            hits=_HITS.format(schema=schema),
            texts=_TEXTS.format(schema=schema),
            dictionary=f"SELECT dictionary FROM {schema}.docset WHERE id = $1::int",
            columns=f"SELECT name, data FROM {schema}.entry_column",
            labels=f"SELECT id, text FROM {schema}.label",
            docsets=f"SELECT id, name, version, original_url FROM {schema}.docset ORDER BY id",
            vectors=f"SELECT docset_id, data FROM {schema}.docset_vectors WHERE model = $1::text ORDER BY docset_id",
            vocabulary=_counted(f"SELECT term, entry_count, term FROM {schema}.vocabulary"),
            words=_counted(f"SELECT text, sum(frequency), text FROM {schema}.word GROUP BY text"),
            names=_counted(
                f"SELECT key, max(weight), key FROM {schema}.name_key WHERE form <= {int(Form.TITLE)} GROUP BY key"
            ),
        )


def _counted(statement: str) -> str:
    """Many rows of a text without line breaks and a number as one row: the driver makes an object of each value."""
    return f"{_COUNTED}({statement}) AS counted (text, number, place)"
