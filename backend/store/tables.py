"""The tables, as SQLAlchemy classes. Their history is in `migrations/versions`.

A circuit is kept twice: as the whole document, which is the truth and comes back unchanged, and as
rows, one a node and one an edge, so that circuits can be asked about each other. Rows are derived
from the document in the same transaction and never edited.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    MetaData,
    ScalarSelect,
    String,
    TypeDecorator,
    UniqueConstraint,
    exists,
    func,
    null,
    select,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    aliased,
    column_property,
    mapped_column,
    relationship,
)

JsonObject = dict[str, Any]


class JobStatus(StrEnum):
    """Where a job stands. Only the first two ever change again."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    """The server stopped while the job ran."""

    @property
    def ended(self) -> bool:
        """No further event will come."""
        return self not in (JobStatus.QUEUED, JobStatus.RUNNING)


def _values(enum: type[JobStatus]) -> list[str]:
    return [member.value for member in enum]


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time: stored as naive UTC, which SQLite can keep; aware on this side."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Takes an aware time to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; use datetime.now(UTC)")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Says that what was stored is UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


def utc_now() -> datetime:
    """The present, aware."""
    return datetime.now(UTC)


class Table(DeclarativeBase):
    """Base of all tables; constraints have names, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        JsonObject: JSON(none_as_null=True),
        datetime: UtcDateTime,
    }


class CheckpointTable(Table):
    """A checkpoint this instance has opened: what it is and where it lies."""

    __tablename__ = "checkpoints"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    format: Mapped[str] = mapped_column(String(50))
    path: Mapped[str]
    config: Mapped[JsonObject]
    parameters: Mapped[int] = mapped_column(BigInteger)
    nonzero: Mapped[int] = mapped_column(BigInteger)
    card: Mapped[JsonObject]
    created: Mapped[datetime] = mapped_column(default=utc_now)


class JobTable(Table):
    """One piece of background work."""

    __tablename__ = "jobs"
    __table_args__ = (Index(None, "status", "created"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(50))
    params: Mapped[JsonObject]
    status: Mapped[JobStatus] = mapped_column(
        Enum(JobStatus, native_enum=False, length=20, values_callable=_values)
    )
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime] = mapped_column(default=utc_now)
    started: Mapped[datetime | None]
    finished: Mapped[datetime | None]
    error: Mapped[JsonObject | None]
    result: Mapped[str | None] = mapped_column(String(200))
    worker_pid: Mapped[int | None]


class JobEventTable(Table):
    """One thing that happened to a job; the event stream reads these from an id on."""

    __tablename__ = "job_events"
    # AUTOINCREMENT: an id is never given twice, so "after id" means the same for ever.
    __table_args__ = (Index(None, "job_id", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(50))
    data: Mapped[JsonObject]
    created: Mapped[datetime] = mapped_column(default=utc_now)


class ReportTable(Table):
    """The newest report on a circuit, as a whole document."""

    __tablename__ = "reports"

    circuit_id: Mapped[int] = mapped_column(
        ForeignKey("circuits.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    document: Mapped[JsonObject]
    created: Mapped[datetime] = mapped_column(default=utc_now)


class WordTable(Table):
    """One version of what is written at a target of a circuit; versions are never changed."""

    __tablename__ = "words"

    circuit_id: Mapped[int] = mapped_column(
        ForeignKey("circuits.id", ondelete="CASCADE"), primary_key=True
    )
    target: Mapped[str] = mapped_column(String(200), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    author: Mapped[str] = mapped_column(String(80))
    document: Mapped[JsonObject | None]
    created: Mapped[datetime] = mapped_column(default=utc_now)


def _stories(circuit_id: Mapped[int]) -> ScalarSelect[int]:
    """How many stories of a circuit are present: not taken away, and with a step."""
    story, step = aliased(WordTable), aliased(WordTable)
    has_step = exists().where(
        step.circuit_id == story.circuit_id,
        step.document["story"].as_string() == story.target,
        _is_newest(step),
    )
    return (
        select(func.count())
        .where(
            story.circuit_id == circuit_id,
            story.target.startswith("story:"),
            story.document.is_not(null()),
            _is_newest(story),
            has_step,
        )
        .correlate_except(story)
        .scalar_subquery()
    )


def _is_newest(word: type[WordTable]) -> ColumnElement[bool]:
    later = aliased(WordTable)
    return ~exists().where(
        later.circuit_id == word.circuit_id,
        later.target == word.target,
        later.version > word.version,
    )


class CircuitTable(Table):
    """One circuit: its document, and the numbers that lists show and sort by."""

    __tablename__ = "circuits"
    __table_args__ = (Index(None, "checkpoint", "task"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(200), unique=True)
    checkpoint: Mapped[str] = mapped_column(String(200))
    checkpoint_digest: Mapped[str] = mapped_column(String(64), index=True)
    task: Mapped[str] = mapped_column(String(100), index=True)
    document: Mapped[JsonObject] = mapped_column(deferred=True)
    node_count: Mapped[int]
    induced_edges: Mapped[int]
    kept_edges: Mapped[int]
    task_loss: Mapped[float]
    accuracy: Mapped[float]
    target_loss: Mapped[float]
    meets_target: Mapped[bool]
    method: Mapped[str] = mapped_column(String(200), server_default="")
    seed: Mapped[int] = mapped_column(BigInteger)
    seconds: Mapped[float]
    created: Mapped[datetime] = mapped_column(default=utc_now)

    nodes: Mapped[list[CircuitNodeTable]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True
    )
    edges: Mapped[list[CircuitEdgeTable]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True
    )
    has_report: Mapped[bool] = column_property(
        exists().where(ReportTable.circuit_id == id).correlate_except(ReportTable)
    )
    stories: Mapped[int] = column_property(_stories(id))


class CircuitNodeTable(Table):
    """One node of one circuit: one channel at one site."""

    __tablename__ = "circuit_nodes"
    __table_args__ = (Index(None, "site", "channel"),)

    circuit_id: Mapped[int] = mapped_column(
        ForeignKey("circuits.id", ondelete="CASCADE"), primary_key=True
    )
    site: Mapped[str] = mapped_column(String(50), primary_key=True)
    channel: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class CircuitEdgeTable(Table):
    """One nonzero weight between two nodes of one circuit."""

    __tablename__ = "circuit_edges"
    __table_args__ = (Index(None, "source", "target"), Index(None, "target"))

    circuit_id: Mapped[int] = mapped_column(
        ForeignKey("circuits.id", ondelete="CASCADE"), primary_key=True
    )
    source: Mapped[str] = mapped_column(String(80), primary_key=True)
    target: Mapped[str] = mapped_column(String(80), primary_key=True)
    weight: Mapped[float]
    kept: Mapped[bool]


class SavedStateTable(Table):
    """A state of an exploration with its numbers, under a short id."""

    __tablename__ = "saved_states"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[JsonObject]
    created: Mapped[datetime] = mapped_column(default=utc_now)


class SearchOutcomeTable(Table):
    """How a search job ended: one row for all that its outcome depends on."""

    __tablename__ = "search_outcomes"
    __table_args__ = (
        UniqueConstraint(
            "checkpoint_digest",
            "means_digest",
            "task",
            "pairs_digest",
            "target_loss",
            "method",
            "seed",
            "settings",
            name="uq_search_outcomes_key",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    checkpoint_digest: Mapped[str] = mapped_column(String(64))
    means_digest: Mapped[str] = mapped_column(String(64))
    task: Mapped[str] = mapped_column(String(100))
    pairs_digest: Mapped[str] = mapped_column(String(64))
    target_loss: Mapped[float]
    method: Mapped[str] = mapped_column(String(200))
    seed: Mapped[int] = mapped_column(BigInteger)
    settings: Mapped[str] = mapped_column(String(1000))
    checkpoint: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(30))
    detail: Mapped[str]
    slug: Mapped[str | None] = mapped_column(String(200))
    nodes: Mapped[int | None]
    induced_edges: Mapped[int | None]
    kept_edges: Mapped[int | None]
    task_loss: Mapped[float | None]
    loss_low: Mapped[float | None]
    loss_high: Mapped[float | None]
    accuracy: Mapped[float | None]
    whole_model: Mapped[float | None]
    everything_ablated: Mapped[float | None]
    seconds: Mapped[float | None]
    created: Mapped[datetime] = mapped_column(default=utc_now)
