"""Asking for a job: checked as far as it can be without doing it, then put in the queue."""

from __future__ import annotations

from sqlalchemy.orm import Session

from backend.circuits.circuit import Circuit
from backend.circuits.needs import means_of, tokenizer_of
from backend.errors import InvalidRequestError, TaskNotFoundError
from backend.jobs.params import JobKind, MeansParams, SearchParams, VerifyParams
from backend.library import CheckpointLibrary
from backend.store import Job, active_jobs, create_job, lock_circuit
from models.tokenizer import Tokenizer
from tasks import Split, Task, TaskError, get_task


def check_search(library: CheckpointLibrary, params: SearchParams) -> None:
    """Checks that a search can be started; opens the checkpoint, which may take a while.

    Raises:
        CheckpointNotFoundError: no such checkpoint.
        TaskNotFoundError: no such task.
        InvalidRequestError: the checkpoint cannot be opened, lacks a tokenizer or node means, or
            the task's answers are no single tokens of its tokenizer.
    """
    task = find_task(params.task)
    checkpoint = library.open(params.checkpoint)
    means_of(checkpoint)
    check_fit(task, tokenizer_of(checkpoint))


def submit_search(session: Session, params: SearchParams) -> Job:
    """Puts a search that was checked at the end of the queue."""
    return create_job(session, JobKind.SEARCH, params.model_dump(mode="json"))


def check_verify(library: CheckpointLibrary, circuit: Circuit) -> None:
    """Checks that a circuit can be verified; opens its checkpoint, which may take a while.

    Raises:
        CheckpointNotFoundError: the checkpoint is not on this instance.
        ConflictError: it has other node means now.
        TaskNotFoundError: the task is unknown to this version.
        InvalidRequestError: the checkpoint lacks a tokenizer that fits the task.
    """
    source = circuit.provenance
    checkpoint = library.open_for(source.checkpoint, source.checkpoint_digest, source.means_digest)
    check_fit(find_task(circuit.task), tokenizer_of(checkpoint))


def submit_verify(session: Session, circuit: Circuit, *, quick: bool = False) -> Job:
    """Puts a report on a checked circuit at the end of the queue.

    While one on the same circuit is queued or running, that one is the answer: two visitors who ask
    at the same time wait for the same job.

    Raises:
        CircuitNotFoundError: the circuit is not stored.
    """
    lock_circuit(session, circuit.slug)
    running = running_verify(session, circuit.slug)
    if running is not None:
        return running
    params = VerifyParams(
        slug=circuit.slug,
        checkpoint=circuit.checkpoint,
        task=circuit.task,
        target_loss=circuit.provenance.target_loss,
        seed=circuit.provenance.seed,
        quick=quick,
    )
    return create_job(session, JobKind.VERIFY, params.model_dump())


def running_verify(session: Session, slug: str) -> Job | None:
    """The queued or running job that verifies a circuit; None if none does, or it is to stop."""
    for job in active_jobs(session, JobKind.VERIFY):
        if job.params["slug"] == slug and not job.cancel_requested:
            return job
    return None


def submit_means(session: Session, params: MeansParams) -> Job:
    """Puts node means that were checked at the end of the queue.

    While the same ones are queued or running, their job is the answer.
    """
    wanted = params.model_dump(mode="json")
    for job in active_jobs(session, JobKind.MEANS):
        if job.params == wanted and not job.cancel_requested:
            return job
    return create_job(session, JobKind.MEANS, wanted)


def running_means(session: Session, checkpoint: str) -> Job | None:
    """The queued or running job that computes a checkpoint's node means; None if none does."""
    for job in active_jobs(session, JobKind.MEANS):
        if job.params["checkpoint"] == checkpoint and not job.cancel_requested:
            return job
    return None


def find_task(name: str) -> Task:
    """The task of that name.

    Raises:
        TaskNotFoundError: there is none.
    """
    try:
        return get_task(name)
    except TaskError as error:
        raise TaskNotFoundError(f"{error}.") from None


def check_fit(task: Task, tokenizer: Tokenizer) -> None:
    """Checks that the task can be told in this tokenizer's tokens.

    Raises:
        InvalidRequestError: an answer is not a single token.
    """
    try:
        for split in Split:
            task.pairs(tokenizer, split, 1)
    except TaskError as error:
        raise InvalidRequestError(
            f"{error}.", remedy="Choose another task, or a checkpoint whose tokenizer fits."
        ) from None
