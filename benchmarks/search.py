"""Search methods side by side: same checkpoint, tasks, seeds, pairs and wall-clock time, one run.

    python benchmarks/search.py CHECKPOINT [--methods path,paper,paper+elimination,attribution]
        [--tasks a,b] [--seeds 0,1,2,3,4] [--targets 0.15,0.01] [--match path | --seconds S]
        [--trials 256] [--json FILE [--resume]] [--markdown]

Every method gets the wall-clock seconds that `path` took on that task and seed, or with --seconds
so many, or with `--seconds none` as long as it takes. For each task are printed induced_edges,
kept_edges, nodes, losses, seconds and passes; then geometric means of induced_edges over the tasks
that all methods meet, and their ratios. `benchmarks/search_rows.py` has the rules.

    python benchmarks/search.py CHECKPOINT --methods paper --trials 256 --seconds none --tasks a,b

gives the published search its full number of trials. With --json each search is a line of the file
as soon as it is done; --resume leaves out what the file has, and with everything in the file prints
the tables at once.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from backend.circuits import (
    Circuit,
    Intervention,
    MeanValues,
    NodeSet,
    SearchConfig,
    evaluate,
    search,
)
from backend.circuits.alone import Alone
from backend.circuits.edges import circuit_alone, dropped_edges
from backend.circuits.search import SearchFailed
from backend.circuits.search.methods import METHODS
from backend.circuits.statistics import Estimate, cluster_bootstrap
from benchmarks.search_rows import Row, report
from models import load_checkpoint
from models.checkpoints import Checkpoint
from tasks import Batch, Split, Task, TaskError, all_tasks, get_task

MATCHED = "path"


@dataclass(frozen=True)
class Budget:
    """How much time the methods get.

    Attributes:
        match: a method whose seconds the others get, or None.
        seconds: for each, where nothing is matched; None for as long as it takes.
    """

    match: str | None
    seconds: float | None

    @property
    def rule(self) -> str:
        """As in `Row.rule`."""
        if self.match is not None:
            return f"match {self.match}"
        return "none" if self.seconds is None else f"{self.seconds:g} s"


class Bench:
    """Runs searches on one checkpoint, each only once.

    Args:
        checkpoint: with tokenizer and node means.
        budget: of each search.
        trials: of `paper`, at most.
        path: JSON-lines file that rows are appended to, or None.
        done: rows not to be measured again.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        budget: Budget,
        trials: int,
        path: Path | None,
        done: Iterable[Row],
    ) -> None:
        self.checkpoint, self.budget, self.trials, self.path = checkpoint, budget, trials, path
        self.done = {row.key: row for row in done}
        self._bounds_of: dict[str, tuple[float, float]] = {}

    def row(self, task: Task, seed: int, method: str, target: float, matched: Row | None) -> Row:
        """Search once, or remember; say and write down what came out.

        Args:
            task: to find the circuit of.
            seed: of the search.
            method: its name.
            target: test loss to reach, nats.
            matched: the search whose seconds this one gets, where there is one.
        """
        seconds = self.budget.seconds if matched is None else matched.seconds
        test = self._batch(task, Split.TEST)
        whole, nothing = self._bounds(task, test)
        empty = Row(
            digest=self.checkpoint.digest,
            task=task.name,
            seed=seed,
            method=method,
            target=target,
            trials=self.trials,
            rule=self.budget.rule,
            budget=seconds,
            whole=whole,
            nothing=nothing,
            seconds=0,
        )
        if empty.key in self.done:
            return self.done[empty.key]
        config = SearchConfig(
            method=method,
            seed=seed,
            target_loss=target,
            seconds=seconds,
            trials=self.trials,
        )
        begun = time.perf_counter()
        try:
            circuit = search(self.checkpoint, task, config)
        except SearchFailed as failure:
            spent = time.perf_counter() - begun
            row = empty.model_copy(update={"failure": failure.detail, "seconds": spent})
        else:
            row = empty.with_circuit(circuit, self._interval(circuit, test))
        self.done[row.key] = row
        if self.path is not None:
            with self.path.open("a") as file:
                file.write(row.model_dump_json() + "\n")
        return row

    def warm_up(self, task: Task) -> None:
        """Compile what will be timed, on a search that does not count."""
        validation = self._batch(task, Split.VALIDATION)
        alone = Alone(self.checkpoint.model, self._values, validation)
        keep = alone.numbering.keep(NodeSet.all(self.checkpoint.config))
        alone.variants(keep, np.zeros(alone.numbering.edges, np.uint8), [[0]])
        config = SearchConfig(method="attribution", target_loss=10)
        search(self.checkpoint, task, config)

    @property
    def _values(self) -> MeanValues:
        assert self.checkpoint.node_means is not None
        return MeanValues(self.checkpoint.node_means)

    def _batch(self, task: Task, split: Split) -> Batch:
        assert self.checkpoint.tokenizer is not None
        config = SearchConfig()
        count = config.test_pairs if split is Split.TEST else config.validation_pairs
        return task.batch(self.checkpoint.tokenizer, split, count)

    def _bounds(self, task: Task, test: Batch) -> tuple[float, float]:
        """Test losses of the whole model and with every node ablated."""
        if task.name not in self._bounds_of:
            model = self.checkpoint.model
            ablated = Intervention(NodeSet.all(model.config), self._values)
            whole, nothing = evaluate(model, test), evaluate(model, test, ablated)
            self._bounds_of[task.name] = (whole.task_loss, nothing.task_loss)
        return self._bounds_of[task.name]

    def _interval(self, circuit: Circuit, test: Batch) -> Estimate:
        """Of the test loss, over templates."""
        nodes = NodeSet.of(self.checkpoint.config, circuit.nodes)
        alone = circuit_alone(nodes, self._values, dropped_edges(circuit))
        losses = evaluate(self.checkpoint.model, test, alone).losses
        return cluster_bootstrap(losses, test.template)


def describe(row: Row) -> str:
    """One line, as soon as it is known."""
    start = f"{row.target:<6g} {row.task:28} {row.seed:4} {row.method:18}"
    if row.failure is not None:
        return f"{start} {row.failure} ({row.seconds:.1f} s)"
    note = "" if row.met else "  misses the target on test pairs"
    if row.needs_no_circuit:
        note = "  needs no circuit"
    return (
        f"{start} {row.induced_edges:6} {row.kept_edges:6} {row.nodes:5} {row.test_loss:6.3f} "
        f"{row.validation_loss:6.3f} {row.seconds:8.1f} {row.forward or 0:8} "
        f"{row.backward or 0:8}{note}"
    )


HEAD = (
    f"{'target':6} {'task':28} {'seed':>4} {'method':18} {'edges':>6} {'kept':>6} {'nodes':>5} "
    f"{'test':>6} {'valid.':>6} {'seconds':>8} {'forward':>8} {'backward':>8}"
)


def run(
    bench: Bench,
    chosen: Sequence[Task],
    methods: Sequence[str],
    seeds: Sequence[int],
    targets: Sequence[float],
) -> list[Row]:
    """All searches, the matched method first; a task that the tokenizer cannot say is left out."""
    rows = []
    match = bench.budget.match
    order = sorted(methods, key=lambda method: method != match)
    for target in targets:
        for task in chosen:
            for seed in seeds:
                matched: Row | None = None
                for method in order:
                    try:
                        row = bench.row(task, seed, method, target, matched)
                    except TaskError as error:
                        print(f"{task.name}: {error}", flush=True)
                        break
                    if method == match:
                        matched = row
                    rows.append(row)
                    print(describe(row), flush=True)
    return rows


def budget_of(match: str | None, seconds: str | None, methods: Sequence[str]) -> Budget:
    """The budget that the options ask for; without any, that of `path` if it is among the methods.

    Raises:
        ValueError: both are given, or the matched method is not run.
    """
    if match is not None and seconds is not None:
        raise ValueError(f"--match {match} and --seconds {seconds} exclude each other: give one")
    if match is not None and match not in methods:
        raise ValueError(f"--match {match}: not among --methods {','.join(methods)}; add it")
    if seconds is not None:
        return Budget(None, None if seconds == "none" else float(seconds))
    return Budget(match or (MATCHED if MATCHED in methods else None), None)


def rows_in(path: Path | None, resume: bool) -> list[Row]:
    """The rows of a file from an earlier run.

    Raises:
        ValueError: there are some, and they are not wanted.
    """
    if path is None or not path.exists():
        return []
    if not resume:
        raise ValueError(f"{path} exists: go on with it by --resume, or name another")
    return [Row.model_validate_json(line) for line in path.read_text().splitlines() if line]


def main() -> None:
    """Print a line a search, then the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--methods", default="path,paper,paper+elimination,attribution")
    parser.add_argument("--tasks", help="names, with commas between; default: all")
    parser.add_argument("--seeds", default="0,1,2,3,4", help="with commas between")
    parser.add_argument("--targets", default="0.15", help="nats, with commas between")
    parser.add_argument("--match", help="method whose seconds the others get; default: path")
    parser.add_argument("--seconds", help="for each search, or none")
    parser.add_argument("--trials", type=int, default=256, help="of the published search, at most")
    parser.add_argument("--json", type=Path, help="file to append a line a search to")
    parser.add_argument("--resume", action="store_true", help="leave out what the file has")
    parser.add_argument("--markdown", action="store_true", help="tables for the documentation")
    options = parser.parse_args()
    methods = options.methods.split(",")
    unknown = [method for method in methods if method not in METHODS]
    if unknown:
        parser.error(f"no method {unknown[0]!r}: choose from {', '.join(METHODS)}")
    try:
        budget = budget_of(options.match, options.seconds, methods)
        done = rows_in(options.json, options.resume)
    except ValueError as error:
        parser.error(str(error))
    checkpoint = load_checkpoint(options.checkpoint)
    chosen = [get_task(n) for n in options.tasks.split(",")] if options.tasks else all_tasks()
    seeds = [int(seed) for seed in options.seeds.split(",")]
    targets = [float(target) for target in options.targets.split(",")]
    bench = Bench(checkpoint, budget, options.trials, options.json, done)
    bench.warm_up(chosen[0])
    print(f"{checkpoint.name}, {torch.get_num_threads()} threads, time: {budget.rule}\n{HEAD}")
    rows = run(bench, chosen, methods, seeds, targets)
    for target in targets:
        own = [row for row in rows if row.target == target]
        print(f"\n## Target {target:g} nats\n\n{report(own, options.markdown)}")


if __name__ == "__main__":
    main()
