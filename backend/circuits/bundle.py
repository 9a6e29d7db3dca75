"""A circuit to carry elsewhere, with the report on it and what people wrote about it.

    {"format": "circuit-explorer-bundle", "version": 1, "circuit": {...}, "report": {...} or null}

With words it is version 2, and has `"words": [...]` (`backend.circuits.words`); a bundle without
words stays version 1, which older programs read. Bundles written before there were reports have
none. A bare circuit document is read as well.
"""

from __future__ import annotations

import json
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from backend.circuits.circuit import Circuit
from backend.circuits.faithfulness.document import FaithfulnessReport
from backend.circuits.words import Word


class Bundle(BaseModel):
    """A circuit to carry to another instance, where the same URL path opens it."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["circuit-explorer-bundle"] = "circuit-explorer-bundle"
    version: Literal[1, 2] = 1
    circuit: Circuit
    report: FaithfulnessReport | None = Field(
        default=None, description="the newest report on the circuit, if it was verified"
    )
    words: list[Word] = Field(
        default_factory=list,
        exclude_if=lambda words: not words,
        description="labels of its nodes, edges and groups, and its stories; version 2",
    )

    @model_validator(mode="after")
    def _versioned(self) -> Self:
        if self.words and self.version == 1:
            self.version = 2
        return self

    @model_validator(mode="after")
    def _about_the_same(self) -> Self:
        if self.report is not None and self.report.slug != self.circuit.slug:
            raise ValueError(
                f"the report is on circuit {self.report.slug!r}, the bundle's circuit is "
                f"{self.circuit.slug!r}"
            )
        return self


def read_bundle(content: bytes) -> Bundle:
    """A bundle from a file's content; of a bare circuit, a bundle without a report.

    Raises:
        pydantic.ValidationError: it is neither, or not of this version.
    """
    try:
        document = json.loads(content)
    except ValueError:
        document = None  # what is wrong with it is said when it is read as a circuit
    if isinstance(document, dict) and not document.keys().isdisjoint(("format", "circuit")):
        return Bundle.model_validate_json(content)
    return Bundle(circuit=Circuit.model_validate_json(content))
