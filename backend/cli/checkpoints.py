"""`circuit-explorer checkpoints`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from backend.cli.common import library, messages, plain_errors, print_json, print_table

if TYPE_CHECKING:
    from backend.library import BrokenCheckpoint


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(checkpoints)


@plain_errors
def checkpoints(
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
) -> None:
    """List the checkpoints that can be opened by name, and those that cannot be opened."""
    described, broken = library().describe_all()
    if as_json:
        print_json({"checkpoints": described, "broken": [_named(each) for each in broken]})
        return
    print_table(_table(described))
    for each in broken:
        messages.print(f"{each.name} cannot be opened:", style="bold red", markup=False)
        messages.print(each.error, markup=False, soft_wrap=True)


def _named(broken: BrokenCheckpoint) -> dict[str, str]:
    return {"name": broken.name, "path": str(broken.path), "error": broken.error}


def _table(described: list[dict[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("checkpoint", no_wrap=True)
    table.add_column("format", overflow="fold")
    for heading in ("layers", "width", "nonzero", "loss"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("with", min_width=len("tokenizer"))
    for each in described:
        loss = each["held_out_loss"]
        there = {"tokenizer": each["has_tokenizer"], "means": each["has_node_means"]}
        table.add_row(
            escape(each["name"]),
            each["format"],
            str(each["n_layer"]),
            str(each["d_model"]),
            f"{each['nonzero_fraction']:.2%}",
            "-" if loss is None else f"{loss:.3f}",
            " ".join(name for name, has in there.items() if has) or "-",
        )
    return table
