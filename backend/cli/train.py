"""`circuit-explorer train`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from backend.cli.common import fail, messages, plain_errors


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(train)


@plain_errors
def train(
    recipe: Annotated[Path, typer.Argument(metavar="RECIPE.toml", help="What to train.")],
    out: Annotated[Path, typer.Option(help="Folder of the run, then of the checkpoint.")],
    resume: Annotated[bool, typer.Option(help="Go on with an interrupted run.")] = True,
) -> None:
    """Train a sparse checkpoint; interrupted (even by kill -9), the same command goes on."""
    from models.recipe import Recipe
    from models.training import TrainingProgress
    from models.training import train as run

    parsed = Recipe.load(recipe)
    if not resume and (out / "work").exists():
        raise fail(
            f"{out} holds an interrupted run.",
            "Leave --no-resume out to go on with it, or remove the folder to start anew.",
        )
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
    with Progress(*columns, console=messages) as bar:
        line = bar.add_task(parsed.name, total=parsed.run.steps, loss="-", nonzero="-", speed="-")

        def show(progress: TrainingProgress) -> None:
            bar.update(
                line,
                completed=progress.step,
                loss=f"{progress.loss:.3f}",
                nonzero=f"{progress.nonzero_fraction:.4f}",
                speed=f"{progress.tokens_per_second:,.0f}",
            )

        folder = run(parsed, out, show)
    typer.echo(str(folder))
