"""How likely an entry is looked for, as far as that is known before the words of a query are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from livedocs.library.areas import Area

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PER_DOUBLING = 0.01
"""Each time the number of links doubles, up to the two bounds below."""
_MOST_DOUBLINGS = 8
_MOST_DOUBLINGS_OF_PAGE = 16
_READ_BY_FEW = -0.35
_DEPRECATED = -0.15


def promise(
    links: NDArray[np.integer[Any]],
    page_links: NDArray[np.integer[Any]],
    area: NDArray[np.integer[Any]],
    deprecated: NDArray[np.integer[Any] | np.bool_],
    asked: Area = Area.MAIN,
) -> NDArray[np.float64]:
    """The promise of each entry, on the scale of its text's share, which is 0 to 1; see `Postings`.

    The index puts entries that promise more into the first block of a term, which is all that most queries read, and a
    query chooses its candidates by the same numbers: with others it would look for what is not in that block.

    Args:
        links: to each entry.
        page_links: to all entries of its page.
        area: `Area` of each entry.
        deprecated: whether each entry is.
        asked: the part of the documentation that is asked for.

    Returns:
        float64, an element an entry; from -0.5 to 0.24.
    """
    to_entry = np.minimum(_MOST_DOUBLINGS, np.log2(1 + links.astype(np.float64)))
    to_page = np.minimum(_MOST_DOUBLINGS_OF_PAGE, np.log2(1 + page_links.astype(np.float64)))
    read_by_few = ~np.isin(area, (Area.MAIN, asked))
    return _PER_DOUBLING * (to_entry + to_page) + _READ_BY_FEW * read_by_few + _DEPRECATED * deprecated
