"""All tasks, read from `data/*.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

from tasks.base import Split, TaskError
from tasks.template_task import Task
from tasks.templates import PairTemplate, place

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


def all_tasks() -> list[Task]:
    """Every task, in the order of Gao et al. 2025, Table 1."""
    return list(_tasks().values())


def get_task(name: str) -> Task:
    """The task of that name.

    Raises:
        TaskError: no such task; the nearest name and all known ones are given.
    """
    tasks = _tasks()
    if name in tasks:
        return tasks[name]
    close = get_close_matches(name, tasks, n=1)
    hint = f": did you mean {close[0]!r}?" if close else "."
    raise TaskError(f"unknown task {name!r}{hint} Known tasks: {', '.join(tasks)}")


@cache
def _tasks() -> dict[str, Task]:
    data = [
        tomllib.loads(entry.read_text(encoding="utf-8"))
        for entry in (files("tasks") / "data").iterdir()
        if entry.name.endswith(".toml")
    ]
    shared = next(part for part in data if "settings" in part)
    entries = [entry for part in data for entry in part.get("task", [])]
    made = {entry["name"]: _task(entry, shared) for entry in entries}
    if sorted(made) != sorted(ORDER) or len(made) != len(entries):
        raise TaskError(
            f"data/*.toml hold the tasks {sorted(entry['name'] for entry in entries)}; each of "
            f"{sorted(ORDER)} must be there once: correct the files or ORDER"
        )
    return {name: made[name] for name in ORDER}


def _task(entry: Mapping[str, Any], shared: Mapping[str, Any]) -> Task:
    words = {**shared["words"], **entry.get("words", {})}
    decide = {slot: (texts[0], texts[1]) for slot, texts in entry["decide"].items()}
    answers = (entry["answers"][0], entry["answers"][1])
    settings = shared["settings"][entry["settings"]]
    return Task(
        name=entry["name"],
        title=entry["title"],
        summary=entry["summary"],
        decides=entry["decides"],
        answers=(entry["display"][0], entry["display"][1]),
        symmetric=entry.get("symmetric", False),
        split_templates={
            split: tuple(
                PairTemplate(place(core, setting), answers, decide, words)
                for setting in settings[split.value]
                for core in entry["cores"]
            )
            for split in Split
        },
    )
