"""Whether the server is up."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from backend.api.schemas.base import Schema


class Health(Schema):
    """The server is up."""

    status: Literal["ok"] = "ok"
    version: str
    write_protected: bool = Field(description="writing needs the token")
