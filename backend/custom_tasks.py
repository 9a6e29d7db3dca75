"""Task files that users bring in: kept below the data folder, one file a task."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from backend.errors import ConflictError, TaskNotFoundError
from backend.jobs.params import JobKind
from backend.store import Store, active_jobs, get_circuit, list_circuits
from tasks import Task, published_tasks
from tasks.files.folders import SUFFIX
from tasks.files.task_file import TaskFile, read_task_file
from tasks.registry import all_tasks, task_file_of


def check_task(content: bytes) -> TaskFile:
    """What a task file says and what is wrong with it; names of published tasks are taken."""
    return read_task_file(content, [task.name for task in published_tasks()])


def add_task(store: Store, folder: Path, file: TaskFile) -> Task:
    """Keeps a task file and lists its task from now on; the same file again changes nothing.

    Args:
        store: whose circuits must not be of another task of that name.
        folder: where task files are kept; it is made.
        file: without errors.

    Raises:
        ConflictError: there is another task of that name, or a circuit of one.
    """
    assert file.task is not None
    assert not file.errors
    for task in all_tasks():
        if task.name == file.name:
            if task.digest == file.task.digest:
                return task
            raise ConflictError(
                f"There is a task {file.name!r} already, and it says something else.",
                remedy="Give yours another name, or remove the other one first.",
            )
    _check_circuits(store, file.task)
    _write(folder, file)
    return file.task


def remove_task(store: Store, folder: Path, name: str) -> Task:
    """Takes a task's file away; its circuits stay.

    Args:
        store: whose jobs must not need it.
        folder: where task files are kept.
        name: of the task.

    Raises:
        TaskNotFoundError: there is none of that name.
        ConflictError: it comes with the program or from another folder, or a job needs it.
    """
    found = {task.name: task for task in all_tasks()}.get(name)
    if found is None:
        raise TaskNotFoundError(f"There is no task {name!r}.")
    path = task_file_of(name)
    if path is None:
        raise ConflictError(
            f"The task {name!r} comes with the program.",
            remedy="Only tasks that were added can be removed.",
        )
    if path.parent.resolve() != folder.resolve():
        raise ConflictError(
            f"The task {name!r} is in a folder of CIRCUIT_EXPLORER_TASK_DIRS, {path.parent}.",
            remedy="Take the file out of that folder.",
        )
    with store.read() as session:
        jobs = [job for kind in JobKind for job in active_jobs(session, kind)]
        if any(job.params.get("task") == name for job in jobs):
            raise ConflictError(
                f"A job that waits or runs needs the task {name!r}.",
                remedy="Cancel it, or wait until it has ended.",
            )
    path.unlink(missing_ok=True)
    return found


def _check_circuits(store: Store, task: Task) -> None:
    """Numbers of a stored circuit must not become those of another task's pairs."""
    with store.read() as session:
        for summary in list_circuits(session, task=task.name):
            version = get_circuit(session, summary.slug).provenance.versions.get("task")
            if version != task.digest:
                raise ConflictError(
                    f"The circuit {summary.slug} is of a task {task.name!r} that said something "
                    "else.",
                    remedy="Give the task another name, or add the file that the circuit was "
                    "searched with.",
                )


def _write(folder: Path, file: TaskFile) -> None:
    """The file under its task's name: whole or not at all, and never over another one."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{file.name}{SUFFIX}"
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".", suffix=".partial") as partial:
        partial.write(file.content)
        partial.flush()
        os.fsync(partial.fileno())
        try:
            os.link(partial.name, path)
        except FileExistsError:
            raise ConflictError(
                f"{path} exists and holds no task of that name.",
                remedy="Take the file out of the folder, or give the task another name.",
            ) from None
    path.chmod(0o644)
