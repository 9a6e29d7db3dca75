"""Tasks, the files they come in, and their pairs."""

from __future__ import annotations

from pydantic import Field

from backend.api.schemas.base import Problem, Schema
from backend.api.schemas.tokens import TokenText
from tasks.base import Split
from tasks.files.task_file import MAX_BYTES


class TaskSummary(Schema):
    """A task in a list."""

    name: str
    title: str
    summary: str
    decides: str
    answers: tuple[str, str]
    custom: bool = Field(description="read from a task file, not one that comes along")


class BrokenTaskSummary(Schema):
    """A file in a folder of tasks that makes none."""

    file: str
    findings: list[TaskFinding]


class TaskFinding(Schema):
    """One thing that is wrong with a task file, or that is likely not meant."""

    line: int
    message: str
    rule: str
    remedy: str
    warning: bool = Field(description="the task can be used all the same")


class TaskUpload(Schema):
    """A task file."""

    filename: str = Field(max_length=255)
    text: str = Field(max_length=MAX_BYTES)


class AddedTask(Schema):
    """A task that is listed from now on."""

    task: TaskSummary
    findings: list[TaskFinding]


class TaskFileProblem(Problem):
    """Why a task file makes no task, line by line; no lines if the request has another form."""

    findings: list[TaskFinding] = Field(default=[])


class PairExample(Schema):
    """One pair of a task: two sequences that differ in what decides the answer."""

    template: int
    first: list[TokenText]
    second: list[TokenText]
    first_text: str
    second_text: str
    first_answer: TokenText
    second_answer: TokenText


class TaskExamples(Schema):
    """Pairs of a task for a checkpoint's tokenizer."""

    task: TaskSummary
    checkpoint: str
    split: Split
    pairs: list[PairExample]
