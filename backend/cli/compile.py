"""`circuit-explorer compile`."""

from __future__ import annotations

import typer

from backend.cli.common import messages, plain_errors

CHECKPOINT, TASK = "python-2l-256", "single_double_quote"
PAIRS = 8
EVERY_LOSS = 100.0
"""A target, in nats, that the first circuit meets."""


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command("compile")(compile_loops)


@plain_errors
def compile_loops() -> None:
    """Compile the loops of the search now; otherwise the first search does, in half a minute.

    The machine code is kept beside the program, or in NUMBA_CACHE_DIR, for every later process.
    """
    from backend.circuits.search import SearchConfig, search
    from backend.library import ZOO
    from models.checkpoints import load_checkpoint
    from tasks import get_task

    pairs = dict.fromkeys(("train_pairs", "validation_pairs", "test_pairs", "batch_pairs"), PAIRS)
    config = SearchConfig(target_loss=EVERY_LOSS, swaps=0, **pairs)
    search(load_checkpoint(ZOO / CHECKPOINT), get_task(TASK), config)
    messages.print("The loops of the search are compiled.")
