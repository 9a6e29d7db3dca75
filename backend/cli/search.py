"""`circuit-explorer search`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from backend.cli.common import (
    EXIT_NO_CIRCUIT,
    fail,
    find_task_files,
    messages,
    open_checkpoint,
    opened_store,
    plain_errors,
    print_json,
    print_table,
)
from backend.cli.progress import ended_by_ctrl_c, progress_bar
from backend.jobs.params import SearchMethod

if TYPE_CHECKING:
    from backend.circuits.circuit import Circuit


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(search)


@plain_errors
def search(
    checkpoint: Annotated[str, typer.Argument(help="Name of a checkpoint, or its folder.")],
    task: Annotated[str, typer.Argument(help="Name of a task, e.g. single_double_quote.")],
    target_loss: Annotated[
        float, typer.Option(min=1e-6, help="Task loss to meet on validation pairs, in nats.")
    ] = 0.15,
    seed: Annotated[int, typer.Option(min=0, help="Of the search.")] = 0,
    method: Annotated[
        SearchMethod, typer.Option(help="How the circuit is found.")
    ] = SearchMethod.PATH,
    seconds: Annotated[
        float | None, typer.Option(min=0.001, help="Wall-clock time the search may fill.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the circuit as JSON.")] = False,
) -> None:
    """Find the circuit of a task in a checkpoint, print it and store it.

    Exit code 1: no circuit meets the target. 130: stopped with Ctrl-C.
    """
    from backend.circuits.needs import tokenizer_of
    from backend.circuits.search import SearchConfig, SearchFailed
    from backend.circuits.search import search as run
    from backend.jobs.service import check_fit, find_task
    from backend.store import save_circuit

    find_task_files()
    chosen = find_task(task)
    opened = open_checkpoint(checkpoint)
    check_fit(chosen, tokenizer_of(opened))
    with opened_store() as store:
        try:
            with ended_by_ctrl_c() as cancelled, progress_bar() as show:
                messages.print(f"Searching the circuit of {chosen.name} in {opened.name}.")
                config = SearchConfig(
                    target_loss=target_loss, seed=seed, method=method.value, seconds=seconds
                )
                circuit = run(opened, chosen, config, show, cancelled)
        except SearchFailed as error:
            raise fail(error.detail, error.remedy, EXIT_NO_CIRCUIT) from None
        with store.write() as session:
            new = save_circuit(session, circuit)
    if as_json:
        print_json(circuit.summary())
    else:
        print_table(_table(circuit))
        messages.print("Stored." if new else "It was stored before.")


def _table(circuit: Circuit) -> Table:
    table = Table(title=circuit.slug, show_header=False)
    losses = circuit.losses
    rows = {
        "checkpoint": circuit.checkpoint,
        "task": circuit.task,
        "nodes": str(len(circuit.nodes)),
        "induced edges": str(circuit.induced_edges),
        "kept edges": str(circuit.kept_edges),
        "task loss, circuit alone": f"{circuit.task_loss:.4f} (target "
        f"{circuit.provenance.target_loss:g}{'' if circuit.meets_target else ', missed'})",
        "accuracy": f"{circuit.accuracy:.1%}",
        "task loss, whole model": f"{losses.whole_model.plain:.4f}",
        "task loss, circuit ablated": f"{losses.circuit_ablated.plain:.4f}",
        "task loss, everything ablated": f"{losses.everything_ablated.plain:.4f}",
        "method": circuit.provenance.method,
        "seed": str(circuit.provenance.seed),
        "seconds": f"{circuit.provenance.seconds:.1f}",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table
