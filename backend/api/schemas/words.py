"""Words on a circuit: what is saved, and what a writer hears who came too late."""

from __future__ import annotations

from pydantic import Field

from backend.api.schemas.base import Problem, Schema
from backend.circuits.words import Document, Word
from backend.circuits.words.document import Short


class SaveWordRequest(Schema):
    """Words to be saved at a target."""

    on: int = Field(ge=0, le=2**31 - 2, description="version they were written on; 0 for none")
    author: Short
    document: Document


class WordProblem(Problem):
    """Words that cannot be saved, with what stands there now."""

    present: Word | None = Field(
        default=None, description="the present version, if somebody else saved it meanwhile"
    )
