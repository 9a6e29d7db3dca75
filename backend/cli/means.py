"""`circuit-explorer means`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from backend.cli.common import (
    library,
    messages,
    plain_errors,
    print_json,
    results,
)
from backend.cli.progress import ended_by_ctrl_c
from backend.jobs.params import FEWEST_TOKENS, MOST_TOKENS, MeansParams

if TYPE_CHECKING:
    from backend.jobs.reporter import Count


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(means)


@plain_errors
def means(
    checkpoint: Annotated[str, typer.Argument(help="Name of a checkpoint.")],
    corpus: Annotated[
        list[Path] | None,
        typer.Option(
            help="Folder of Python sources; may be given several times. Generated programs, which "
            "the shipped checkpoints were trained on, if left out."
        ),
    ] = None,
    tokens: Annotated[
        int | None,
        typer.Option(min=FEWEST_TOKENS, max=MOST_TOKENS, help="How many; a million if left out."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace those that were computed here before.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print their source as JSON.")] = False,
) -> None:
    """Compute the node means of a checkpoint that has none: the values nodes are ablated to.

    They are kept in the data folder; the checkpoint's own folder stays as it is. Exit code 130:
    stopped with Ctrl-C, nothing was kept.
    """
    from backend.jobs.means_job import check_means, node_means, summary
    from models.means import RECOMMENDED_TOKENS

    params = MeansParams(
        checkpoint=checkpoint,
        folders=tuple(str(folder.expanduser().absolute()) for folder in corpus or ()),
        tokens=RECOMMENDED_TOKENS if tokens is None else tokens,
        replace=replace,
    )
    checkpoints = library()
    opened = check_means(checkpoints, params)
    columns = (
        TextColumn("{task.description:<12}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.completed:,.0f} tokens"),
        TimeRemainingColumn(),
    )
    with ended_by_ctrl_c() as cancelled, Progress(*columns, console=messages) as bar:
        lines = {}

        def show(count: Count) -> None:
            if count.stage not in lines:
                lines[count.stage] = bar.add_task(count.stage)
            bar.update(lines[count.stage], completed=count.step, total=count.steps)

        found = node_means(opened, params, show, cancelled)
    checkpoints.keep_means(opened, found)
    if as_json:
        print_json(found.source())
    else:
        results.print(summary(found), markup=False, soft_wrap=True)
        messages.print("Kept.")
