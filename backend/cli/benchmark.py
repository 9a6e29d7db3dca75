"""`circuit-explorer benchmark`."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from backend.cli.common import (
    EXIT_INTERRUPTED,
    EXIT_NO_CIRCUIT,
    find_task_files,
    library,
    messages,
    opened_store,
    plain_errors,
    print_json,
)
from backend.cli.progress import cancelled_by_ctrl_c
from backend.errors import InvalidRequestError
from backend.jobs.params import HIGHEST_TARGET, SearchMethod
from backend.settings import Settings, get_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from backend.circuits.benchmark import SearchOutcome
    from backend.circuits.benchmark.comparison import Comparison
    from backend.jobs.benchmark import Benchmark, Broken, Wanted
    from backend.library import CheckpointLibrary
    from backend.store import Store

AHEAD = 2
"""Searches in the queue for each that can run at a time, so that no worker waits."""


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(benchmark)


@plain_errors
def benchmark(
    checkpoints: Annotated[
        list[str] | None,
        typer.Argument(help="Names of checkpoints; all that can be opened if left out."),
    ] = None,
    tasks: Annotated[
        str, typer.Option(help="Names of tasks, with commas between; the twenty if left out.")
    ] = "",
    targets: Annotated[
        str, typer.Option(help="Task losses to meet, in nats, with commas between.")
    ] = "0.5,0.15,0.05",
    seeds: Annotated[int, typer.Option(min=1, help="Searches of each kind, seeds from 0 on.")] = 1,
    method: Annotated[
        SearchMethod, typer.Option(help="How the circuits are found.")
    ] = SearchMethod.PATH,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Searches at a time; CIRCUIT_EXPLORER_WORKERS if left out."),
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Run searches again that found no circuit.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Run all searches again, also those already done.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a row a search as CSV.")] = False,
) -> None:
    """Measure how large the circuits of checkpoints are, task by task, and compare them.

    Every search is a job as the pages start them. What is done is kept, so the same command goes on
    where it stopped; a server that runs on the same data folder does the work while it runs.

    Exit code 0: every search has its outcome, whatever it is. 1: some broke off without one. 130:
    stopped with Ctrl-C; the searches that ended are kept.
    """
    from backend.circuits.benchmark.rows import csv_text
    from backend.cli.benchmark_tables import show
    from backend.jobs.benchmark import Benchmark

    if as_json and as_csv:
        raise InvalidRequestError("--json and --csv were both given.", remedy="Give one of them.")
    settings = get_settings()
    at_once = workers or settings.workers
    find_task_files()
    with opened_store() as store:
        known = library()
        names = checkpoints or known.names()
        wanted = _planned(
            store, known, names, _names(tasks), _numbers(targets), range(seeds), method
        )
        run = Benchmark(store, wanted, AHEAD * at_once, retry_failed=retry_failed, again=again)
        stopped = _run(run, settings, at_once)
        outcomes = run.outcomes()
        compared = _compared(outcomes, known)
    if as_csv:
        typer.echo(csv_text(outcomes), nl=False)
    elif as_json:
        print_json(compared.model_dump(mode="json"))
    else:
        show(compared)
    if stopped:
        messages.print("Stopped; give the same command again to go on.")
        raise typer.Exit(EXIT_INTERRUPTED)
    if run.broken:
        messages.print(f"{len(run.broken)} searches broke off and have no outcome: see above.")
        raise typer.Exit(EXIT_NO_CIRCUIT)


def _names(text: str) -> list[str]:
    """Names of tasks; the published ones if none is given."""
    from tasks import published_tasks

    given = [name.strip() for name in text.split(",") if name.strip()]
    return given or [task.name for task in published_tasks()]


def _numbers(text: str) -> list[float]:
    """Targets, each once.

    Raises:
        InvalidRequestError: one is no task loss that may be asked for, or there is none.
    """
    targets: dict[float, None] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            target = float(part)
        except ValueError:
            target = 0.0
        if not 0 < target <= HIGHEST_TARGET:
            raise InvalidRequestError(
                f"--targets has {part!r}; a target is a task loss in nats, above 0 and at most "
                f"{HIGHEST_TARGET:g}.",
                remedy="Give numbers with commas between, e.g. --targets 0.5,0.15,0.05.",
            )
        targets[target] = None
    if not targets:
        raise InvalidRequestError(
            "--targets names no target.", remedy="Give numbers with commas between."
        )
    return list(targets)


def _planned(
    store: Store,
    known: CheckpointLibrary,
    checkpoints: Iterable[str],
    tasks: Iterable[str],
    targets: Iterable[float],
    seeds: Iterable[int],
    method: SearchMethod,
) -> list[Wanted]:
    """All searches, in an order in which all checkpoints get on alike."""
    from backend.jobs.benchmark import Planner
    from backend.jobs.params import SearchParams

    asked = [
        SearchParams(checkpoint=checkpoint, task=task, target_loss=target, seed=seed, method=method)
        for seed, target, task, checkpoint in itertools.product(
            seeds, targets, tasks, dict.fromkeys(checkpoints)
        )
    ]
    planner = Planner(store, known)
    with messages.status(f"Looking up {len(asked)} searches"):
        return [planner.wanted(params) for params in asked]


def _run(run: Benchmark, settings: Settings, workers: int) -> bool:
    """Runs what is left to be done; returns whether Ctrl-C stopped it."""
    left = run.left()
    done = len(run.wanted) - len(left)
    messages.print(f"{len(run.wanted)} searches, {done} of them done before.")
    if not left:
        return False
    with (
        cancelled_by_ctrl_c() as cancelled,
        _shown(len(run.wanted), done) as told,
        _runner(run.store, settings, workers),
    ):
        run.on_outcome = told
        run.run(left, cancelled)
        return cancelled.is_set()


@contextmanager
def _runner(store: Store, settings: Settings, workers: int) -> Iterator[None]:
    """Runs jobs, unless a server of this data folder does; takes over should that one end."""
    from backend.jobs.protocol import Setup
    from backend.jobs.runner import JobRunner
    from backend.library import checkpoint_folders

    setup = Setup(
        database_url=settings.resolved_database_url,
        checkpoint_folders=checkpoint_folders(settings),
        task_folders=list(settings.task_search_path),
        log_level="error",
    )
    runner = JobRunner(store, setup, settings.data_dir / "jobs.lock", workers=workers)
    runner.start()
    try:
        yield
    finally:
        runner.stop()


@contextmanager
def _shown(total: int, done: int) -> Iterator[Callable[[SearchOutcome | Broken], None]]:
    """A bar and a line for each search that ends, on stderr."""
    from backend.cli.benchmark_tables import sentence

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=messages) as bar:
        line = bar.add_task("searches", total=total, completed=done)

        def tell(outcome: SearchOutcome | Broken) -> None:
            messages.print(sentence(outcome), markup=False, soft_wrap=True)
            bar.advance(line)

        yield tell


def _compared(outcomes: list[SearchOutcome], known: CheckpointLibrary) -> Comparison:
    from backend.circuits.benchmark.comparison import Contender, compare

    digests = {outcome.checkpoint_digest for outcome in outcomes}
    described, _ = known.describe_all()
    here = [Contender.described(each) for each in described if each["digest"] in digests]
    return compare(outcomes, here, list(dict.fromkeys(each.task for each in outcomes)))
