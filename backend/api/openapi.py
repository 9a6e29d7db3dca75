"""The API's description, from which the front end's client types are generated.

    circuit-explorer openapi > frontend/openapi.json

Two things that FastAPI cannot say by itself are said here: problems have a media type of their own,
and the body of FastAPI's validation error is a problem as well.
"""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI

from backend.api.problems import MEDIA_TYPE

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_UNUSED = ("HTTPValidationError", "ValidationError")


class DescribedApp(FastAPI):
    """An app that describes itself with these corrections."""

    def openapi(self) -> dict[str, Any]:
        """The description, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = _corrected(super().openapi())
        return self.openapi_schema


def openapi_json(app: FastAPI) -> str:
    """The description as text, the same on every machine."""
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n"


def _corrected(document: dict[str, Any]) -> dict[str, Any]:
    for operations in document["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if status[0] in "45":
                    response["content"] = {MEDIA_TYPE: {"schema": _problem(response)}}
    for name in _UNUSED:
        document["components"]["schemas"].pop(name, None)
    return document


def _problem(response: dict[str, Any]) -> dict[str, Any]:
    """The schema of a problem; a route may have declared one that says more."""
    for content in response.get("content", {}).values():
        schema: dict[str, Any] = content["schema"]
        if schema.get("$ref", "").endswith("Problem"):
            return schema
    return _PROBLEM
