"""`circuit-explorer inspect`."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from backend.cli.common import open_checkpoint, plain_errors, print_json, results


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(inspect)


@plain_errors
def inspect(
    path: Annotated[str, typer.Argument(help="Folder of a checkpoint, or the name it has here.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Say what a checkpoint is: format, architecture, sparsity, sites."""
    from models.checkpoints import describe

    description = describe(open_checkpoint(path))
    if as_json:
        print_json(description)
        return
    results.print(_facts(description))
    results.print(_matrices(description))
    results.print(_sites(description))


def _facts(description: dict[str, Any]) -> Table:
    table = Table(title=description["name"], show_header=False)
    for name in ("format", "digest", "n_layer", "d_model", "d_mlp", "n_head", "vocab_size"):
        table.add_row(name, str(description[name]))
    table.add_row("parameters", f"{description['parameters']:,}")
    table.add_row(
        "nonzero", f"{description['nonzero']:,} ({description['nonzero_fraction']:.2%} of weights)"
    )
    loss = description["held_out_loss"]
    table.add_row("held-out loss", "unknown" if loss is None else f"{loss:.4f} nats a token")
    table.add_row("tokenizer", "yes" if description["has_tokenizer"] else "none")
    table.add_row("node means", "yes" if description["has_node_means"] else "none")
    return table


def _matrices(description: dict[str, Any]) -> Table:
    table = Table("matrix", "nonzero")
    for name, fraction in description["matrices"].items():
        table.add_row(name, f"{fraction:.2%}")
    return table


def _sites(description: dict[str, Any]) -> Table:
    table = Table("site", "nodes", "AbsTopK")
    for site in description["sites"]:
        table.add_row(site["site"], str(site["width"]), str(site["abs_topk"] or "-"))
    return table
