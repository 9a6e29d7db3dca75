"""States of a page."""

from __future__ import annotations

from pydantic import Field

from backend.api.schemas.base import Schema


class SaveStateRequest(Schema):
    """Keep a state of the page."""

    path: str = Field(max_length=200, pattern=r"^/circuits/[a-z0-9-]+$")
    state: str = Field(max_length=400_000)


class SavedState(Schema):
    """A state of the page too long for a URL, under a short id."""

    id: str
    path: str
    state: str
