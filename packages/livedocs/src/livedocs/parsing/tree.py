"""Reading HTML as it comes."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser


def parse_html(html: str) -> LexborHTMLParser:
    """A tree of any text; what UTF-8 cannot hold (lone surrogates) becomes a question mark."""
    return LexborHTMLParser(html.encode("utf-8", "replace").decode())
