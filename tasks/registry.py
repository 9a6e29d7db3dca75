"""All tasks: those that come with the program, read from `data/*.toml`, and those of task files.

Folders of task files are named once a process (`use_task_folders`); what stands in them is looked
at whenever somebody asks, so that a file is a task as soon as it is there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path

from tasks.base import TaskError
from tasks.entry import TaskEntry
from tasks.files.folders import BrokenTask, TaskFolders
from tasks.template_task import Task

# The order of Gao et al. 2025, Table 1.
ORDER = (
    "single_double_quote",
    "bracket_counting",
    "bracket_brace",
    "set_or_string",
    "set_or_string_fixedvarname",
    "class_init",
    "with_as",
    "with_open",
    "for_while",
    "else_elif",
    "fstring_brace",
    "if_ternary",
    "if_equals",
    "var_if",
    "var_swap",
    "indent_for",
    "while_return_true",
    "lambda_func",
    "enumerate_range",
    "final_kwarg",
)

_folders = TaskFolders((), taken=ORDER)


def use_task_folders(folders: Sequence[Path]) -> None:
    """From now on this process finds the task files of these folders too, earlier folders first."""
    global _folders
    _folders = TaskFolders(folders, taken=ORDER)


def all_tasks() -> list[Task]:
    """Every task: the published ones, then those of task files by name."""
    return [*published_tasks(), *_folders.scan()[0].values()]


def published_tasks() -> list[Task]:
    """The tasks of Gao et al. 2025, in the order of Table 1."""
    return list(_published().values())


def broken_tasks() -> list[BrokenTask]:
    """Task files that make no task, and why."""
    return _folders.scan()[1]


def task_file_of(name: str) -> Path | None:
    """The file a task was read from; None for published tasks and unknown names."""
    return _folders.path_of(name)


def get_task(name: str) -> Task:
    """The task of that name.

    Raises:
        TaskError: no such task; the nearest name and all known ones are given.
    """
    published = _published()
    if name in published:
        return published[name]
    found, broken = _folders.scan()
    if name in found:
        return found[name]
    for file in broken:
        if file.name == name:
            raise TaskError(f"task {name!r} cannot be used: {file.error}")
    tasks = [*published, *found]
    close = get_close_matches(name, tasks, n=1)
    hint = f": did you mean {close[0]!r}?" if close else "."
    raise TaskError(f"unknown task {name!r}{hint} Known tasks: {', '.join(tasks)}")


@cache
def _published() -> dict[str, Task]:
    entries = [
        TaskEntry.model_validate(entry)
        for file in (files("tasks") / "data").iterdir()
        if file.name.endswith(".toml")
        for entry in tomllib.loads(file.read_text(encoding="utf-8")).get("task", [])
    ]
    made = {entry.name: entry.task(entry.prompts()) for entry in entries}
    if sorted(made) != sorted(ORDER) or len(made) != len(entries):
        raise TaskError(
            f"data/*.toml hold the tasks {sorted(entry.name for entry in entries)}; each of "
            f"{sorted(ORDER)} must be there once: correct the files or ORDER"
        )
    return {name: made[name] for name in ORDER}
