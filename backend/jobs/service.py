"""Asking for a search: checked as far as it can be without searching, then put in the queue."""

from __future__ import annotations

from sqlalchemy.orm import Session

from backend.errors import InvalidRequestError, TaskNotFoundError
from backend.jobs.protocol import SearchParams
from backend.library import CheckpointLibrary
from backend.store import Job, create_job
from models.tokenizer import Tokenizer
from tasks import Split, Task, TaskError, get_task

SEARCH = "search"
"""The kind of job that finds a circuit."""


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
    if checkpoint.node_means is None:
        raise InvalidRequestError(
            f"Checkpoint {params.checkpoint!r} has no node means; a search ablates nodes to them.",
            remedy="Store node means beside the weights, or choose another checkpoint.",
        )
    check_fit(task, require_tokenizer(params.checkpoint, checkpoint.tokenizer))


def submit_search(session: Session, params: SearchParams) -> Job:
    """Puts a search that was checked at the end of the queue."""
    return create_job(session, SEARCH, params.model_dump())


def find_task(name: str) -> Task:
    """The task of that name.

    Raises:
        TaskNotFoundError: there is none.
    """
    try:
        return get_task(name)
    except TaskError as error:
        raise TaskNotFoundError(f"{error}.") from None


def require_tokenizer(checkpoint: str, tokenizer: Tokenizer | None) -> Tokenizer:
    """The tokenizer, which a task cannot do without.

    Raises:
        InvalidRequestError: there is none.
    """
    if tokenizer is None:
        raise InvalidRequestError(
            f"Checkpoint {checkpoint!r} has no tokenizer; tasks are made of text.",
            remedy="Put its tokenizer.json beside the weights, or choose another checkpoint.",
        )
    return tokenizer


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
