"""What is known of checkpoints without opening them again."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.errors import CheckpointNotFoundError
from backend.store.tables import CheckpointTable, JsonObject, utc_now


class CheckpointRecord(BaseModel):
    """A checkpoint as this instance last saw it."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    name: str
    digest: str = Field(description="sha256 over config and tensors")
    format: str = Field(description="native, openai, ...")
    path: str
    config: JsonObject
    parameters: int = Field(description="all of them")
    nonzero: int = Field(description="those that are not zero")
    card: JsonObject
    created: datetime = Field(default_factory=utc_now)


def put_checkpoint(session: Session, record: CheckpointRecord) -> None:
    """Stores a checkpoint, in the place of the one that had its name."""
    session.merge(CheckpointTable(**record.model_dump()))
    session.flush()


def get_checkpoint(session: Session, name: str) -> CheckpointRecord:
    """The checkpoint with this name.

    Raises:
        CheckpointNotFoundError: there is none.
    """
    row = session.get(CheckpointTable, name)
    if row is None:
        raise CheckpointNotFoundError(f"There is no checkpoint {name!r}.")
    return CheckpointRecord.model_validate(row)


def list_checkpoints(session: Session) -> list[CheckpointRecord]:
    """All checkpoints, by name."""
    rows = session.scalars(select(CheckpointTable).order_by(CheckpointTable.name))
    return [CheckpointRecord.model_validate(row) for row in rows]


def forget_checkpoint(session: Session, name: str) -> None:
    """Removes the record, not the files; circuits found in it stay."""
    session.execute(delete(CheckpointTable).where(CheckpointTable.name == name))
