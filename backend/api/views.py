"""From what is stored to what is shown: rows and domain values as the API's schemas."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from sqlalchemy.orm import Session

from backend.api.schemas.base import Problem
from backend.api.schemas.checkpoints import (
    BrokenCheckpointSummary,
    CheckpointDetail,
    CheckpointSummary,
)
from backend.api.schemas.circuits import CircuitPath, CircuitSummary
from backend.api.schemas.jobs import (
    JobDetail,
    MeansComputation,
    Progress,
    SearchRequest,
    Verification,
)
from backend.api.schemas.tasks import BrokenTaskSummary, PairExample, TaskFinding, TaskSummary
from backend.api.schemas.tokens import TokenText
from backend.circuits.circuit import Circuit
from backend.circuits.path import path_of
from backend.jobs.params import JobKind
from backend.jobs.reporter import PROGRESS_EVENT
from backend.library import BrokenCheckpoint, Description
from backend.store import CircuitSummary as StoredSummary
from backend.store import Job, latest_event, queue_position
from backend.store.tables import JsonObject
from models.tokenizer import Tokenizer
from tasks import Pair, Task
from tasks.files.findings import Finding
from tasks.files.folders import BrokenTask

_SUMMARY_FIELDS = tuple(CheckpointSummary.model_fields)
_DETAIL_FIELDS = tuple(CheckpointDetail.model_fields)


def checkpoint_summary(description: Description) -> CheckpointSummary:
    """A checkpoint in a list."""
    return CheckpointSummary(**{name: description[name] for name in _SUMMARY_FIELDS})


def checkpoint_detail(description: Description) -> CheckpointDetail:
    """A checkpoint on its own."""
    return CheckpointDetail(**{name: description[name] for name in _DETAIL_FIELDS})


def broken_checkpoint(broken: BrokenCheckpoint) -> BrokenCheckpointSummary:
    """A folder that cannot be opened, and why."""
    return BrokenCheckpointSummary(name=broken.name, error=broken.error)


def task_summary(task: Task) -> TaskSummary:
    """A task in a list."""
    return TaskSummary(
        name=task.name,
        title=task.title,
        summary=task.summary,
        decides=task.decides,
        answers=task.answers,
        custom=bool(task.digest),
    )


def task_findings(findings: Iterable[Finding]) -> list[TaskFinding]:
    """What is wrong with a task file."""
    return [TaskFinding(**dataclasses.asdict(finding)) for finding in findings]


def broken_task(broken: BrokenTask) -> BrokenTaskSummary:
    """A task file that makes no task, and why."""
    return BrokenTaskSummary(file=str(broken.path), findings=task_findings(broken.findings))


def token_text(tokenizer: Tokenizer, token: int) -> TokenText:
    """A token with its text."""
    return TokenText(id=token, text=tokenizer.token_text(token))


def pair_example(tokenizer: Tokenizer, pair: Pair) -> PairExample:
    """A pair with the text of each of its tokens."""

    def texts(tokens: Iterable[int]) -> list[TokenText]:
        return [token_text(tokenizer, token) for token in tokens]

    return PairExample(
        template=pair.template,
        first=texts(pair.first),
        second=texts(pair.second),
        first_text=pair.first_text,
        second_text=pair.second_text,
        first_answer=token_text(tokenizer, pair.first_answer),
        second_answer=token_text(tokenizer, pair.second_answer),
    )


def circuit_summary(stored: StoredSummary) -> CircuitSummary:
    """A circuit in a list."""
    return CircuitSummary(**{name: getattr(stored, name) for name in CircuitSummary.model_fields})


def circuit_path(circuit: Circuit) -> CircuitPath:
    """The sizes on a circuit's path.

    Raises:
        PathNotFoundError: it has none.
    """
    path = path_of(circuit)
    return CircuitPath(
        slug=circuit.slug,
        target_loss=circuit.provenance.target_loss,
        ranking=path.ranking,
        points=path.points,
    )


def job_request(job: Job) -> SearchRequest | Verification | MeansComputation:
    """What a job was asked for; what jobs of older versions left open is filled in."""
    if job.kind == JobKind.VERIFY:
        return Verification.model_validate(job.params)
    if job.kind == JobKind.MEANS:
        return MeansComputation.model_validate(job.params)
    return SearchRequest.model_validate(job.params)


def job_detail(session: Session, job: Job) -> JobDetail:
    """A job and where it stands."""
    latest = latest_event(session, job.id, PROGRESS_EVENT)
    return JobDetail(
        id=job.id,
        kind=JobKind(job.kind),
        status=job.status,
        request=job_request(job),
        created=job.created,
        started=job.started,
        finished=job.finished,
        queue_position=queue_position(session, job.id),
        progress=None if latest is None else Progress.model_validate(latest.data),
        slug=job.result,
        error=job_problem(job.error),
    )


def job_problem(error: JsonObject | None) -> Problem | None:
    """A job's error as problem details; rows written by the store itself have no status."""
    return None if error is None else Problem.model_validate({"status": 500, **error})
