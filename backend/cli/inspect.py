"""`circuit-explorer inspect`: what a checkpoint is, or why it cannot be opened."""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from backend.cli.common import fail, library, messages, plain_errors, print_json, print_table
from backend.cli.memory import PeakMemory
from backend.settings import ENV_PREFIX, get_settings

EXIT_UNOPENABLE = 1
LAYERS_A_TABLE = 6
"""Layers side by side that fit a terminal of 80 columns."""

Facts = dict[str, Any]


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(inspect)


@plain_errors
def inspect(
    path: Annotated[str, typer.Argument(help="Folder of a checkpoint, or the name it has here.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Say what a checkpoint is: format, architecture, sparsity, sites, what lies beside it.

    Exit code 1 if it cannot be opened; then it says why.
    """
    facts = inspected(_locate(path))
    if as_json:
        print_json(facts)
    elif facts["opened"]:
        _show(facts)
    for warning in facts["warnings"]:
        messages.print("warning:", style="bold yellow", end=" ")
        messages.print(warning, markup=False, soft_wrap=True)
    if not facts["opened"]:
        kind = facts["format"]
        known = f"recognised as {kind}, but " if kind else ""
        raise fail(f"{facts['path']}: {known}{facts['error']}", code=EXIT_UNOPENABLE)


def _locate(path: str) -> Path:
    known = library()
    if path not in known.names() and Path(path).expanduser().exists():
        return Path(path).expanduser()
    return known.path_of(path)


def inspected(path: Path) -> Facts:
    """Everything about a folder that should be a checkpoint, JSON-ready.

    Args:
        path: the folder, or a file in it.

    Returns:
        path; opened; format (None if unknown); error (None if opened); warnings; opening: seconds,
        peak_bytes (above what the process had; None where the system does not tell), held_bytes (of
        the opened model); and of an opened one what `models.checkpoints.describe` says.
    """
    from models.checkpoints import CheckpointError, describe, format_of, load_checkpoint
    from models.sparse_linear import memory_bytes

    facts: Facts = {"path": str(path), "opened": False, "format": format_of(path), "error": None}
    begun = time.perf_counter()
    with PeakMemory() as memory, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            checkpoint = load_checkpoint(path, get_settings().tokenizer_search_path)
        except CheckpointError as error:
            checkpoint, facts["error"] = None, str(error)
    facts["warnings"] = [str(each.message) for each in caught if each.category is UserWarning]
    facts["opening"] = {"seconds": time.perf_counter() - begun, "peak_bytes": memory.peak}
    if checkpoint is not None:
        facts["opened"] = True
        facts["opening"]["held_bytes"] = memory_bytes(checkpoint.model)
        facts |= describe(checkpoint)
    return facts


def _show(facts: Facts) -> None:
    print_table(_overview(facts))
    print_table(_architecture(facts["config"]))
    print_table(_sites(facts))
    for table in _matrices(facts):
        print_table(table)


def _overview(facts: Facts) -> Table:
    table = Table(title=escape(facts["name"]), show_header=False)
    loss = facts["held_out_loss"]
    share = f"{facts['nonzero_fraction']:.2%} of matrices, biases and embeddings"
    rows = {
        "folder": facts["path"],
        "format": facts["format"],
        "digest": facts["digest"],
        "parameters": f"{facts['parameters']:,}",
        "nonzero": f"{facts['nonzero']:,} ({share})",
        "held-out loss": "unknown" if loss is None else f"{loss:.4f} nats a token",
        "tokenizer": _tokenizer(facts["tokenizer"], facts["vocab_size"]),
        "node means": _node_means(facts["node_means"]),
        "opened": _opening(facts["opening"]),
    }
    for name, value in rows.items():
        table.add_row(name, escape(value))
    return table


def _tokenizer(tokenizer: Facts, vocab_size: int) -> str:
    name = tokenizer["name"]
    if tokenizer["vocab_size"] is None:
        if name is None:
            return "none beside it, and none named"
        return (
            f"{name}, not found: put its folder beside the checkpoint, or name the folder that "
            f"has it in {ENV_PREFIX}TOKENIZER_DIRS"
        )
    size = f"{tokenizer['kind']} of {tokenizer['vocab_size']} tokens for {vocab_size} of the model"
    return size if name is None else f"{name}: {size}"


def _node_means(means: Facts | None) -> str:
    if means is None:
        return "none: searching by mean ablation needs them"
    return f"over {means['tokens']:,} tokens of corpus {means['corpus_digest'][:12]}"


def _opening(opening: Facts) -> str:
    peak = opening["peak_bytes"]
    most = "" if peak is None else f" with at most {_size(peak)} of memory"
    held = _size(opening["held_bytes"])
    return f"in {opening['seconds']:.1f} s{most}; {held} are the model's"


def _size(count: int) -> str:
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


def _architecture(config: Facts) -> Table:
    table = Table(title="architecture", show_header=False)
    fraction = config["abs_topk_fraction"]
    for name, value in config.items():
        if name == "abs_topk_sites":
            value = ", ".join(value) if fraction is not None else "nowhere"
        table.add_row(name, escape("-" if value is None else str(value)))
    return table


def _sites(facts: Facts) -> Table:
    """A row a site of a layer: layers are alike."""
    table = Table("site", "nodes", "AbsTopK keeps", title=f"each of {facts['n_layer']} layers")
    for site in facts["sites"]:
        layer, _, kind = site["site"].partition(".")
        if layer == "0":
            table.add_row(kind, str(site["width"]), str(site["abs_topk"] or "all"))
    return table


def _matrices(facts: Facts) -> list[Table]:
    """Nonzero fractions: a row a matrix, layers side by side, then what belongs to no layer."""
    inside: dict[str, list[float]] = {}
    outside = Table("outside the layers", "nonzero")
    for name, fraction in facts["matrices"].items():
        if name.startswith("blocks."):
            inside.setdefault(name.split(".", 2)[2], []).append(fraction)
        else:
            outside.add_row(name, f"{fraction:.2%}")
    layers = range(facts["n_layer"])
    parts = [layers[at : at + LAYERS_A_TABLE] for at in layers[::LAYERS_A_TABLE]]
    return [*(_layers(part, inside) for part in parts), outside]


def _layers(layers: Sequence[int], fractions: dict[str, list[float]]) -> Table:
    table = Table("nonzero in layer", *(str(layer) for layer in layers))
    for name, values in fractions.items():
        table.add_row(name, *(f"{values[layer]:.2%}" for layer in layers))
    return table
