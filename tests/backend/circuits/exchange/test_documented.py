"""docs/formats.md names every field of a circuit, and every form and table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from backend.circuits.circuit import (
    Circuit,
    CircuitEdge,
    Losses,
    Measure,
    PathPoint,
    Provenance,
    Rescaling,
    SizePath,
    StoredLosses,
)
from backend.circuits.exchange.tables import TableName
from backend.exports import ExportFormat
from tests.conftest import REPOSITORY

PARTS: tuple[type[BaseModel], ...] = (
    Circuit, CircuitEdge, Losses, Measure, PathPoint, Provenance, Rescaling, SizePath, StoredLosses,
)  # fmt: skip


def names() -> Iterator[str]:
    for part in PARTS:
        yield from part.model_fields
    yield from TableName
    yield from ExportFormat


@pytest.mark.parametrize("name", sorted(set(names())))
def test_it_is_in_the_document(name: str) -> None:
    text = (REPOSITORY / "docs" / "formats.md").read_text(encoding="utf-8")
    assert f"`{name}`" in text or f'"{name}"' in text, f"docs/formats.md does not name {name!r}"
