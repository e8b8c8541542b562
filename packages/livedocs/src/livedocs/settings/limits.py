"""How much one client may ask for."""

from __future__ import annotations

import re
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, field_validator

_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_LONGEST_HEADERS = 16384
"""Bytes of a request's headers at most, beside its path and query."""
_RATE = re.compile(rf"([1-9][0-9]{{0,8}})/({'|'.join(_SECONDS)})")


class Rate(NamedTuple):
    """So many requests in so many seconds."""

    requests: int
    seconds: int


class LimitSettings(BaseModel):
    """Limits on requests.

    Attributes:
        rate_limit: requests that one client may send, as ``1200/minute``; empty: as many as it likes.
        max_body_bytes: how large a request's body may be. No route needs one.
        max_target_bytes: how long the path and query of a request may be together; the parser reads no more than 65535.
        request_timeout_seconds: how long an answer may take to begin.
    """

    model_config = ConfigDict(defer_build=True)

    rate_limit: str = ""
    max_body_bytes: int = Field(default=65536, ge=0)
    max_target_bytes: int = Field(default=65535, ge=1024, le=65535)
    request_timeout_seconds: float = Field(default=30, gt=0, le=3600)

    @field_validator("rate_limit")
    @classmethod
    def _is_a_rate(cls, value: str) -> str:
        if value and not _RATE.fullmatch(value):
            raise ValueError(f"it is no rate; write a number, / and one of {', '.join(_SECONDS)}, as 1200/minute")
        return value

    @property
    def max_head_bytes(self) -> int:
        """How much path, query and headers of a request may take together."""
        return self.max_target_bytes + _LONGEST_HEADERS

    @property
    def rate(self) -> Rate | None:
        """The rate limit; None: there is none.

        >>> LimitSettings(rate_limit="600/minute").rate
        Rate(requests=600, seconds=60)
        """
        found = _RATE.fullmatch(self.rate_limit)
        return Rate(int(found[1]), _SECONDS[found[2]]) if found else None
