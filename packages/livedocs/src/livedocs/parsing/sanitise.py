"""The allow list that untrusted HTML passes before anybody sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nh3

if TYPE_CHECKING:
    from collections.abc import Callable

TAGS = frozenset(
    """
    a abbr acronym article aside b big blockquote br caption cite code col colgroup dd del details dfn div dl dt em
    figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp
    section small span strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr
    """.split()
)
ATTRIBUTES = {
    "*": frozenset({"class", "id", "title", "lang", "dir"}),
    "a": frozenset({"href"}),
    "col": frozenset({"span"}),
    "colgroup": frozenset({"span"}),
    "details": frozenset({"open"}),
    "img": frozenset({"src", "alt", "width", "height"}),
    "li": frozenset({"value"}),
    "ol": frozenset({"start", "type", "reversed"}),
    "td": frozenset({"colspan", "rowspan"}),
    "th": frozenset({"colspan", "rowspan", "scope"}),
    "time": frozenset({"datetime"}),
}
REMOVED_WITH_CONTENT = frozenset(
    """
    script style template noscript iframe object embed applet audio video canvas svg math form button input select
    textarea option title head
    """.split()
)
URL_SCHEMES = frozenset({"http", "https", "mailto"})


def sanitise(html: str, rewrite: Callable[[str], str | None]) -> str:
    """Keep what documentation needs and nothing that acts.

    The result is html5ever's serialisation: every tag is closed, attributes are in double quotes, and neither
    ``<`` nor ``>`` stands inside one. The modules that read it rely on that.

    Args:
        html: any text.
        rewrite: gives the address to put in place of a relative one; None removes it.
    """
    cleaner = nh3.Cleaner(
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        clean_content_tags=set(REMOVED_WITH_CONTENT),
        url_schemes=set(URL_SCHEMES),
        url_relative=rewrite,
    )
    return cleaner.clean(html)
