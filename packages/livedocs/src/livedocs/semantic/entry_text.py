"""Which words of an entry are embedded."""

from __future__ import annotations

_WORDS = 60
"""What most entries say first; the model reads little more (`livedocs.semantic.embedder.MAX_PIECES`)."""


def entry_text(*, title: str, page_title: str, signature: str, text: str) -> str:
    """What an entry is about, in the words that its meaning is taken from.

    The title of its page comes right after its own, because many sections are called "Basic usage" and many methods
    ``close``; before the text, because only so much of a text is read.

    Args:
        title: of the section, or the qualified name of the object.
        page_title: of the page it stands on; left out when it is the title.
        signature: stands for the text of an object that has none; may be empty.
        text: its own plain text; may be empty.

    >>> entry_text(title="json.dumps", page_title="json — JSON encoder", signature="", text="Serialize obj to a str.")
    'json.dumps (json — JSON encoder): Serialize obj to a str.'
    """
    where = f" ({page_title})" if page_title and page_title != title else ""
    words = " ".join((text.strip() or signature).split()[:_WORDS])
    return f"{title}{where}: {words}" if words else f"{title}{where}"
