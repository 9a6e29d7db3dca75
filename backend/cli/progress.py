"""What long commands show and hear while they run: a bar a stage, and Ctrl-C."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from backend.cli.common import EXIT_INTERRUPTED, messages
from backend.errors import JobCancelledError

if TYPE_CHECKING:
    from backend.circuits.search import Progress as SearchProgress


@contextmanager
def cancelled_by_ctrl_c() -> Iterator[threading.Event]:
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


@contextmanager
def ended_by_ctrl_c() -> Iterator[Callable[[], bool]]:
    """Tells work whether to stop before it stores anything; if it does, so does the command.

    Raises:
        typer.Exit: the work was cancelled.
    """
    try:
        with cancelled_by_ctrl_c() as cancelled:
            yield cancelled.is_set
    except JobCancelledError:
        messages.print("Cancelled; nothing was stored.")
        raise typer.Exit(EXIT_INTERRUPTED) from None


class _Bar:
    """Shows a job's progress: one line a stage."""

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
def progress_bar() -> Iterator[_Bar]:
    """Shows what it is told of, on stderr, while the block runs."""
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
