"""Where the web face meets the search core: an engine for each unit of work, over the session's own connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from livedocs.library.keys import split_docset
from livedocs.search.engine import Engine
from livedocs.search.meaning import load_meaning
from livedocs.search.models import Filters
from livedocs.search.reading import parse
from livedocs.search.resident import Resident

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from livedocs.search.candidates import CandidateReader
    from livedocs.search.meaning import Meaning
    from livedocs.web.served import Served


def load_resident(candidates: CandidateReader) -> Resident:
    """What an engine keeps of the library between queries."""
    parse("a query")  # reads the tables of syntax and messages, which the first visitor should not wait for
    return Resident.load(candidates)


def meaning(candidates: CandidateReader, resident: Resident, models_folder: Path | None) -> Meaning | None:
    """What compares meanings; None when the library was not embedded."""
    return load_meaning(candidates, resident.columns, models_folder) if models_folder else None


def engine(session: Session, served: Served, *, by_meaning: bool = True) -> Engine:
    """An engine that reads through the session.

    Args:
        session: of the served library.
        served: what was made from it.
        by_meaning: whether meanings may be compared; while one types, words are enough.
    """
    return Engine(served.candidates(session), served.resident, meaning=served.meaning if by_meaning else None)


def filters(docset: str = "", version: str = "", kind: str = "") -> Filters:
    """What the web's parameters limit a search to.

    Args:
        docset: a docset's name, or its name and version as ``python@3.11``.
        version: a version; wins over the one in ``docset``.
        kind: a kind of entry.
    """
    name, named_version = split_docset(docset)
    return Filters(docset=name, version=version or named_version, kind=kind)
