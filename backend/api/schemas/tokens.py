"""Tokens as pages show them."""

from __future__ import annotations

from backend.api.schemas.base import Schema


class TokenText(Schema):
    """A token with the text it stands for."""

    id: int
    text: str
