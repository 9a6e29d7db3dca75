"""`circuit-explorer train`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from backend.cli.card import write_measured_card
from backend.cli.common import fail, messages, plain_errors
from backend.settings import get_settings

if TYPE_CHECKING:
    from models.recipe import Recipe
    from models.training import TrainingProgress
    from models.training.processes import Processes


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(train)


@plain_errors
def train(
    recipe: Annotated[Path, typer.Argument(metavar="RECIPE.toml", help="What to train.")],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the run, then of the checkpoint; by default checkpoints/NAME in the "
            "data folder, where the server finds it."
        ),
    ] = None,
    resume: Annotated[bool, typer.Option(help="Go on with an interrupted run.")] = True,
) -> None:
    """Train a sparse checkpoint and measure it on every task for its card.

    Interrupted (even by kill -9), the same command goes on. In several processes, each with its
    share of every batch: torchrun --nproc-per-node N -m backend.cli train RECIPE.toml.
    """
    from backend.library import ZOO
    from models.recipe import Recipe
    from models.training.processes import joined_processes

    parsed = Recipe.load(recipe)
    folder = out or get_settings().own_checkpoints / parsed.name
    if not resume and (folder / "work").exists():
        raise fail(
            f"{folder} holds an interrupted run.",
            "Leave --no-resume out to go on with it, or remove the folder to start anew.",
        )
    with joined_processes() as processes:
        _run(parsed, folder, processes)
    if processes.leads:
        write_measured_card(folder)
        if (ZOO / folder.name).exists() and folder.resolve().parent != ZOO:
            messages.print(
                f"{folder.name} is also the name of a shipped checkpoint, which keeps it: rename "
                "the folder to explore both.",
                soft_wrap=True,
            )
        typer.echo(str(folder))


def _run(recipe: Recipe, folder: Path, processes: Processes) -> None:
    """Train, with a progress bar of the leading process."""
    from models.training import train

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TextColumn("loss {task.fields[loss]}"),
        TextColumn("nonzero {task.fields[nonzero]}"),
        TextColumn("{task.fields[speed]} tokens/s"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=messages, disable=not processes.leads) as bar:
        line = bar.add_task(recipe.name, total=recipe.run.steps, loss="-", nonzero="-", speed="-")

        def show(progress: TrainingProgress) -> None:
            bar.update(
                line,
                completed=progress.step,
                loss=f"{progress.loss:.3f}",
                nonzero=f"{progress.nonzero_fraction:.4f}",
                speed=f"{progress.tokens_per_second:,.0f}",
            )

        train(recipe, folder, show, processes)
