"""What each page shows, as the JSON beside it."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from backend.api.schemas.base import Schema
from backend.api.schemas.checkpoints import (
    BrokenCheckpointSummary,
    CheckpointDetail,
    CheckpointSummary,
)
from backend.api.schemas.circuits import CircuitDetail, CircuitGraph, CircuitSummary
from backend.api.schemas.jobs import JobDetail
from backend.api.schemas.tasks import BrokenTaskSummary, TaskSummary
from backend.circuits.benchmark.comparison import Comparison, Contender
from backend.circuits.faithfulness.document import FaithfulnessReport
from backend.circuits.overlap import Overlap


class HomePage(Schema):
    """The matrix of checkpoints by tasks."""

    checkpoints: list[CheckpointSummary]
    broken_checkpoints: list[BrokenCheckpointSummary]
    tasks: list[TaskSummary]
    broken_tasks: list[BrokenTaskSummary]
    circuits: list[CircuitSummary]


class CheckpointPage(Schema):
    """A checkpoint and the circuits found in it."""

    checkpoint: CheckpointDetail
    tasks: list[TaskSummary]
    circuits: list[CircuitSummary]


class TaskPage(Schema):
    """A task and its circuits in all checkpoints."""

    task: TaskSummary
    checkpoints: list[CheckpointSummary]
    circuits: list[CircuitSummary]


class JobsPage(Schema):
    """The newest jobs."""

    jobs: list[JobDetail]


class JobPage(Schema):
    """A job with its curve."""

    job: JobDetail
    figure: dict[str, Any]


class CircuitsPage(Schema):
    """All circuits."""

    circuits: list[CircuitSummary]


class CircuitPage(CircuitDetail):
    """A circuit with its drawing and what is known of how far it can be trusted."""

    graph: CircuitGraph
    report: FaithfulnessReport | None = Field(description="None: it was never verified")
    verifying: JobDetail | None = Field(description="the queued or running job that verifies it")


class BesidePage(Schema):
    """Two circuits side by side."""

    left: CircuitSummary
    left_graph: CircuitGraph
    right: CircuitSummary | None = Field(description="None: none is chosen yet")
    right_graph: CircuitGraph | None
    overlap: Overlap | None
    circuits: list[CircuitSummary] = Field(description="to choose from")


class ComparePage(Schema):
    """Checkpoints side by side."""

    comparison: Comparison = Field(description="of the checkpoints and tasks chosen")
    checkpoints: list[Contender] = Field(description="to choose from")
    tasks: list[str] = Field(description="to choose from")
    elsewhere: list[str] = Field(
        description="checkpoints with outcomes that are not on this instance"
    )
