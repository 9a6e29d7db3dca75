"""`circuit-explorer card`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from backend.cli.common import fail, messages, plain_errors, print_json, print_table

PAIRS = 100

if TYPE_CHECKING:
    from backend.circuits.statistics import Estimate
    from backend.circuits.task_scores import TaskScore


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(card)


@plain_errors
def card(
    folder: Annotated[Path, typer.Argument(metavar="CHECKPOINT_DIR", help="Its folder.")],
    pairs: Annotated[int, typer.Option(min=1, help="Test pairs a task.")] = PAIRS,
    as_json: Annotated[bool, typer.Option("--json", help="Print the card as JSON.")] = False,
) -> None:
    """Measure a checkpoint on every task and write its card, card.json and card.md.

    Facts of training are taken from the folder's own log. The weights and their digest stay as
    they are.
    """
    written = write_measured_card(folder, pairs)
    if as_json:
        print_json(written)
    else:
        print_table(_table(written["tasks"]))
        messages.print(f"Wrote {folder / 'card.md'}.", soft_wrap=True)


def write_measured_card(folder: Path, pairs: int = PAIRS) -> dict[str, Any]:
    """Measure a native checkpoint and write its card.

    Args:
        folder: of the checkpoint.
        pairs: test pairs a task.

    Returns:
        The card.
    """
    from backend.circuits.task_scores import SOLVED, score_tasks
    from models.checkpoints import load_checkpoint
    from models.checkpoints.card import write_card
    from models.training.log import summarise_log
    from tasks import published_tasks

    checkpoint = load_checkpoint(folder)
    if checkpoint.format != "native":
        raise fail(
            f"{folder} is a checkpoint in {checkpoint.format} format; cards are written into "
            "native ones.",
            "Name a folder that `circuit-explorer train` made.",
        )
    tasks = published_tasks()
    with messages.status("Measuring tasks") as status:

        def show(score: TaskScore) -> None:
            status.update(f"Measured {score.task}")

        scores = score_tasks(checkpoint, tasks, pairs, show)
    written = dict(checkpoint.card)
    log = folder / "training.jsonl"
    if log.exists():
        facts = summarise_log(log)
        written["held_out_loss"] = facts.pop("held_out_loss") or written.get("held_out_loss")
        written["training"] = {**written.get("training", {}), **facts}
    written["tasks_solved"] = sum(score.solved for score in scores)
    written["tasks_measured"] = {"pairs": pairs, "solved_below": SOLVED}
    written["tasks"] = {score.task: _entry(score) for score in scores}
    write_card(folder, written)
    return written


def _entry(score: TaskScore) -> dict[str, Any]:
    return {
        **_numbers("loss", score.loss),
        **_numbers("accuracy", score.accuracy),
        "limit": score.limit,
    }


def _numbers(name: str, estimate: Estimate | None) -> dict[str, float]:
    if estimate is None:
        return {}
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}


def _table(tasks: dict[str, Any]) -> Table:
    from models.checkpoints.card import task_rows

    heading, *rows = task_rows(tasks)
    table = Table(*heading)
    for row in rows:
        table.add_row(*map(escape, row))
    return table
