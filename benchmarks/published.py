"""The published search with all its trials (Gao et al. 2025, A.5: 256), and elimination after it.

    python benchmarks/published.py CHECKPOINT FOLDER [--tasks a,b] [--trials 256] [--seed 0]
        [--target 0.15] [--processes 2] [--markdown]

Takes hours. Trials run in several processes, each with one thread. A trial is a line of
FOLDER/TASK-SEED-TARGET.jsonl as soon as it and those before it are done, and a run that was ended
goes on after the last; fewer --trials than there are lines give the tables of that many. Printed
are the size of the best circuit after 1, 2, 4, ... trials, and then `paper`, `paper+elimination`
and `path` beside each other. Seconds are the processor's, of all threads.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numba
import torch
from pydantic import BaseModel, ConfigDict

from backend.circuits import NodeSet, SearchConfig, evaluate
from backend.circuits.edges import circuit_alone, count_edges
from backend.circuits.search.config import SearchFailed, Watcher
from backend.circuits.search.eliminate import Eliminator
from backend.circuits.search.methods import METHODS
from backend.circuits.search.methods.paper import RandomSearch
from backend.circuits.search.methods.trials import PaperConfig
from backend.circuits.search.problem import Found, Problem
from backend.circuits.search.run import pose
from backend.circuits.statistics import Estimate, cluster_bootstrap
from benchmarks.search_rows import table
from models import load_checkpoint
from tasks import Batch, get_task

TASKS = "single_double_quote,bracket_counting"


class Trial(BaseModel):
    """One trial: a line of the ledger.

    Attributes:
        digest: of the checkpoint.
        number: of the trial.
        seconds: of the processor.
        forward: passes of a batch.
        backward: passes of a batch.
        edges: that the nodes induce; None where no set of the trial's ranking meets the target.
        nodes: names of the circuit's nodes, where it is the smallest so far.
        size: number of its nodes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str
    number: int
    seconds: float
    forward: int
    backward: int
    edges: int | None = None
    size: int | None = None
    nodes: list[str] | None = None

    @property
    def rank(self) -> tuple[float, float]:
        """Edges, then nodes; smaller is better."""
        if self.edges is None or self.size is None:
            return (math.inf, math.inf)
        return (self.edges, self.size)


class Ledger:
    """The trials of one search, kept in a file.

    Args:
        path: JSON lines.
        digest: of the checkpoint they are of.

    Raises:
        ValueError: the file's are of another.
    """

    def __init__(self, path: Path, digest: str) -> None:
        self.path = path
        lines = path.read_text().splitlines() if path.exists() else []
        self.trials = [Trial.model_validate_json(line) for line in lines if line]
        if any(trial.digest != digest for trial in self.trials):
            raise ValueError(f"{path}: trials of another checkpoint; name another folder")

    def add(self, trial: Trial) -> None:
        """Write one down."""
        self.trials.append(trial)
        with self.path.open("a") as file:
            file.write(trial.model_dump_json() + "\n")

    def best(self, trials: int) -> Trial | None:
        """The smallest circuit of the first so many; None where none meets the target."""
        found = min(self.trials[:trials], key=lambda trial: trial.rank, default=None)
        return None if found is None or found.edges is None else found


def fill(ledger: Ledger, trials: Iterable[Trial]) -> None:
    """Write trials down; the nodes only of those that are the smallest so far."""
    for trial in trials:
        best = ledger.best(len(ledger.trials))
        smallest = best is None or trial.rank < best.rank
        ledger.add(trial if smallest else trial.model_copy(update={"nodes": None}))
        print(f"{ledger.path.stem}: trial {trial.number}, {trial.edges} induced edges", flush=True)


class Trials:
    """Runs single trials of a search.

    Args:
        problem: to solve; passes are counted from where it stands.
        config: centres and ranges.
        digest: of the checkpoint.
    """

    def __init__(self, problem: Problem, config: PaperConfig, digest: str) -> None:
        self.problem, self.digest = problem, digest
        self.search = RandomSearch(problem, config)

    def __call__(self, number: int) -> Trial:
        """One trial, with the names of its circuit's nodes."""
        problem = self.problem
        before = (time.process_time(), problem.passes.forward, problem.passes.backward)
        nodes = self.search.trial(number, self.search.config.steps_range[1])
        spent = Trial(
            digest=self.digest,
            number=number,
            seconds=time.process_time() - before[0],
            forward=problem.passes.forward - before[1],
            backward=problem.passes.backward - before[2],
        )
        if nodes is None:
            return spent
        edges = count_edges(problem.model, nodes)
        return spent.model_copy(update={"edges": edges, "size": len(nodes), "nodes": nodes.names()})


_trials: Trials
"""Of a process that `in_processes` started."""


def _begin(make: Callable[[], Trials]) -> None:
    global _trials
    torch.set_num_threads(1)
    numba.set_num_threads(1)
    _trials = make()


def _run(number: int) -> Trial:
    return _trials(number)


def in_processes(
    make: Callable[[], Trials], numbers: Iterable[int], processes: int
) -> Iterator[Trial]:
    """Trials in the order of their numbers, of which several are run at once.

    Args:
        make: called once in each process, to which it is sent pickled.
        numbers: of the trials.
        processes: that run them, each with one thread.

    Raises:
        BrokenProcessPool: `make` fails, or a process was ended.
    """
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, spawn, initializer=_begin, initargs=(make,))
    try:
        yield from pool.map(_run, numbers)
    finally:
        pool.shutdown(cancel_futures=True)


@dataclass(frozen=True)
class Outcome:
    """What a method found.

    Attributes:
        method: its name.
        found: the circuit.
        test: loss on test pairs with its interval, nats.
        seconds: of the processor.
        forward: passes of a batch.
        backward: passes of a batch.
    """

    method: str
    found: Found
    test: Estimate
    seconds: float
    forward: int
    backward: int


class Measured:
    """Measures methods on one problem.

    Args:
        problem: to solve; passes are counted from where it stands.
        test: pairs that report.
    """

    def __init__(self, problem: Problem, test: Batch) -> None:
        self.problem, self.test = problem, test

    def outcome(
        self, method: str, find: Callable[[Problem], Found], before: Iterable[Trial] = ()
    ) -> Outcome:
        """Run a method and say what it cost, with the trials it stands on."""
        passes, trials = self.problem.passes, list(before)
        begun = (time.process_time(), passes.forward, passes.backward)
        found = find(self.problem)
        return Outcome(
            method=method,
            found=found,
            test=self._loss(found),
            seconds=time.process_time() - begun[0] + sum(each.seconds for each in trials),
            forward=passes.forward - begun[1] + sum(each.forward for each in trials),
            backward=passes.backward - begun[2] + sum(each.backward for each in trials),
        )

    def _loss(self, found: Found) -> Estimate:
        alone = circuit_alone(found.nodes, self.problem.values, found.dropped)
        losses = evaluate(self.problem.model, self.test, alone).losses
        return cluster_bootstrap(losses, self.test.template)


def eliminated(problem: Problem, nodes: NodeSet) -> Found:
    """What exact elimination of single nodes leaves of a circuit."""
    eliminator = Eliminator(problem)
    return Found(problem.alone.numbering.node_set(eliminator.nodes(eliminator.draft(nodes)).keep))


def milestones(trials: int) -> list[int]:
    """1, 2, 4, ... and the number itself."""
    doubled = [2**power for power in range(trials.bit_length()) if 2**power < trials]
    return [*doubled, trials]


def growth_lines(ledger: Ledger, trials: int) -> list[list[str]]:
    """A line a milestone: the best circuit so far, and what it cost."""
    lines = []
    for count in milestones(trials):
        best = ledger.best(count)
        spent = sum(trial.seconds for trial in ledger.trials[:count])
        sizes = ["-", "-"] if best is None else [str(best.edges), str(best.size)]
        lines.append([str(count), *sizes, f"{spent:.0f}"])
    return lines


OUTCOME_HEAD = (
    "task", "method", "induced edges", "kept edges", "nodes", "test loss", "met",
    "processor seconds", "forward", "backward",
)  # fmt: skip


def outcome_line(task: str, outcome: Outcome, problem: Problem) -> list[str]:
    """A method's line of the table."""
    edges = count_edges(problem.model, outcome.found.nodes)
    test = outcome.test
    return [
        task,
        outcome.method,
        str(edges),
        str(edges - len(outcome.found.dropped)),
        str(len(outcome.found.nodes)),
        f"{test.value:.3f} [{test.low:.3f}, {test.high:.3f}]",
        "yes" if test.value <= problem.config.target_loss else "no",
        f"{outcome.seconds:.0f}",
        str(outcome.forward),
        str(outcome.backward),
    ]


def trials_of(folder: Path, task: str, config: SearchConfig) -> Trials:
    """What runs the trials of a task: by names, to be called in another process.

    Args:
        folder: of the checkpoint.
        task: its name.
        config: of the search.

    Raises:
        ValueError: the task is none of this checkpoint's.
    """
    checkpoint = load_checkpoint(folder)
    problem, _ = pose(checkpoint, get_task(task), config, Watcher())
    return Trials(problem, PaperConfig(), checkpoint.digest)


def print_tables(task: str, ledger: Ledger, problem: Problem, test: Batch, markdown: bool) -> None:
    """What the trials of a task came to, and the methods beside each other.

    Args:
        task: its name.
        ledger: with all trials.
        problem: to solve.
        test: pairs that report.
        markdown: for the documentation.
    """
    count = problem.config.trials
    head = ("trials", "induced edges", "nodes", "processor seconds")
    print("\n" + table(head, growth_lines(ledger, count), markdown) + "\n")
    measured, trials = Measured(problem, test), ledger.trials[:count]
    outcomes = []
    best = ledger.best(count)
    if best is None:
        print(f"{task}: no trial meets the target\n")
    else:
        assert best.nodes is not None
        nodes = NodeSet.of(problem.model.config, best.nodes)
        outcomes += [
            measured.outcome("paper", lambda _: Found(nodes), trials),
            measured.outcome("paper+elimination", lambda each: eliminated(each, nodes), trials),
        ]
    try:
        outcomes.append(measured.outcome("path", METHODS["path"].find))
    except SearchFailed as failure:
        print(f"{task}, path: {failure.detail}\n")
    lines = [outcome_line(task, outcome, problem) for outcome in outcomes]
    print(table(OUTCOME_HEAD, lines, markdown), flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Two tables a task."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path, help="of the ledgers")
    parser.add_argument("--tasks", default=TASKS, help="names, with commas between")
    parser.add_argument("--trials", type=int, default=256)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--target", type=float, default=0.15, help="nats")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="that run trials")
    parser.add_argument("--markdown", action="store_true", help="tables for the documentation")
    options = parser.parse_args(arguments)
    if options.processes < 1:
        parser.error(f"--processes {options.processes}: trials need a process, give 1 or more")
    options.folder.mkdir(parents=True, exist_ok=True)
    checkpoint = load_checkpoint(options.checkpoint)
    config = SearchConfig(trials=options.trials, seed=options.seed, target_loss=options.target)
    for name in options.tasks.split(","):
        path = options.folder / f"{name}-{config.seed}-{config.target_loss:g}.jsonl"
        try:
            ledger = Ledger(path, checkpoint.digest)
            problem, test = pose(checkpoint, get_task(name), config, Watcher())
        except ValueError as error:
            parser.error(str(error))
        missing = range(len(ledger.trials), config.trials)
        make = partial(trials_of, options.checkpoint, name, config)
        fill(ledger, in_processes(make, missing, options.processes))
        print_tables(name, ledger, problem, test, options.markdown)


if __name__ == "__main__":
    main()
