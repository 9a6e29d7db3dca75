"""`circuit-explorer tasks` and `circuit-explorer tasks check`."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from backend.cli.common import (
    find_task_files,
    messages,
    open_checkpoint,
    plain_errors,
    print_json,
    print_table,
    results,
)

if TYPE_CHECKING:
    from backend.circuits.statistics import Estimate
    from backend.circuits.task_scores import TaskScore
    from models.checkpoints import Checkpoint
    from tasks import Task
    from tasks.files.findings import Finding
    from tasks.files.task_file import TaskFile

EXIT_BAD_FILE = 1
PAIRS = 100
"""Test pairs the whole model is measured on."""
MOST_COUNTED = 1000
"""Pairs of a split that are counted."""

commands = typer.Typer(invoke_without_command=True)


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    app.add_typer(commands, name="tasks")


@commands.callback()
@plain_errors
def list_tasks(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
) -> None:
    """List the tasks, those of task files too; `check` says what is wrong with a task file."""
    if context.invoked_subcommand is not None:
        return
    from tasks import all_tasks
    from tasks.registry import broken_tasks

    find_task_files()
    found, broken = all_tasks(), broken_tasks()
    if as_json:
        print_json(
            {
                "tasks": [_summary(task) for task in found],
                "broken": [
                    {"file": str(each.path), "findings": _plain(each.findings)} for each in broken
                ],
            }
        )
        return
    table = Table("task", "answers", "what decides", box=box.SIMPLE_HEAD, pad_edge=False)
    for task in found:
        answers = " or ".join(map(repr, task.answers))
        table.add_row(*map(escape, (task.name, answers, task.decides)))
    print_table(table)
    for each in broken:
        messages.print(
            f"{each.path} makes no task:", style="bold red", markup=False, soft_wrap=True
        )
        messages.print(each.error, markup=False, soft_wrap=True)


@commands.command()
@plain_errors
def check(
    file: Annotated[Path, typer.Argument(help="A task file, as docs/tasks.md describes it.")],
    checkpoint: Annotated[
        str | None,
        typer.Option(help="Check it for this checkpoint as well, a name or a folder."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Say what is wrong with a task file, line by line; if nothing is, show what it gives.

    Exit code 1: the file has errors.
    """
    from backend.circuits.needs import tokenizer_of
    from backend.circuits.task_scores import score_task
    from backend.custom_tasks import check_task
    from tasks.files.token_rules import token_findings

    checked = check_task(file.read_bytes())
    findings = list(checked.findings)
    opened = None if checkpoint is None else open_checkpoint(checkpoint)
    if opened is not None:
        findings += token_findings(checked, tokenizer_of(opened), opened.config.n_ctx)
    findings.sort()
    fits = not any(not finding.warning for finding in findings)
    score = None
    if fits and opened is not None and checked.task is not None:
        score = score_task(opened, checked.task, PAIRS)
    if as_json:
        print_json(_report(file, checked, findings, fits, opened, score))
    else:
        for finding in findings:
            results.print(finding.at(str(file)), markup=False, soft_wrap=True)
        if fits:
            _show(checked, opened, score)
    if not fits:
        raise typer.Exit(EXIT_BAD_FILE)


def _summary(task: Task) -> dict[str, Any]:
    return {
        "name": task.name,
        "title": task.title,
        "summary": task.summary,
        "decides": task.decides,
        "answers": list(task.answers),
        "custom": bool(task.digest),
    }


def _plain(findings: list[Finding] | tuple[Finding, ...]) -> list[dict[str, Any]]:
    return [dataclasses.asdict(finding) for finding in findings]


def _report(
    file: Path,
    checked: TaskFile,
    findings: list[Finding],
    fits: bool,
    opened: Checkpoint | None,
    score: TaskScore | None,
) -> dict[str, Any]:
    """The findings, and what a file without errors gives."""
    report: dict[str, Any] = {"file": str(file), "usable": fits, "findings": _plain(findings)}
    if not fits or checked.task is None:
        return report
    report |= {
        "task": _summary(checked.task),
        "pairs": _pairs(checked.task),
        "example": _example(checked.task),
    }
    if opened is not None and score is not None:
        report["whole_model"] = {
            "checkpoint": opened.name,
            "test_pairs": PAIRS,
            "loss": None if score.loss is None else dataclasses.asdict(score.loss),
            "accuracy": None if score.accuracy is None else dataclasses.asdict(score.accuracy),
            "limit": score.limit,
        }
    return report


def _pairs(task: Task) -> dict[str, int]:
    """Distinct pairs of each split, counted up to `MOST_COUNTED`."""
    from tasks import Split

    return {split.value: len(task.fillings(split, MOST_COUNTED)) for split in Split}


def _example(task: Task) -> dict[str, str]:
    """The first test pair, as text."""
    from tasks import Split

    ((filling, _),) = task.fillings(Split.TEST, 1)
    return dataclasses.asdict(filling)


def _show(checked: TaskFile, opened: Checkpoint | None, score: TaskScore | None) -> None:
    assert checked.task is not None
    table = Table(title=checked.name, show_header=False)
    for split, prompts in checked.prompts.items():
        count = len(checked.task.fillings(split, MOST_COUNTED))
        more = " or more" if count == MOST_COUNTED else ""
        table.add_row(f"{split} pairs", f"{count}{more}, of {len(prompts)} templates")
    example = _example(checked.task)
    for side in ("first", "second"):
        table.add_row(f"a {side} sequence", escape(example[side]))
        table.add_row("its right answer", escape(repr(example[f"{side}_answer"])))
    if opened is not None and score is not None:
        table.add_row(f"loss of {opened.name}", _interval(score.loss, " nats"))
        table.add_row("its accuracy", _interval(score.accuracy, ""))
        if score.limit:
            table.add_row("what limits it", escape(score.limit))
    print_table(table)


def _interval(estimate: Estimate | None, unit: str) -> str:
    if estimate is None:
        return "-"
    return f"{estimate.value:.3f}{unit} ({estimate.low:.3f} to {estimate.high:.3f})"
