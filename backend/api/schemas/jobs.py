"""Jobs: what each kind is asked for, where one stands, and what its events carry.

Losses are in nats, instants in UTC.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from backend.api.schemas.base import Problem, Schema
from backend.jobs.params import FEWEST_TOKENS, HIGHEST_TARGET, MOST_TOKENS, JobKind, SearchMethod
from backend.jobs.status import JobStatus
from models.means import RECOMMENDED_TOKENS


class SearchRequest(Schema):
    """Ask for the circuit of a task."""

    checkpoint: str
    task: str
    target_loss: float = Field(
        default=0.15, gt=0, le=HIGHEST_TARGET, description="nats, on validation pairs"
    )
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    method: SearchMethod = Field(default=SearchMethod.PATH, description="how the circuit is found")
    seconds: float | None = Field(
        default=None, gt=0, le=86_400, description="wall-clock time the search may fill"
    )


class VerifyRequest(Schema):
    """Ask for the report on a circuit."""

    quick: bool = Field(default=False, description="leave out what searches again")


class Verification(VerifyRequest):
    """What a job that verifies was asked for, and what was known of its circuit then."""

    slug: str = Field(description="of the circuit")
    checkpoint: str
    task: str
    target_loss: float = Field(description="of the search that found the circuit, nats")
    seed: int = Field(description="of that search")


class MeansRequest(Schema):
    """Ask for the node means of a checkpoint."""

    folders: list[str] = Field(
        default=[],
        max_length=20,
        description="of Python sources, on the server's machine; none means generated programs",
    )
    tokens: int = Field(default=RECOMMENDED_TOKENS, ge=FEWEST_TOKENS, le=MOST_TOKENS)
    replace: bool = Field(default=False, description="those that were computed here before")


class MeansComputation(MeansRequest):
    """What a job that computes node means was asked for."""

    checkpoint: str


class Progress(Schema):
    """How far a job is: the data of a `progress` event."""

    stage: str = Field(description="of a search its phases, of a report its groups of lines")
    step: int
    steps: int
    loss: float | None = Field(
        default=None, description="task loss of the circuit alone, nats; None without a circuit"
    )
    nodes: int | None = None
    edges: int | None = None


class JobDetail(Schema):
    """A job and where it stands."""

    id: str
    kind: JobKind = Field(description="says what `request` is")
    status: JobStatus
    request: SearchRequest | Verification | MeansComputation
    created: datetime
    started: datetime | None
    finished: datetime | None
    queue_position: int | None = Field(description="jobs ahead of it; None unless queued")
    progress: Progress | None = Field(description="the latest progress event")
    slug: str | None = Field(description="the circuit found or verified")
    error: Problem | None


class JobEventKind(StrEnum):
    """Names of the server-sent events of a job; every stream ends with `end`."""

    STATUS = "status"
    """data: {status}"""
    PROGRESS = "progress"
    """data: Progress"""
    LOG = "log"
    """data: {message}"""
    END = "end"
    """data: {status, slug, error}; the client closes the stream on it"""
