"""The tasks, and pairs of them as a checkpoint reads them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from backend.api.deps import LibraryDep, TaskPath
from backend.api.problems import responses
from backend.api.schemas import TaskExamples, TaskSummary
from backend.api.views import pair_example, task_summary
from backend.circuits.needs import tokenizer_of
from backend.errors import InvalidRequestError
from backend.jobs.service import find_task
from tasks import Split, TaskError, all_tasks

MAX_EXAMPLES = 200

router = APIRouter(tags=["tasks"])


@router.get("/tasks")
def list_tasks() -> list[TaskSummary]:
    """Every task, in the order of Gao et al. 2025, Table 1."""
    return [task_summary(task) for task in all_tasks()]


@router.get("/tasks/{name}/examples", responses=responses(404, 422))
def get_examples(
    name: TaskPath,
    library: LibraryDep,
    checkpoint: Annotated[str, Query(description="whose tokenizer cuts the text")],
    split: Annotated[Split, Query()] = Split.TEST,
    count: Annotated[int, Query(ge=1, le=MAX_EXAMPLES)] = 8,
    seed: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> TaskExamples:
    """Pairs of a task in a checkpoint's tokens; the same ones for the same question."""
    task = find_task(name)
    tokenizer = tokenizer_of(library.open(checkpoint))
    try:
        pairs = task.pairs(tokenizer, split, count, seed)
    except TaskError as error:
        raise InvalidRequestError(f"{error}.") from None
    return TaskExamples(
        task=task_summary(task),
        checkpoint=checkpoint,
        split=split,
        pairs=[pair_example(tokenizer, pair) for pair in pairs],
    )
