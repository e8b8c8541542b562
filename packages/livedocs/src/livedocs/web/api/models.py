"""What the JSON API answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from livedocs.library.models import StoredEntry

_URL = "/docs/python/3.11/library/functions.html#open"
_ORIGINAL = "https://docs.python.org/3.11/library/functions.html#open"
_SIGNATURE = "open(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)"


class HitBody(BaseModel):
    """A ranked entry."""

    id: int = Field(description="Of the entry; stable until the library is rebuilt.", examples=[1042])
    target: str = Field(description="Page and anchor inside the docset.", examples=["library/functions.html#open"])
    docset: str = Field(examples=["python"])
    version: str = Field(examples=["3.11"])
    kind: str = Field(description="Kind of entry.", examples=["function"])
    name: str = Field(description="Qualified name, term or section title.", examples=["open"])
    signature: str = Field(description="The first signature; empty for prose.", examples=[_SIGNATURE])
    summary: str = Field(
        description="One paragraph of plain text.",
        examples=["Open file and return a corresponding file object."],
    )
    breadcrumb: list[str] = Field(description="Where it stands, outermost first.", examples=[["Built-in Functions"]])
    url: str = Field(description="Address inside the app.", examples=[_URL])
    original_url: str | None = Field(description="The same place on the web, when known.", examples=[_ORIGINAL])
    deprecated: bool = Field(description="The documentation says so.", examples=[False])
    why: list[str] = Field(
        description="The tiers that found it, then the rules that placed it with their points; with `explain` only.",
        examples=[["found by its name", "named exactly +100.0"]],
    )


class SearchAnswer(BaseModel):
    """The answer to one query, best hit first."""

    query: str = Field(description="What was asked, white space folded.", examples=["opne"])
    corrected: str | None = Field(
        description="The query that was answered instead, when spelling was corrected.", examples=["open"]
    )
    hits: list[HitBody]


class VersionNoteBody(BaseModel):
    """What came, changed or goes in a version."""

    model_config = ConfigDict(from_attributes=True)

    change: str = Field(description="`added`, `changed`, `deprecated` or `removed`.", examples=["changed"])
    version: str = Field(examples=["3.3"])
    text: str = Field(examples=["The opener parameter was added."])


class EntryBody(BaseModel):
    """An entry with all its text."""

    model_config = ConfigDict(from_attributes=True)

    id: int = Field(examples=[1042])
    target: str = Field(examples=["library/functions.html#open"])
    docset: str = Field(examples=["python"])
    version: str = Field(examples=["3.11"])
    kind: str = Field(examples=["function"])
    role: str = Field(description="The inventory's `domain:role`.", examples=["py:function"])
    name: str = Field(examples=["open"])
    title: str = Field(description="For modules, the title of their section.", examples=[""])
    module: str = Field(examples=[""])
    page_title: str = Field(examples=["Built-in Functions"])
    signatures: list[str] = Field(examples=[[_SIGNATURE]])
    summary: str = Field(examples=["Open file and return a corresponding file object."])
    text: str = Field(description="The full plain text.")
    html: str = Field(description="The same as sanitised HTML; links stay inside the app.")
    breadcrumb: list[str] = Field(examples=[["Built-in Functions"]])
    notes: list[VersionNoteBody]
    link_count: int = Field(description="Links to it from elsewhere in its documentation.", examples=[57])
    url: str = Field(examples=[_URL])
    original_url: str | None = Field(examples=[_ORIGINAL])
    licence: str = Field(description="Of the documentation it is from; may be empty.", examples=["PSF-2.0"])
    copyright: str = Field(examples=["2001-2023, Python Software Foundation"])

    @classmethod
    def of(cls, entry: StoredEntry) -> EntryBody:
        """What the API and ``livedocs show --json`` say about an entry."""
        docset = entry.docset
        own = {name: getattr(entry, name) for name in cls.model_fields if hasattr(entry, name)}
        of_docset = {
            "docset": docset.name,
            "version": docset.version,
            "licence": docset.licence,
            "copyright": docset.copyright,
        }
        return cls.model_validate(own | of_docset)


class DocsetBody(BaseModel):
    """One documentation in one version."""

    model_config = ConfigDict(from_attributes=True)

    name: str = Field(examples=["python"])
    version: str = Field(examples=["3.11"])
    title: str = Field(examples=["Python"])
    language: str = Field(examples=["en"])
    origin: str = Field(
        description="The source it was built from.", examples=["Debian package python3.11-doc 3.11.2-6"]
    )
    original_url: str | None = Field(examples=["https://docs.python.org/3.11/"])
    licence: str = Field(examples=["PSF-2.0"])
    copyright: str = Field(examples=["2001-2023, Python Software Foundation"])
    url: str = Field(description="Address of its first page inside the app.", examples=["/docs/python/3.11/index.html"])
    page_count: int = Field(examples=[496])
    entry_count: int = Field(examples=[18000])
    object_count: int = Field(description="Objects of its inventory that ought to be found.", examples=[15000])
    missing_count: int = Field(description="Those of them that were not found.", examples=[3])
    content_hash: str = Field(description="SHA-256 over everything that was parsed.")


class DocsetsAnswer(BaseModel):
    """What the library holds."""

    docsets: list[DocsetBody]


class InvalidParameter(BaseModel):
    """A parameter that was refused."""

    parameter: str = Field(examples=["limit"])
    detail: str = Field(examples=["Input should be less than or equal to 100"])


class Problem(BaseModel):
    """A problem detail (RFC 9457)."""

    type: str = Field(default="about:blank", description="`about:blank`: the status says it all.")
    title: str = Field(description="The status in words.", examples=["Unprocessable Content"])
    status: int = Field(examples=[422])
    detail: str = Field(description="What is wrong and what to do.", examples=["limit: Input should be at most 100."])
    instance: str = Field(description="Path of the request.", examples=["/api/v1/search"])
    errors: list[InvalidParameter] | None = Field(default=None, description="The parameters that were refused.")
