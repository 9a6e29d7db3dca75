"""States of a page, with the numbers it showed."""

from __future__ import annotations

from pydantic import Field

from backend.api.schemas.base import Schema
from backend.circuits.words import StateNumbers


class SaveStateRequest(Schema):
    """Keep a state of the page."""

    path: str = Field(max_length=200, pattern=r"^/circuits/[a-z0-9-]+$")
    state: str = Field(max_length=400_000)
    numbers: StateNumbers | None = Field(
        default=None, description="those that were shown, so that they can be compared later"
    )


class SavedState(Schema):
    """A state of the page under a short id."""

    id: str
    path: str
    state: str
    numbers: StateNumbers | None = Field(default=None, description="None: none were saved with it")
