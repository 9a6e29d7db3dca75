"""What all bodies have in common, and what any route may answer: a problem."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Schema(BaseModel):
    """Base of all bodies: a field that is not known is an error."""

    model_config = ConfigDict(extra="forbid")


class Problem(Schema):
    """An error, as RFC 9457 problem details, with what to do about it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    remedy: str
