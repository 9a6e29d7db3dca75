"""`circuit-explorer search`."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from backend.cli.common import (
    EXIT_INTERRUPTED,
    EXIT_NO_CIRCUIT,
    fail,
    messages,
    open_checkpoint,
    opened_store,
    plain_errors,
    print_json,
    results,
)

if TYPE_CHECKING:
    from backend.circuits.circuit import Circuit
    from backend.circuits.search import Progress as SearchProgress


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
    as_json: Annotated[bool, typer.Option("--json", help="Print the circuit as JSON.")] = False,
) -> None:
    """Find the circuit of a task in a checkpoint, print it and store it.

    Exit code 1: no circuit meets the target. 130: stopped with Ctrl-C.
    """
    from backend.circuits.search import SearchCancelled, SearchConfig, SearchFailed
    from backend.circuits.search import search as run
    from backend.jobs.service import check_fit, find_task, require_tokenizer
    from backend.store import save_circuit

    chosen = find_task(task)
    opened = open_checkpoint(checkpoint)
    check_fit(chosen, require_tokenizer(opened.name, opened.tokenizer))
    with opened_store() as store:
        try:
            with _progress_bar() as show, _cancelled_by_ctrl_c() as cancelled:
                messages.print(f"Searching the circuit of {chosen.name} in {opened.name}.")
                config = SearchConfig(target_loss=target_loss, seed=seed)
                circuit = run(opened, chosen, config, show, cancelled.is_set)
        except SearchFailed as error:
            raise fail(error.detail, error.remedy, EXIT_NO_CIRCUIT) from None
        except SearchCancelled:
            messages.print("Cancelled; nothing was stored.")
            raise typer.Exit(EXIT_INTERRUPTED) from None
        with store.write() as session:
            new = save_circuit(session, circuit)
    if as_json:
        print_json(circuit.summary())
    else:
        results.print(_table(circuit))
        messages.print("Stored." if new else "It was stored before.")


@contextmanager
def _cancelled_by_ctrl_c() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets; a second one ends the program as usual."""
    cancelled = threading.Event()

    def cancel(_signal: int, _frame: object) -> None:
        cancelled.set()
        signal.signal(signal.SIGINT, before)
        messages.print("Cancelling after this step (Ctrl-C again to stop at once).")

    before = signal.signal(signal.SIGINT, cancel)
    try:
        yield cancelled
    finally:
        signal.signal(signal.SIGINT, before)


class _Bar:
    """Shows a search's progress: one line a stage."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._stage = ""
        self._line: TaskID | None = None

    def __call__(self, progress: SearchProgress) -> None:
        if progress.stage != self._stage:
            self._stage = progress.stage
            self._line = self._bar.add_task(progress.stage, loss="", nodes="", edges="")
        assert self._line is not None
        self._bar.update(
            self._line,
            completed=progress.step,
            total=max(progress.steps, progress.step),
            loss=f"{progress.loss:.3f}",
            nodes=str(progress.nodes),
            edges="-" if progress.edges is None else str(progress.edges),
        )


@contextmanager
def _progress_bar() -> Iterator[_Bar]:
    columns = (
        TextColumn("{task.description:<12}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TextColumn("loss {task.fields[loss]}"),
        TextColumn("nodes {task.fields[nodes]}"),
        TextColumn("edges {task.fields[edges]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=messages) as bar:
        yield _Bar(bar)


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
        "seed": str(circuit.provenance.seed),
        "seconds": f"{circuit.provenance.seconds:.1f}",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table
