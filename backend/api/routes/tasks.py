"""The tasks, pairs of them as a checkpoint reads them, and task files that users bring in."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from backend import custom_tasks
from backend.api.deps import LibraryDep, ServicesDep, TaskPath
from backend.api.problems import MEDIA_TYPE, responses
from backend.api.schemas.tasks import (
    AddedTask,
    TaskExamples,
    TaskFileProblem,
    TaskSummary,
    TaskUpload,
)
from backend.api.views import pair_example, task_findings, task_summary
from backend.circuits.needs import tokenizer_of
from backend.errors import InvalidRequestError
from backend.jobs.service import find_task
from tasks import Split, TaskError, all_tasks
from tasks.files.task_file import TaskFile

MAX_EXAMPLES = 200

router = APIRouter(tags=["tasks"])


@router.get("/tasks")
def list_tasks() -> list[TaskSummary]:
    """Every task: the published ones in the order of Gao et al. 2025, Table 1, then added ones."""
    return [task_summary(task) for task in all_tasks()]


@router.post(
    "/tasks",
    response_model=AddedTask,
    responses={**responses(400, 403, 409, 413), 422: {"model": TaskFileProblem}},
)
def add_task(upload: TaskUpload, services: ServicesDep) -> AddedTask | JSONResponse:
    """Keeps a task file (docs/tasks.md) and lists its task; what is wrong with it is told line by
    line. The same file again changes nothing.
    """
    file = custom_tasks.check_task(upload.text.encode())
    if file.errors:
        return _file_problem(upload.filename, file)
    task = custom_tasks.add_task(services.store, services.settings.own_tasks, file)
    return AddedTask(task=task_summary(task), findings=task_findings(file.findings))


@router.delete("/tasks/{name}", responses=responses(400, 403, 404, 409))
def remove_task(name: TaskPath, services: ServicesDep) -> TaskSummary:
    """Takes an added task off the list; its circuits stay."""
    task = custom_tasks.remove_task(services.store, services.settings.own_tasks, name)
    return task_summary(task)


def _file_problem(filename: str, file: TaskFile) -> JSONResponse:
    problem = TaskFileProblem(
        title="The task file cannot be used",
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        detail="\n".join(finding.at(filename) for finding in file.errors),
        remedy="Correct the lines named and add the file again.",
        findings=task_findings(file.findings),
    )
    return JSONResponse(problem.model_dump(), status_code=problem.status, media_type=MEDIA_TYPE)


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
